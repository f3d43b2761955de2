"""Signing in and out by password: the addresses there are, refusals that tell nothing, lock-out, the log."""

import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from managers.models import LogEntry, Session
from tests.managers.accounts.people import PASSWORD, sign_in, somebody, text

pytestmark = pytest.mark.django_db
WRONG = "用户名或密码不正确。"


def log() -> list[tuple[str, str, Any]]:
    return list(LogEntry.objects.order_by("id").values_list("action", "subject", "detail"))


def test_only_our_own_addresses_of_allauth_exist(client: Client) -> None:
    names = {str(name) for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert {name for name in names if name.startswith(("account_", "mfa_", "socialaccount_"))} == {
        "account_login",
        "account_reauthenticate",
        "mfa_authenticate",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
    }
    for path in ("accounts/signup/", "signup/", "accounts/email/", "login/sso/", "password/reset/"):
        assert client.get(f"/{path}").status_code == 404


def test_one_signs_in_returns_to_the_page_and_signs_out(client: Client) -> None:
    somebody()
    page = client.get("/login/?next=/account/")
    assert '<input type="hidden" name="next" value="/account/">' in text(page)
    answer = client.post(
        "/login/",
        {"username": "wang", "password": PASSWORD, "next": "/account/"},
        headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0"},
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/")
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert client.get("/account/").status_code == 302
    agent = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0"
    assert log() == [
        ("sign_in", "user:wang", {"address": "127.0.0.1", "agent": agent, "methods": ["password"]}),
        ("session_ended", "user:wang", {"address": "127.0.0.1", "agent": "", "why": "signed_out"}),
    ]


def test_nobody_is_sent_elsewhere_after_signing_in(client: Client) -> None:
    somebody()
    answer = client.post(
        "/login/", {"username": "wang", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("username", "password", "active"),
    [("wang", "wrong", True), ("nobody", PASSWORD, True), ("wang", PASSWORD, False)],
)
def test_a_refusal_does_not_say_whether_there_is_such_an_account(
    client: Client, username: str, password: str, active: bool
) -> None:
    somebody(is_active=active)
    answer = sign_in(client, username, password)
    assert (answer.status_code, answer.context["form"].non_field_errors()) == (200, [WRONG])
    assert client.get("/account/").status_code == 302


def test_what_was_typed_as_a_name_is_kept_only_if_it_is_one(client: Client) -> None:
    somebody()
    sign_in(client, "wang", "wrong")
    sign_in(client, "my-secret-password", "x")
    facts = {"address": "127.0.0.1", "agent": "", "why": "password", "locked": False}
    assert log() == [("sign_in_failed", "user:wang", facts), ("sign_in_failed", "user:", facts)]


@pytest.mark.parametrize("username", ["wang", "nobody"])
def test_five_failures_pause_the_account_and_say_for_how_long(client: Client, username: str) -> None:
    somebody()
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        for _number in range(5):
            assert sign_in(client, username, "wrong").status_code == 200
            clock.shift(timedelta(seconds=60))
        answer = sign_in(client, username)
        said = "尝试失败次数过多，登录已暂停。请在 10 分钟后再试。"
        assert (answer.status_code, answer.context["form"].non_field_errors()) == (429, [said])
        assert [entry.detail["locked"] for entry in LogEntry.objects.order_by("id")] == [False] * 4 + [True]
        clock.shift(timedelta(minutes=10, seconds=1))
        assert sign_in(client, "wang").status_code == 302


def test_another_account_of_the_same_address_is_not_paused(client: Client) -> None:
    somebody()
    somebody("li")
    for _number in range(6):
        sign_in(client, "li", "wrong")
    assert sign_in(client, "wang").status_code == 302


def test_an_address_that_fails_with_many_names_is_paused_altogether(client: Client) -> None:
    somebody()
    for number in range(50):
        sign_in(client, f"name{number}", "wrong")
    assert sign_in(client, "wang").status_code == 429
    assert sign_in(client, "wang", REMOTE_ADDR="10.0.0.7").status_code == 302


def test_too_many_requests_of_any_kind_are_refused_with_a_page(client: Client) -> None:
    for _number in range(120):
        client.post("/login/", {})
    answer = client.post("/login/", {})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert "请在 1 分钟后再试。" in text(answer)


def test_a_refusal_takes_as_long_without_an_account(client: Client, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    somebody()

    def took(username: str) -> float:
        began = time.perf_counter()
        sign_in(client, username, "wrong")
        return time.perf_counter() - began

    took("wang")
    known, unknown = min(took("wang") for _n in range(2)), min(took(f"no{n}") for n in range(2))
    # One hash either way: without it the answer would come in a tenth of the time.
    assert 0.4 < known / unknown < 2.5


def test_the_admin_has_the_same_door(client: Client) -> None:
    somebody(is_staff=True)
    assert client.get("/admin/login/?next=/admin/").headers["Location"] == "/login/?next=%2Fadmin%2F"
    assert client.post("/admin/login/", {"username": "wang", "password": PASSWORD}).status_code == 302
    assert client.get("/account/").status_code == 302
    sign_in(client)
    assert client.get("/admin/password_change/").headers["Location"] == "/password/"
    other = Client()
    somebody("li")
    sign_in(other, "li")
    assert other.get("/admin/login/?next=/admin/").status_code == 403


def test_signing_in_as_somebody_else_ends_the_session_before(client: Client) -> None:
    somebody()
    somebody("li")
    sign_in(client)
    assert "您已以 wang 的身份登录" in text(client.get("/login/"))
    sign_in(client, "li")
    assert [row.user.username for row in Session.objects.select_related("user")] == ["li"]


def test_without_the_cache_the_door_is_closed_and_says_so(client: Client, settings: Any) -> None:
    somebody()
    inside = Client()
    sign_in(inside)
    caches = settings.CACHES
    settings.CACHES = {"default": caches["default"] | {"LOCATION": "redis://127.0.0.1:9/0"}}
    answer = sign_in(client)
    assert (answer.status_code, "为安全起见暂停登录" in text(answer)) == (503, True)
    assert inside.get("/account/").status_code == 200
    settings.CACHES = caches
