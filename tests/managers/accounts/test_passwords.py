"""Passwords: their rules, the ones before, their age, and one that somebody else has set."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from managers.models import LogEntry, PastPassword, Session, User
from managers.rules import agents
from managers.services import passwords
from tests.managers.accounts.people import PASSWORD, enrolled, sign_in, somebody, text

NEW = "Harbour-7-lanterns"


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Aa1-aaaaa", "password_too_short"),
        ("lanternsharbour", "password_too_few_kinds"),
        ("lanterns2harbour", "password_too_few_kinds"),
        ("Password123", "password_too_common"),
        ("Wangming-2026", "password_holds_name"),
        ("2026-gnimgnaw-X", "password_holds_name"),
        (NEW, None),
        ("灯塔与海港 2026 lighthouse", None),
    ],
)
def test_the_rules(password: str, code: str | None) -> None:
    user = User(username="wangming", display_name="王明")
    try:
        validate_password(password, user)
        found: list[str | None] = [None]
    except ValidationError as refused:
        found = [error.code for error in refused.error_list]
    assert code in found
    assert (found == [None]) is (code is None)


def test_a_password_of_our_making_keeps_the_rules() -> None:
    for _number in range(20):
        validate_password(passwords.temporary(), User(username="wang"))


def change(client: Client, old: str, new: str, again: str = "") -> Any:
    return client.post("/password/", {"old": old, "new": new, "again": again or new})


@pytest.mark.django_db
def test_one_changes_it_and_the_other_sessions_end(client: Client) -> None:
    user = somebody()
    other = Client()
    sign_in(other)
    sign_in(client)
    answer = change(client, PASSWORD, NEW)
    assert answer.headers["Location"] == "/account/"
    assert "密码已修改，您的其他会话已结束。" in text(client.get("/account/"))
    assert other.get("/account/").status_code == 302
    assert Session.objects.filter(user=user).count() == 1
    assert sign_in(Client(), password=PASSWORD).status_code == 200
    assert sign_in(Client(), password=NEW).status_code == 302
    entry = LogEntry.objects.get(action="change_password")
    assert (entry.by, entry.subject, entry.detail) == (user, "user:wang", {})
    assert not any(NEW in str(entry.detail) for entry in LogEntry.objects.all())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", NEW, "", "密码不正确。"),
        (PASSWORD, NEW, "other", "两次输入的新密码不一致。"),
        (PASSWORD, "short", "", "密码须含大写字母、小写字母、数字、其他符号四类中的至少三类。"),
        (PASSWORD, PASSWORD, "", "不得使用最近 5 次用过的密码。"),
    ],
)
def test_what_is_refused_is_said(client: Client, old: str, new: str, again: str, said: str) -> None:
    somebody()
    sign_in(client)
    answer = change(client, old, new, again)
    assert (answer.status_code, PastPassword.objects.count()) == (200, 0)
    assert said in [error for errors in answer.context["form"].errors.values() for error in errors]


@pytest.mark.django_db
def test_the_last_five_do_not_come_back() -> None:
    user, now = somebody(), timezone.now()
    used = [PASSWORD, *(f"Lantern-{number}-harbour" for number in range(5))]
    for password in used[1:]:
        user = passwords.change(user, password, at=now, keep_session=None)
    for password in used[1:]:
        with pytest.raises(ValidationError, match="最近 5 次"):
            passwords.change(user, password, at=now, keep_session=None)
    assert PastPassword.objects.count() == 4
    passwords.change(user, PASSWORD, at=now, keep_session=None)


@pytest.mark.django_db
def test_after_ninety_days_it_must_be_changed_first(client: Client, settings: Any) -> None:
    settings.PASSWORD_DAYS = 90
    user = somebody(role="auditor")
    User.objects.filter(pk=user.pk).update(password_changed_at=timezone.now())
    with time_machine.travel(timezone.now() + timedelta(days=89, hours=23)):
        sign_in(client)
        assert client.get("/account/").context["password"]["soon"] is True
    with time_machine.travel(timezone.now() + timedelta(days=90)):
        sign_in(client)
        assert client.get("/account/").headers["Location"] == "/password/"
        assert "您的密码已到有效期。" in text(client.get("/password/"))
        problem = client.get("/api/v1/runs/")
        assert (problem.status_code, problem.json()["code"]) == (403, "password_required")
        assert change(client, PASSWORD, NEW).headers["Location"] == "/account/"
        assert client.get("/account/").status_code == 200


@pytest.mark.django_db
def test_one_that_somebody_else_set_is_changed_at_the_first_sign_in(client: Client) -> None:
    somebody()
    sign_in(client)
    told = StringIO()
    call_command("reset_password", "wang", "--reason", "忘记密码", stdout=told, stderr=StringIO())
    assert client.get("/account/").status_code == 302
    new = told.getvalue().strip()
    sign_in(client, password=new)
    assert client.get("/account/").headers["Location"] == "/password/"
    assert "您的密码是管理员重置的。" in text(client.get("/password/"))
    assert change(client, new, NEW).headers["Location"] == "/account/"
    assert client.get("/account/").status_code == 200
    entry = LogEntry.objects.get(action="reset_password")
    assert (entry.subject, entry.reason, new in str(entry.detail)) == ("user:wang", "忘记密码", False)


@pytest.mark.django_db
def test_only_who_keeps_the_accounts_resets_and_never_the_own() -> None:
    user, keeper, other = somebody(), somebody("ops", "platform_admin"), somebody("li", "auditor")
    with pytest.raises(PermissionDenied):
        passwords.reset(user, by=other, at=timezone.now())
    with pytest.raises(PermissionDenied, match="不能重置本人的密码"):
        passwords.reset(keeper, by=keeper, at=timezone.now())
    assert passwords.reset(user, by=keeper, at=timezone.now()) != PASSWORD


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140.0 Safari/537 Edg/140.0", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19 like Mac OS X) Version/19 Safari/604", "Safari · iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 MicroMessenger/8", "WeChat · Android"),
        ("curl/8.9", "curl"),
        ("", ""),
    ],
)
def test_browsers_are_named_in_two_words(agent: str, said: str) -> None:
    assert agents.describe(agent) == said


@pytest.mark.django_db
def test_the_administrator_resets_in_the_admin_and_sees_the_password_once(client: Client) -> None:
    user, keeper = somebody(), somebody("ops", "platform_admin", is_staff=True)
    enrolled(user)
    client.force_login(keeper)
    url = f"/admin/managers/user/{user.pk}/change/"
    assert "重置须写明原因。" in text(client.post(url, {"is_active": "on", "reset_password": "on"}))
    asked = {"is_active": "on", "reset_password": "on", "reset_factor": "on", "reason": "忘记密码"}
    page = client.post(url, asked)
    new = page.context["new"]
    assert new in text(page)
    assert new not in str(client.cookies)
    assert new not in text(client.get(url))
    reset = LogEntry.objects.filter(action__startswith="reset_").order_by("id")
    assert [(entry.action, entry.by, entry.reason) for entry in reset] == [
        ("reset_factor", keeper, "忘记密码"),
        ("reset_password", keeper, "忘记密码"),
    ]
    other = Client()
    assert sign_in(other, password=new).headers["Location"] == "/"
    assert other.get("/").headers["Location"] == "/password/"
    assert "重置密码" not in text(client.get(f"/admin/managers/user/{keeper.pk}/change/"))


@pytest.mark.django_db
def test_who_only_gives_roles_resets_nothing(client: Client) -> None:
    user = somebody()
    client.force_login(somebody("shi", "security_admin", is_staff=True))
    url = f"/admin/managers/user/{user.pk}/change/"
    assert "重置密码" not in text(client.get(url))
    assert client.post(url, {"is_active": "on", "reset_password": "on", "reason": "x"}).status_code == 403
