"""What the environment says about accounts, and what `check` says to that."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from cmbank import environment
from managers import checks


def said(settings: Any, *, second_factor: bool, insecure: bool, issuer: str = "") -> list[str | None]:
    settings.SECOND_FACTOR, settings.INSECURE_HTTP = second_factor, insecure
    settings.OIDC = {"issuer": issuer} if issuer else None
    return [each.id for each in (*checks.second_factor_is_on(), *checks.single_sign_on_is_complete())]


def test_check_warns_of_what_is_for_ones_own_machine_only(settings: Any) -> None:
    assert said(settings, second_factor=True, insecure=False) == []
    assert said(settings, second_factor=False, insecure=True, issuer="http://sso") == []
    assert said(settings, second_factor=False, insecure=False) == ["cmbank.W001"]
    assert said(settings, second_factor=True, insecure=False, issuer="http://sso") == ["cmbank.W002"]
    assert said(settings, second_factor=True, insecure=False, issuer="https://sso") == []


def test_an_issuer_needs_its_client(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "NAME", "CLAIM"):
        monkeypatch.delenv(f"OIDC_{name}", raising=False)
    assert environment.single_sign_on() is None
    monkeypatch.setenv("OIDC_ISSUER", "https://sso.bank.example")
    with pytest.raises(ImproperlyConfigured, match="OIDC_CLIENT_ID is not set"):
        environment.single_sign_on()
    monkeypatch.setenv("OIDC_CLIENT_ID", "cmbank")
    monkeypatch.setenv("OIDC_CLIENT_SECRET", "secret")
    assert environment.single_sign_on() == {
        "issuer": "https://sso.bank.example",
        "client_id": "cmbank",
        "client_secret": "secret",
        "name": "OIDC",
        "claim": "preferred_username",
    }
