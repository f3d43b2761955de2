"""What `manage.py check` says about accounts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.db import DatabaseError

from managers.models import User


@register()
def second_factor_is_on(**given: Any) -> list[CheckMessage]:
    """Off is for one's own machine and for a demonstration."""
    if settings.SECOND_FACTOR or settings.INSECURE_HTTP:
        return []
    return [
        Warning(
            "SECOND_FACTOR is off: roles that decide sign in by password alone.",
            hint="Leave SECOND_FACTOR unset but for a demonstration.",
            id="cmbank.W001",
        )
    ]


@register()
def single_sign_on_is_complete(**given: Any) -> list[CheckMessage]:
    """An issuer over plain HTTP vouches for nobody."""
    if not settings.OIDC or settings.INSECURE_HTTP or settings.OIDC["issuer"].startswith("https://"):
        return []
    return [
        Warning("OIDC_ISSUER does not begin with https://; single sign-on will refuse.", id="cmbank.W002")
    ]


@register(Tags.security, deploy=True)
def nobody_is_superuser(**given: Any) -> list[CheckMessage]:
    """Django's superuser passes by the grants that two people give; one's own machine may have one.

    Asked by `check --deploy` alone, which may run where there is no database.
    """
    if settings.INSECURE_HTTP:
        return []
    try:
        found = list(User.objects.filter(is_superuser=True, is_active=True).values_list("pk", flat=True))
    except DatabaseError:
        return [Info("The database does not answer: superusers were not looked for.", id="cmbank.I001")]
    return [_superuser(pk) for pk in sorted(found)]


def _superuser(pk: int) -> CheckMessage:
    return Error(
        f"User {pk} is an active Django superuser.",
        hint="Set is_superuser to False, or switch the login off; grants go through /access/.",
        id="cmbank.E001",
    )
