"""What production runs: the compose file, the image, and the database's two roles."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps

from cmbank.local.servers import POSTGRES_OPTIONS, reachable_binaries
from managers.services import guarding
from tests.cmbank.runner import BASE_DIR, Local

APP_SERVICES = ("migrate", "web", "worker", "beat")
SECRETS = {"DB_OWNER_PASSWORD": "owner", "DB_APP_PASSWORD": "app"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    text = (BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text)["services"])


def test_every_part_is_there_and_says_whether_it_is_well(services: dict[str, Any]) -> None:
    assert sorted(services) == ["beat", "broker", "cache", "migrate", "postgres", "web", "worker"]
    image = (BASE_DIR / "Dockerfile").read_text(encoding="utf-8")
    assert (
        'HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["python", "-m", '
        in image
    )
    checked = {name for name, service in services.items() if "test" in service.get("healthcheck", {})}
    assert checked | {"web", "migrate"} == set(services)  # web: by its image; migrate: by its exit status


def test_programs_have_no_rights_they_do_not_need(services: dict[str, Any]) -> None:
    image = (BASE_DIR / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert [line for line in image if line.startswith("USER ")] == ["USER cmbank"]
    rights = ("read_only", "cap_drop", "security_opt")
    assert {tuple(map(str, (services[name][right] for right in rights))) for name in APP_SERVICES} == {
        ("True", "['ALL']", "['no-new-privileges:true']")
    }


def test_only_migrate_connects_as_the_owner_of_the_tables(services: dict[str, Any]) -> None:
    roles = {name: services[name]["environment"]["DATABASE_URL"].split(":")[1] for name in APP_SERVICES}
    app = "//cmbank_app"
    assert roles == {"migrate": "//cmbank_owner", "web": app, "worker": app, "beat": app}


def test_broker_and_cache_are_two_and_behave_differently(services: dict[str, Any]) -> None:
    broker, cache = (services[name]["command"][-1] for name in ("broker", "cache"))
    assert "--appendonly yes" in broker
    assert "--maxmemory-policy noeviction" in broker
    assert "--appendonly no" in cache
    assert "--maxmemory-policy allkeys-lru" in cache


def test_the_database_is_set_as_nights_were_measured(services: dict[str, Any]) -> None:
    program, *settings = services["postgres"]["command"]
    given = dict(setting.removeprefix("--").split("=") for setting in settings)
    of_the_machine = {
        "shared_buffers": "${DB_SHARED_BUFFERS:-2GB}",
        "max_wal_size": "${DB_MAX_WAL_SIZE:-8GB}",
    }
    same = ("wal_buffers", "work_mem", "maintenance_work_mem", "jit")
    assert program == "postgres"
    assert given == of_the_machine | {name: POSTGRES_OPTIONS[name] for name in same}


def test_every_secret_has_its_line_in_the_example() -> None:
    compose = (BASE_DIR / "docker-compose.yml").read_text(encoding="utf-8")
    asked = {part.split(":?")[0] for part in compose.split("${")[1:] if ":?" in part.split("}")[0]}
    lines = (BASE_DIR / ".env.example").read_text(encoding="utf-8").splitlines()
    offered = {line.rstrip("=") for line in lines if line.endswith("=")}
    assert offered == asked


ROLES = r"""
set -e
exec >&2
admin=$DATABASE_URL
as() { echo "$admin" | sed -E "s|//[^@]*@|//cmbank_$1:$1@|"; }
"$PSQL" --quiet "$admin" --file docker/initdb/roles.sql
DATABASE_URL=$(as owner) python manage.py migrate --verbosity 0
"""
TRY = r"""
app=$(echo "$DATABASE_URL" | sed -E "s|//[^@]*@|//cmbank_app:app@|")
for sql in "$@"; do
  answer=$("$PSQL" --no-psqlrc --quiet --tuples-only --no-align "$app" --command "$sql" 2>&1)
  echo "$answer" | head -n 1
done
"""


@pytest.fixture
def bank(local: Local) -> Local:
    """A migrated database with the two roles, as compose makes it."""
    prepared = local.start("sh", "-c", ROLES, PSQL=str(psql()), **SECRETS)
    _, errors = prepared.communicate(timeout=180)
    assert (prepared.returncode, errors) == (0, "")
    return local


def psql() -> Path:
    return reachable_binaries() / "psql"


def try_as_app(bank: Local, *statements: str) -> list[str]:
    """The first line of what the database answers to the role of the programs, for each statement."""
    trying = bank.start("sh", "-c", TRY, "sh", *statements, PSQL=str(psql()))
    return trying.communicate(timeout=90)[0].splitlines()


def test_the_programs_change_rows_and_never_tables(bank: Local) -> None:
    not_owner = "ERROR:  must be owner of table django_session"
    denied = "ERROR:  permission denied for"
    row = "('key', 'data', now())"
    answers = {
        "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'": "cmbank_owner",
        "INSERT INTO django_session VALUES " + row + " RETURNING session_key": "key",
        "UPDATE django_session SET session_data = 'other' RETURNING session_data": "other",
        "DELETE FROM django_session RETURNING session_key": "key",
        "CREATE TEMP TABLE staged (line text)": "",
        "TRUNCATE django_session": f"{denied} table django_session",
        "DROP TABLE django_session": not_owner,
        "ALTER TABLE django_session DISABLE TRIGGER ALL": not_owner,
        "CREATE ROLE another": f"{denied.removesuffix(' for')} to create role",
    }
    assert try_as_app(bank, *answers) == list(answers.values())


def test_the_programs_alter_nothing_that_is_append_only(bank: Local) -> None:
    tables = guarding.guarded()
    logs = {"managers_logentry", "managers_historyevent", "managers_audithead", "appraisal_step"}
    assert logs | {"appraisal_payentry", "grading_verdict", "grading_graderecord"} <= set(tables)
    statements = {
        "UPDATE": "UPDATE {0} SET {1} = {1}",
        "DELETE": "DELETE FROM {0}",
        "TRUNCATE": "TRUNCATE {0} CASCADE",
    }
    tried = [
        (table, statements[privilege].format(table, apps_column(table)))
        for table, privileges in tables.items()
        for privilege in privileges
    ]
    answers = try_as_app(bank, *(statement for _table, statement in tried))
    assert answers == [f"ERROR:  permission denied for table {table}" for table, _statement in tried]


def apps_column(table: str) -> str:
    """Some column of the table."""
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    return f'"{model._meta.concrete_fields[0].column}"'


@pytest.mark.parametrize("arguments", [[], ["nobody"]])
def test_health_names_what_it_can_check(arguments: list[str]) -> None:
    result = subprocess.run(
        ["python", "-m", "cmbank.health", *arguments],
        check=False,
        cwd=BASE_DIR,
        env=os.environ,
        capture_output=True,
        text=True,
    )
    assert (result.returncode, result.stderr) == (2, "usage: python -m cmbank.health web|worker|beat\n")
