"""The pages of versions: a run with what it changed, closed periods, and a figure as it was published."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ledger import queries
from ledger.models import Run
from ledger.rules import windows
from ledger.services import closings
from managers.models import Branch, ClientManager, Grant, User
from managers.services import tokens
from managers.tokens import SCOPES
from tests.ledger import bank
from tests.ledger.test_corrections import deliver, nights

pytestmark = pytest.mark.django_db
__all__ = ["deliver"]
ON = date(1994, 1, 5)


@pytest.fixture
def corrected(deliver: Any) -> tuple[Run, Run]:
    """Two versions of a date; the correction concerns both managers, each of a branch of its own."""
    deliver(bank.REGISTER)
    nights("1994-01-05")
    deliver({"balances.csv": [("A1", "1994-01-03", "2000")]})
    nights("1994-01-05")
    first, second = queries.versions(ON)
    return first, second


def person(role: str, branch: str) -> User:
    user = User.objects.create_user(f"{role}-{branch}")
    at = Branch.objects.get(code=branch)
    Grant.objects.create(user=user, role=role, branch=at, starts_on=date(2000, 1, 1))
    return user


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def own(number: str) -> User:
    user = User.objects.create_user(number)
    ClientManager.objects.filter(employee_no=number).update(user=user)
    return user


@pytest.mark.parametrize(
    ("role", "branch", "seen"),
    [("head_risk", "HO", ["E1", "E2"]), ("branch_hr", "B01", ["E1"]), ("platform_admin", "HO", [])],
)
def test_the_page_of_a_run_lists_the_differences_of_those_one_may_see(
    corrected: tuple[Run, Run], role: str, branch: str, seen: list[str]
) -> None:
    answer = as_(person(role, branch)).get(f"/runs/{corrected[1].pk}/")
    assert answer.status_code == 200
    assert [row["manager"].employee_no for row in answer.context["rows"]] == seen
    assert ("+700.00" in answer.content.decode()) == ("E1" in seen)


def test_the_page_of_a_run_compares_with_any_version_of_its_date(corrected: tuple[Run, Run]) -> None:
    first, second = corrected
    client = as_(person("head_risk", "HO"))
    assert client.get(f"/runs/{first.pk}/").context["earlier"] is None
    assert "-700.00" in client.get(f"/runs/{first.pk}/?against=2").content.decode()
    assert client.get(f"/runs/{second.pk}/?against=9").status_code == 404
    assert client.get("/runs/999999/").status_code == 404


def test_a_manager_may_not_open_the_page_of_a_run(corrected: tuple[Run, Run]) -> None:
    assert as_(own("E1")).get(f"/runs/{corrected[1].pk}/").status_code == 403


def test_a_manager_sees_versions_and_differences_on_the_own_figure(corrected: tuple[Run, Run]) -> None:
    client = as_(own("E1"))
    address = "/managers/E1/figures/deposit_product_month/"
    asked = {"on": "1994-01-05", "window": "month"}
    answer = client.get(address, asked)
    assert [(each["run"].version, each["text"]) for each in answer.context["versions"]] == [
        (2, "2,800.00"),
        (1, "2,100.00"),
    ]
    assert answer.context["versions"][0]["difference"].text == "+700.00"
    assert "自 1994-01-03 起" in answer.content.decode()
    before = client.get(address, asked | {"as_of": corrected[0].finished_at.isoformat()})
    assert before.context["found"].run == corrected[0]
    assert (before.context["value"], before.context["found"].adds_up) == (2100, True)
    assert "已被新版本取代" in before.content.decode()
    for wrong in ("1990-01-01", "yesterday", "9999-12-31", "0001-01-01"):
        status = client.get(address, asked | {"as_of": wrong}).status_code
        assert status == (200 if wrong == "9999-12-31" else 404), wrong


def test_a_figure_of_a_single_version_shows_none(deliver: Any) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    answer = as_(own("E1")).get(
        "/managers/E1/figures/deposit_product_month/", {"on": "1994-01-05", "window": "month"}
    )
    assert (answer.status_code, answer.context["versions"]) == (200, [])


def test_the_page_of_closings_lists_what_has_changed_since(deliver: Any) -> None:
    deliver(bank.REGISTER, "1994-01-01", "1994-03-31")
    nights("1994-03-31", start="1994-03-31")
    client = as_(person("branch_risk", "B01"))
    assert client.get("/closings/").context["closings"] == []
    by, second = (User.objects.create_user(name) for name in ("a", "b"))
    period = windows.period("1994Q1")
    closings.close_period(period, by=by, second=second, reason="核对", on=date(1994, 5, 1))
    assert [row["overtaken"] for row in client.get("/closings/").context["closings"]] == [False]
    deliver({"balances.csv": [("A1", "1994-01-03", "2000")]}, "1994-01-01", "1994-03-31")
    nights("1994-03-31")
    answer = client.get("/closings/?period=1994Q1")
    assert [row["overtaken"] for row in answer.context["closings"]] == [True]
    assert [row["manager"].employee_no for row in answer.context["rows"]] == ["E1"]
    assert client.get("/closings/?period=1994Q2").status_code == 404
    assert as_(own("E2")).get("/closings/").status_code == 403


def bearer(user: User) -> Client:
    issued = tokens.issue(user=user, scopes=tuple(SCOPES), at=timezone.now(), name="test", days=9)
    return Client(headers={"authorization": f"Bearer {issued.text}"})


def test_rest_gives_a_metric_as_it_was_published(corrected: tuple[Run, Run]) -> None:
    client = bearer(own("E1"))
    address = "/api/v1/managers/E1/metrics/"

    def product(**asked: str) -> tuple[int, str]:
        answer = client.get(address, {"on": "1994-01-05", "window": "month"} | asked).json()
        (row,) = [each for each in answer["metrics"] if each["metric"] == "deposit_product_month"]
        return answer["run"]["version"], row["value"]

    then = corrected[0].finished_at.isoformat()
    assert product() == (2, "2800.00")
    assert product(as_of=then) == product(as_of=then, floor="0.01") == (1, "2100.00")
    assert product(as_of="2999-01-01") == (2, "2800.00")
    early = client.get(address, {"on": "1994-01-05", "as_of": "1994-01-06"})
    assert (early.status_code, early.json()["code"], early.json()["parameter"]) == (
        409,
        "not_published",
        "as_of",
    )
    for wrong in ("gestern", "1994-13-01", "1994-01-05 10:00", "1994-01-05T25:00", "19940105"):
        answer = client.get(address, {"as_of": wrong})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_date"), wrong


def test_rest_lists_the_differences_of_a_version_in_scope(corrected: tuple[Run, Run]) -> None:
    first, second = corrected
    address = f"/api/v1/runs/{second.pk}/differences/"

    def rows(user: User, **asked: str) -> dict[str, Any]:
        found = bearer(user).get(address, asked).json()["results"]
        return {
            each["employee_no"]: next(
                one["difference"] for one in each["differences"] if one["metric"] == "deposit_product_month"
            )
            for each in found
        }

    risk, manager = person("head_risk", "HO"), own("E2")
    assert rows(risk) == rows(risk, against="1") == {"E1": "700.00", "E2": "300.00"}
    assert rows(manager) == {"E2": "300.00"}
    back = bearer(risk).get(f"/api/v1/runs/{first.pk}/differences/?against=2").json()["results"]
    assert (back[0]["employee_no"], back[0]["since"]) == ("E1", "1994-01-03")
    assert bearer(risk).get(f"/api/v1/runs/{first.pk}/differences/").json()["results"] == []
    assert bearer(risk).get(address + "?against=9").status_code == 404
    assert bearer(risk).get(address + "?against=x").status_code == 400
    assert bearer(risk).get("/api/v1/runs/99999999999999999999999/differences/").status_code == 404
    assert bearer(person("platform_admin", "HO")).get(address).status_code == 403
    first_page = bearer(risk).get(address + "?page_size=1").json()
    assert [each["employee_no"] for each in first_page["results"]] == ["E1"]
    assert [each["employee_no"] for each in bearer(risk).get(first_page["next"]).json()["results"]] == ["E2"]
