"""The settings, as a process reads them that was given nothing but its environment."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cmbank import environment

BASE_DIR = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "FIELD_KEYS": f"k2:{'A' * 43}=,k1:{'B' * 42}A=",
    "DATABASE_URL": "postgres://app:p%40ss@db.example:5433/bank?sslmode=require",
    "ALLOWED_HOSTS": "bank.example",
}
ASK = """
import json, sys
from django.conf import settings
print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}))
"""


def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run Python here with these variables and no other setting."""
    variables = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "cmbank.settings", **variables}
    return subprocess.run(
        [sys.executable, *arguments], check=False, cwd=BASE_DIR, env=variables, capture_output=True, text=True
    )


def settings(*names: str, **variables: str) -> dict[str, object]:
    """The named settings of a production process."""
    result = run("-c", ASK, *names, **{**PRODUCTION, **variables})
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout))


def test_deployment_check_has_nothing_to_say() -> None:
    result = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert result.returncode == 0
    # There is no database here to look for superusers in, and the check says so.
    assert re.findall(r"\((\w+\.\w+)\)", result.stderr) == ["cmbank.I001"]


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS", "DATABASE_URL"])
def test_missing_secret_stops_the_start_and_is_named(name: str) -> None:
    result = run("manage.py", "check", **{**PRODUCTION, name: ""})
    assert result.returncode == 1
    assert f"{name} is not set." in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "value", ["x", "k1:AAAA", "k1:!", ":" + "A" * 43 + "=", f"a:{'A' * 43}=,a:{'A' * 43}="]
)
def test_a_key_that_is_none_stops_the_start(value: str) -> None:
    result = run("manage.py", "check", **{**PRODUCTION, "FIELD_KEYS": value})
    assert result.returncode == 1
    assert "FIELD_KEYS is malformed." in result.stderr.splitlines()[-1]


def test_secure_unless_told_otherwise() -> None:
    names = [
        "DEBUG",
        "SECURE_SSL_REDIRECT",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "LANGUAGE_COOKIE_SECURE",
        "SECURE_HSTS_SECONDS",
        "ALLOWED_HOSTS",
        "LANGUAGE_CODE",
        "TIME_ZONE",
    ]
    assert list(settings(*names).values()) == [
        False,
        True,
        True,
        True,
        True,
        31536000,
        ["bank.example"],
        "zh-hans",
        "Asia/Shanghai",
    ]
    assert list(settings(*names[:6], INSECURE_HTTP="1").values()) == [False, False, False, False, False, 0]


def test_passwords_are_hashed_with_argon2() -> None:
    hashers = settings("PASSWORD_HASHERS")["PASSWORD_HASHERS"]
    assert isinstance(hashers, list)
    assert hashers[0] == "django.contrib.auth.hashers.Argon2PasswordHasher"


def test_content_policy_lets_in_nothing_from_outside_and_nothing_inline() -> None:
    policy = settings("CONTENT_SECURITY_POLICY")["CONTENT_SECURITY_POLICY"]
    assert policy == {
        "DIRECTIVES": {
            "default-src": ["'self'"],
            "img-src": ["'self'", "data:"],
            "object-src": ["'none'"],
            "base-uri": ["'self'"],
            "form-action": ["'self'"],
            "frame-ancestors": ["'none'"],
        }
    }


def test_database_address_with_its_limits() -> None:
    database = settings("DATABASES", STATEMENT_TIMEOUT_SECONDS="30")["DATABASES"]
    assert isinstance(database, dict)
    default = database["default"]
    assert [default[name] for name in ("HOST", "PORT", "NAME", "USER", "PASSWORD")] == [
        "db.example",
        "5433",
        "bank",
        "app",
        "p@ss",
    ]
    limits = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=300s"
    assert default["OPTIONS"] == {"sslmode": "require", "options": limits}


def test_longest_task_fits_four_times_into_the_visibility_timeout() -> None:
    names = ["CELERY_TASK_TIME_LIMIT", "CELERY_BROKER_TRANSPORT_OPTIONS"]
    limit, options = settings(*names).values()
    assert options == {
        "visibility_timeout": 4 * int(str(limit)),
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
    }


@pytest.mark.parametrize("url", ["mysql://a:b@c/d", "postgres://host", "cmbank", "postgres://host/"])
def test_address_of_another_database_is_refused(url: str) -> None:
    with pytest.raises(environment.ImproperlyConfigured, match="DATABASE_URL must look like"):
        environment.database(url)


@pytest.mark.parametrize(
    ("value", "meaning"), [("1", True), ("ON", True), ("0", False), ("no", False), ("", True)]
)
def test_switches(monkeypatch: pytest.MonkeyPatch, value: str, meaning: bool) -> None:
    monkeypatch.setenv("A_SWITCH", value)
    assert environment.flag("A_SWITCH", default=True) is meaning


def test_malformed_values_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SWITCH", "perhaps")
    with pytest.raises(environment.ImproperlyConfigured, match="A_SWITCH='perhaps' is neither 1 nor 0"):
        environment.flag("A_SWITCH", default=False)
    monkeypatch.setenv("A_NUMBER", "1e3")
    with pytest.raises(environment.ImproperlyConfigured, match="A_NUMBER='1e3' is not a whole number"):
        environment.number("A_NUMBER", default=1)
