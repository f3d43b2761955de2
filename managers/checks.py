"""What `manage.py check` says about accounts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register


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
