"""Bearer tokens: shown once, kept as a digest, and worth nothing once expired, revoked or ownerless."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from managers.models import ApiToken, LogEntry, User
from managers.services import tokens
from managers.tokens import SCOPES

pytestmark = pytest.mark.django_db
RESOURCES = {
    "managers/": "managers:read",
    "managers/E1/": "managers:read",
    "managers/E1/grade/": "grades:read",
    "managers/E1/metrics/": "metrics:read",
    "managers/E1/verdicts/": "verdicts:read",
    "grades/": "grades:read",
    "grade-changes/": "grades:read",
    "appraisals/": "appraisals:read",
    "rulebooks/": "rulebooks:read",
    "customers/": "customers:read",
    "runs/": "runs:read",
}


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("robot")


def call(token: str) -> tuple[int, str, str]:
    """Status, code and challenge of an answer that needs no more than a valid token."""
    answer = Client().get("/api/v1/rulebooks/", headers={"authorization": f"Bearer {token}"})
    return answer.status_code, answer.json().get("code", ""), answer.headers.get("WWW-Authenticate", "")


def refused(code: str) -> tuple[int, str, str]:
    return 401, code, 'Bearer realm="cmbank"'


def issue(owner: User, *scopes: str, days: int = 90) -> tokens.Issued:
    return tokens.issue(user=owner, scopes=scopes or SCOPES, at=timezone.now(), name="test", days=days)


def test_token_is_256_random_bits_of_which_only_the_digest_is_kept(owner: User) -> None:
    issued, other = issue(owner), issue(owner)
    assert re.fullmatch(r"cmb_[A-Za-z0-9_-]{43}", issued.text)
    assert issued.text != other.text
    assert issued.token.digest == hashlib.sha256(issued.text.encode()).hexdigest()
    row = json.dumps(list(ApiToken.objects.values()), default=str) + json.dumps(
        list(LogEntry.objects.values()), default=str
    )
    assert issued.text not in row and issued.text.removeprefix("cmb_") not in row


def test_valid_token_opens_the_door(owner: User) -> None:
    assert call(issue(owner).text) == (200, "", "")


@pytest.mark.parametrize("text", ["", "x", "cmb_" + "A" * 43, "密码", "a b c", "\x00", "x" * 5000])
def test_invented_token_does_not(owner: User, text: str) -> None:
    assert call(text.encode().decode("latin-1")) == refused("token_invalid")


def test_digest_is_no_token(owner: User) -> None:
    assert call(issue(owner).token.digest) == refused("token_invalid")


def test_no_token_and_no_session(client: Client) -> None:
    answer = client.get("/api/v1/rulebooks/")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="cmbank"'
    other = client.get("/api/v1/rulebooks/", headers={"authorization": "Basic cm9ib3Q6cm9ib3Q="})
    assert (other.status_code, other.json()["code"]) == (401, "not_authenticated")


def test_session_will_do(client: Client, owner: User) -> None:
    client.force_login(owner)
    assert client.get("/api/v1/rulebooks/").status_code == 200


def test_useless_token_is_not_rescued_by_a_session(client: Client, owner: User) -> None:
    client.force_login(owner)
    answer = client.get("/api/v1/rulebooks/", headers={"authorization": "Bearer x"})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


def test_token_ends_at_its_last_second(owner: User) -> None:
    start = datetime.fromisoformat("2026-03-31T10:00:00+08:00")
    with time_machine.travel(start, tick=False):
        text = issue(owner, days=1).text
    with time_machine.travel(start + timedelta(days=1, seconds=-1), tick=False):
        assert call(text) == (200, "", "")
    with time_machine.travel(start + timedelta(days=1), tick=False):
        assert call(text) == refused("token_expired")


def test_revoked_token_is_refused_at_once(owner: User) -> None:
    issued, other = issue(owner), issue(owner)
    at = timezone.now()
    assert tokens.revoke(issued.token, at=at, reason="lost") is True
    assert tokens.revoke(issued.token, at=at + timedelta(days=1)) is False
    issued.token.refresh_from_db()
    assert issued.token.revoked_at == at
    assert call(issued.text) == refused("token_revoked")
    assert call(other.text) == (200, "", "")


def test_token_of_an_inactive_user_is_refused(owner: User) -> None:
    text = issue(owner).text
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert call(text) == refused("user_inactive")


@pytest.mark.parametrize("scope", SCOPES)
def test_scope_opens_its_resources_and_no_other(
    person: Callable[..., User], bearer: Callable[..., Client], scope: str
) -> None:
    client = bearer(person("auditor", "HO"), scope)
    answers = {path: client.get(f"/api/v1/{path}") for path in RESOURCES}
    opened = {path for path, answer in answers.items() if answer.status_code == 200}
    assert opened == {path for path, needed in RESOURCES.items() if needed == scope}
    refusals = {
        path: (answer.status_code, answer.json()["code"], answer.json()["scope"])
        for path, answer in answers.items()
        if path not in opened
    }
    assert refusals == {path: (403, "scope_missing", RESOURCES[path]) for path in refusals}


@pytest.mark.parametrize(
    ("scopes", "days", "active", "sentence"),
    [
        (["managers:write"], 90, True, "没有权限范围“managers:write”"),
        ([], 90, True, "没有权限范围“”"),
        (["runs:read"], 0, True, "有效期须为 1 至 366 天。"),
        (["runs:read"], 367, True, "有效期须为 1 至 366 天。"),
        (["runs:read"], 90, False, "账号 robot 已停用，不能签发令牌；请先启用。"),
    ],
)
def test_what_is_not_issued(owner: User, scopes: list[str], days: int, active: bool, sentence: str) -> None:
    owner.is_active = active
    with pytest.raises(tokens.TokenRefused, match=re.escape(sentence)):
        tokens.issue(user=owner, scopes=scopes, at=timezone.now(), name="x", days=days)
    assert (ApiToken.objects.count(), LogEntry.objects.count()) == (0, 0)


def test_commands_issue_and_revoke(owner: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_token", "--user", "robot", "--scopes", "runs:read, rulebooks:read", "--days", "7")
    said = capsys.readouterr()
    text = said.out.removesuffix("\n")
    token = ApiToken.objects.get()
    assert re.fullmatch(r"cmb_[A-Za-z0-9_-]{43}", text)
    assert text not in said.err
    assert call(text) == (200, "", "")
    assert (token.user, token.scopes, token.name) == (owner, ["rulebooks:read", "runs:read"], "create_token")
    assert timedelta(days=6) < token.expires_at - timezone.now() <= timedelta(days=7)
    call_command("revoke_token", str(token.pk), "--reason", "lost")
    assert capsys.readouterr().out == f"已吊销 1 个令牌：[{token.pk}]。\n"
    assert call(text) == refused("token_revoked")
    log = LogEntry.objects.order_by("id").values_list("action", "subject", "reason")
    subject = f"token:{token.pk}"
    assert list(log) == [("issue_token", subject, ""), ("revoke_token", subject, "lost")]


def test_commands_speak_json(owner: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_token", "--user", "robot", "--scopes", "runs:read", "--name", "仓库", "--json")
    facts = json.loads(capsys.readouterr().out)
    token = ApiToken.objects.get()
    assert hashlib.sha256(facts.pop("token").encode()).hexdigest() == token.digest
    assert facts == {
        "id": token.pk,
        "user": "robot",
        "name": "仓库",
        "scopes": ["runs:read"],
        "expires_at": token.expires_at.isoformat(),
    }
    call_command("revoke_token", "--user", "robot", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"revoked": [token.pk]}
    call_command("revoke_token", "--user", "robot", "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"revoked": []}


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["create_token", "--user", "who", "--scopes", "runs:read"], "没有账号 who；请核对用户名。"),
        (["create_token", "--user", "robot", "--scopes", "x"], "没有权限范围“x”"),
        (["revoke_token", "0"], "没有编号为 0 的令牌；请核对编号。"),
        (["revoke_token", "--user", "who"], "没有账号 who；请核对用户名。"),
    ],
)
def test_commands_refuse_with_a_sentence_and_exit_2(owner: User, command: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=re.escape(sentence)) as refusal:
        call_command(*command)
    assert refusal.value.returncode == 2
