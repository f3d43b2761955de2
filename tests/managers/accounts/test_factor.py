"""The second factor: who must have one, setting it up, signing in with it, recovery codes, removing it."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from managers.models import Delegation, LogEntry, Session
from managers.roles import SECOND_FACTOR_ROLES
from managers.services import tokens
from tests.managers.accounts.people import PASSWORD, code, enrolled, sign_in, somebody, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demanded(settings: Any) -> None:
    settings.SECOND_FACTOR = True


def set_up(client: Client) -> str:
    """Set the factor up as a person does; the secret."""
    secret = client.get("/account/factor/").context["form"].secret
    answer = client.post("/account/factor/", {"code": code(secret)})
    assert answer.headers["Location"] == "/account/factor/codes/"
    return str(secret)


def test_the_roles_that_decide_must_have_one() -> None:
    assert {
        "platform_admin",
        "security_admin",
        "auditor",
        "head_risk",
        "head_hr",
        "branch_risk",
        "branch_hr",
        "branch_market",
        "asset_preservation",
        "outlet_head",
        "group_member",
        "group_chair",
    } == SECOND_FACTOR_ROLES


@pytest.mark.parametrize("url", ["/", "/runs/", "/admin/", "/admin/managers/user/", "/account/"])
def test_who_must_have_one_is_led_there_before_anything_else(client: Client, url: str) -> None:
    somebody(role="platform_admin", is_staff=True)
    sign_in(client)
    assert client.get(url).headers["Location"] == "/account/factor/"
    assert "您的角色须使用两步验证。请先完成设置，再继续使用。" in text(client.get("/account/factor/"))
    set_up(client)
    assert client.get(url).headers.get("Location", "") != "/account/factor/"


def test_who_acts_for_somebody_must_have_one_too(client: Client) -> None:
    deputy, head = somebody(), somebody("li", "head_risk")
    today = timezone.localdate()
    Delegation.objects.create(
        grant=head.grants.get(), to=deputy, starts_on=today, ends_on=today, made_by=head, reason="休假"
    )
    sign_in(client)
    assert client.get("/").headers["Location"] == "/account/factor/"


def test_a_set_up_account_with_all_powers_must_have_one_too(client: Client) -> None:
    somebody(is_superuser=True, is_staff=True)
    sign_in(client)
    assert client.get("/admin/").headers["Location"] == "/account/factor/"


def test_a_fragment_sends_the_whole_page_there(client: Client) -> None:
    somebody(role="auditor")
    sign_in(client)
    answer = client.get("/runs/progress/", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/account/factor/")


def test_a_session_gets_a_problem_over_rest_and_a_token_does_not(client: Client) -> None:
    user = somebody(role="auditor")
    sign_in(client)
    answer = client.get("/api/v1/runs/")
    assert (answer.status_code, answer.json()["code"]) == (403, "factor_required")
    token = tokens.issue(user=user, scopes=["runs:read"], at=timezone.now(), name="x").text
    for caller in (client, Client()):
        assert caller.get("/api/v1/runs/", headers={"authorization": f"Bearer {token}"}).status_code == 200


def test_who_need_not_have_one_may(client: Client) -> None:
    somebody()
    sign_in(client)
    assert client.get("/account/").status_code == 200
    set_up(client)
    assert client.get("/account/").context["factor"].codes_left == 10


def test_switched_off_nobody_must(client: Client, settings: Any) -> None:
    settings.SECOND_FACTOR = False
    somebody(role="auditor")
    sign_in(client)
    assert client.get("/account/").status_code == 200


def test_set_up_signed_in_with_and_used_once(client: Client) -> None:
    user = somebody(role="auditor")
    sign_in(client)
    secret = set_up(client)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    other = Client()
    assert sign_in(other).headers["Location"] == "/login/code/"
    assert other.get("/account/").headers["Location"][:7] == "/login/"
    # The code that set it up is used up.
    assert "验证码不正确或已经用过" in text(other.post("/login/code/", {"code": code(secret)}))
    assert other.post("/login/code/", {"code": code(secret, 1)}).headers["Location"] == "/"
    assert other.get("/account/").status_code == 200
    actions = ["sign_in", "add_factor", "second_factor_failed", "sign_in"]
    entries = LogEntry.objects.filter(subject=f"user:{user.username}").order_by("id")
    assert [entry.action for entry in entries] == actions
    assert entries[3].detail["methods"] == ["password", "mfa"]


def test_setting_it_up_ends_the_sessions_from_before(client: Client) -> None:
    somebody(role="auditor")
    other = Client()
    sign_in(other)
    sign_in(client)
    set_up(client)
    assert Session.objects.count() == 1
    assert other.get("/account/").status_code == 302


def test_the_picture_is_an_image_that_the_policy_permits(client: Client) -> None:
    somebody(role="auditor")
    sign_in(client)
    page = text(client.get("/account/factor/"))
    assert 'src="data:image/svg+xml;base64,' in page
    assert "style=" not in page


def test_wrong_codes_pause_the_second_step(client: Client) -> None:
    secret = enrolled(somebody())
    sign_in(client)
    for _number in range(5):
        client.post("/login/code/", {"code": "000000"})
    answer = client.post("/login/code/", {"code": code(secret)})
    assert "尝试失败次数过多，登录已暂停。请在 15 分钟后再试。" in text(answer)
    assert client.get("/account/").status_code == 302


def test_recovery_codes_are_shown_once_and_open_once(client: Client) -> None:
    somebody(role="auditor")
    sign_in(client)
    set_up(client)
    codes = client.get("/account/factor/codes/").context["unused_codes"]
    assert len(codes) == 10
    assert codes[0] not in text(client.get("/account/factor/codes/"))
    for expected in ("/", None):
        other = Client()
        sign_in(other)
        assert other.post("/login/code/", {"code": codes[0]}).headers.get("Location") == expected


def test_new_codes_take_the_password_and_end_the_old_ones(client: Client) -> None:
    somebody(role="auditor")
    sign_in(client)
    set_up(client)
    old = client.get("/account/factor/codes/").context["unused_codes"]
    answer = client.get("/account/factor/codes/new/")
    assert answer.headers["Location"] == "/login/again/?next=%2Faccount%2Ffactor%2Fcodes%2Fnew%2F"
    assert "密码不正确。" in text(client.post(answer.headers["Location"], {"password": "wrong"}))
    client.post(answer.headers["Location"], {"password": PASSWORD})
    client.post("/account/factor/codes/new/")
    new = client.get("/account/factor/codes/").context["unused_codes"]
    assert set(new) & set(old) == set()
    assert LogEntry.objects.filter(action="renew_factor").count() == 1


def test_who_must_have_one_cannot_remove_it(client: Client) -> None:
    somebody(role="auditor")
    sign_in(client)
    set_up(client)
    client.post("/login/again/", {"password": PASSWORD})
    answer = client.post("/account/factor/remove/")
    assert "您的角色必须使用两步验证，不能停用。" in text(answer)
    assert Authenticator.objects.count() == 2


def test_who_need_not_removes_it_after_saying_who_is_there(client: Client) -> None:
    somebody(role="client_manager")
    sign_in(client)
    secret = set_up(client)
    assert client.post("/account/factor/remove/").headers["Location"][:13] == "/login/again/"
    assert client.get("/login/again/code/").status_code == 200
    client.post("/login/again/code/", {"code": code(secret, 1)})
    assert client.post("/account/factor/remove/").headers["Location"] == "/account/"
    assert Authenticator.objects.count() == 0
    assert LogEntry.objects.filter(action="remove_factor").count() == 1


def test_a_lost_one_is_reset_and_the_sessions_end(client: Client) -> None:
    somebody(role="auditor")
    sign_in(client)
    set_up(client)
    call_command("reset_factor", "wang", "--reason", "手机遗失")
    assert (Session.objects.count(), Authenticator.objects.count()) == (0, 0)
    assert LogEntry.objects.get(action="reset_factor").reason == "手机遗失"
    sign_in(client)
    assert client.get("/").headers["Location"] == "/account/factor/"


def test_an_account_switched_off_between_password_and_code_stays_out(client: Client) -> None:
    user = somebody()
    secret = enrolled(user)
    sign_in(client)
    type(user).objects.update(is_active=False)
    client.post("/login/code/", {"code": code(secret)})
    type(user).objects.update(is_active=True)
    assert client.get("/account/").status_code == 302
