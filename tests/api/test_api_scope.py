"""Who sees what: a sister branch is absent from lists and errors; a role opens only its own kind of data."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from managers.models import Branch, Grant, User
from tests.api.test_api_tokens import RESOURCES

# Whatever tells of the western branch: numbers, names, amounts.
FOREIGN = ["F9", "王秘密", "S9", "秘密公司", "B2", "西支行", "98765432"]
OF_MANAGER = ["", "grade/", "metrics/", "verdicts/"]


def numbers(client: Client, path: str, key: str = "employee_no") -> list[str]:
    rows = client.get(f"/api/v1/{path}").json()["results"]
    return sorted(row.get("manager", row)[key] for row in rows)


def test_lists_hold_the_own_branch_and_what_lies_below(east: Client) -> None:
    assert numbers(east, "managers/") == ["E1", "E2", "E3"]
    assert numbers(east, "grades/") == ["E1", "E2", "E3"]
    assert numbers(east, "grade-changes/") == ["E1", "E2", "E3"]
    assert numbers(east, "appraisals/") == ["E1", "E2"]
    assert numbers(east, "customers/", "customer_no") == ["C1", "C2", "C3"]


def test_nothing_of_the_sister_branch_shows_anywhere(east: Client) -> None:
    for path in [*RESOURCES, "managers/?branch=B2", "appraisals/?employee_no=F9", "customers/?branch=B2"]:
        answer = east.get(f"/api/v1/{path}")
        text = answer.content.decode()
        assert answer.status_code == 200
        assert [word for word in FOREIGN if word in text] == [], path


@pytest.mark.parametrize("rest", OF_MANAGER)
def test_foreign_manager_is_as_absent_as_one_who_never_was(east: Client, auditor: Client, rest: str) -> None:
    foreign, missing = (east.get(f"/api/v1/managers/{number}/{rest}") for number in ("F9", "X9"))
    assert auditor.get(f"/api/v1/managers/F9/{rest}").status_code == 200
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert foreign.json()["code"] == "not_found"
    assert foreign.content.replace(b"F9", b"X9") == missing.content
    ignored = {"ETag"}
    assert {k: v for k, v in foreign.headers.items() if k not in ignored} == {
        k: v for k, v in missing.headers.items() if k not in ignored
    }


def test_parameters_are_checked_alike_for_foreign_and_missing(east: Client) -> None:
    for query in ("?on=2999-01-01", "?window=decade", "?floor=-1"):
        foreign, missing = (east.get(f"/api/v1/managers/{n}/metrics/{query}") for n in ("F9", "X9"))
        assert foreign.content.replace(b"F9", b"X9") == missing.content


def test_manager_sees_only_the_own_records(own: User, bearer: Callable[..., Client]) -> None:
    client = bearer(own)
    assert numbers(client, "managers/") == ["E1"]
    assert numbers(client, "grades/") == ["E1"]
    assert numbers(client, "grade-changes/") == ["E1"]
    assert numbers(client, "appraisals/") == ["E1"]
    assert numbers(client, "customers/", "customer_no") == ["C1", "C2"]
    assert [client.get(f"/api/v1/managers/E2/{rest}").status_code for rest in OF_MANAGER] == [404] * 4
    assert [client.get(f"/api/v1/managers/E1/{rest}").status_code for rest in OF_MANAGER] == [200] * 4
    held = client.get("/api/v1/customers/?on=1994-03-31").json()["results"][0]["managers"]
    assert [row["employee_no"] for row in held] == ["E1"]


OF_PEOPLE = ("managers:read", "grades:read", "metrics:read")
PEOPLE = {path for path, scope in RESOURCES.items() if scope in OF_PEOPLE}
APPRAISALS = {"appraisals/", "managers/E1/verdicts/"}
EVERYONE = {"rulebooks/"}


@pytest.mark.parametrize(
    ("role", "opened"),
    [
        ("auditor", set(RESOURCES)),
        ("head_risk", set(RESOURCES)),
        ("head_hr", set(RESOURCES)),
        ("branch_risk", set(RESOURCES)),
        ("branch_hr", set(RESOURCES)),
        ("outlet_head", set(RESOURCES)),
        ("api_client", set(RESOURCES)),
        ("branch_market", PEOPLE | {"customers/", "runs/"} | EVERYONE),
        ("group_member", PEOPLE | APPRAISALS | {"runs/"} | EVERYONE),
        ("platform_admin", {"runs/"} | EVERYONE),
        ("security_admin", EVERYONE),
    ],
)
def test_roles_open_their_own_kind_of_data(
    person: Callable[..., User], bearer: Callable[..., Client], role: str, opened: set[str]
) -> None:
    client = bearer(person(role, "HO"))
    answers = {path: client.get(f"/api/v1/{path}") for path in RESOURCES}
    assert {path for path, answer in answers.items() if answer.status_code == 200} == opened
    shut = {path: (a.status_code, a.json()["code"]) for path, a in answers.items() if path not in opened}
    assert shut == {path: (403, "forbidden") for path in shut}


def test_reach_of_one_role_does_not_carry_the_permission_of_another(
    person: Callable[..., User], bearer: Callable[..., Client]
) -> None:
    client = bearer(person("branch_market", "B1", "group_member", "B2"))
    assert numbers(client, "managers/") == ["E1", "E2", "E3", "F9"]
    assert numbers(client, "appraisals/") == ["F9"]
    assert numbers(client, "customers/", "customer_no") == ["C1", "C2", "C3"]
    assert client.get("/api/v1/managers/E1/verdicts/").status_code == 404
    assert client.get("/api/v1/managers/F9/verdicts/").status_code == 200
    holders = client.get("/api/v1/customers/?on=1994-03-31").json()["results"][0]["managers"]
    assert [row["employee_no"] for row in holders] == ["E1"]


def test_grant_that_ended_yesterday_opens_nothing(
    person: Callable[..., User], bearer: Callable[..., Client]
) -> None:
    user = person("branch_risk", "B1")
    client = bearer(user)
    assert numbers(client, "managers/") == ["E1", "E2", "E3"]
    yesterday = timezone.localdate() - timedelta(days=1)
    Grant.objects.filter(user=user).update(ends_on=yesterday)
    assert client.get("/api/v1/managers/").status_code == 403


def test_manager_who_moves_away_goes_out_of_sight(east: Client) -> None:
    Branch.objects.get(code="B11").managers.update(branch=Branch.objects.get(code="B2"))
    assert numbers(east, "managers/") == ["E1", "E3"]
    assert east.get("/api/v1/managers/E2/").status_code == 404
