"""What `manage.py check --deploy` says about accounts."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, transaction
from pytest_django.fixtures import Settings

from managers import checks
from managers.models import User


@pytest.fixture(autouse=True)
def production(settings: Settings) -> None:
    settings.INSECURE_HTTP = False


@pytest.mark.django_db
def test_an_active_superuser_stops_a_deployment() -> None:
    root = User.objects.create(username="root", is_superuser=True)
    User.objects.create(username="gone", is_superuser=True, is_active=False)
    with pytest.raises(SystemCheckError, match=rf"E001\) User {root.pk} is an active"):
        call_command("check", "--deploy", "--tag", "security")
    call_command("check", "--tag", "security")


@pytest.mark.django_db
def test_without_one_and_on_ones_own_machine_nothing_is_said(settings: Settings) -> None:
    assert checks.nobody_is_superuser() == []
    User.objects.create(username="root", is_superuser=True)
    settings.INSECURE_HTTP = True
    assert checks.nobody_is_superuser() == []


@pytest.mark.django_db
def test_no_database_is_no_error() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE managers_user RENAME TO elsewhere")
        (said,) = checks.nobody_is_superuser()
        transaction.set_rollback(True)
    assert (said.id, said.is_serious()) == ("cmbank.I001", False)
