"""Satisfaction surveys: entered by somebody not concerned, and shown only where enough have answered."""

from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from credit.models import Survey, SurveyResponse
from credit.queries import working as queries
from credit.services.working import surveys
from credit.services.working.surveys import Answer, Unreadable
from managers.models import Branch, Customer, User
from managers.services.stepping import Refusal
from tests.credit.working import ON, People, bank, customer, manager, surveyed
from tests.ledger.bank import loaded, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(tmp_path: Path) -> People:
    found = bank(tmp_path)
    held = [(f"D{number}", "E1", "1", "1994-01-01", "") for number in range(4)]
    known = [(number, f"客户{number}", "corporate", "B01") for number, *_rest in held]
    loaded(write(tmp_path / "more", {"customers.csv": known, "assignments.csv": held}))
    return found


def answer(number: str, *scores: int) -> Answer:
    return Answer(customer(number), manager(), scores)


def seen(user: User) -> bool:
    return Survey.objects.visible_to(user, ON).exists()


def test_results_show_from_three_answers_on(staff: People) -> None:
    row = surveyed(staff)
    surveys.enter(row, [answer("D0", 5, 4), answer("D1", 3, 4)], by=staff["head"], on=ON)
    (found,) = queries.results(row, [manager().pk])
    assert (found.count, found.spread, found.questions) == (2, None, ())
    assert queries.overall(row, [manager().pk]) is None
    surveys.enter(row, [answer("D2", 1, 1)], by=staff["head"], on=ON)
    (found,) = queries.results(row, [manager().pk])
    assert found.spread is not None
    assert (found.spread.mean, found.spread.low, found.spread.high) == (3, 1, pytest.approx(4.5))
    assert found.questions == (3, 3)


def test_only_complete_answers_of_the_managers_customers_once(staff: People) -> None:
    row = surveyed(staff)
    for wrong, why in (
        (answer("D0", 5), "1 至 5"),
        (answer("D0", 6, 1), "1 至 5"),
        (answer("C2", 5, 5), "不在"),
        (Answer(customer("C2"), manager("E2"), (5, 5)), "机构"),
    ):
        with pytest.raises((Refusal, PermissionDenied), match=why):
            surveys.enter(row, [wrong], by=staff["head"], on=ON)
    surveys.enter(row, [answer("D0", 5, 5)], by=staff["head"], on=ON)
    with pytest.raises(Refusal, match="只录一份"):
        surveys.enter(row, [answer("D0", 5, 5)], by=staff["head"], on=ON)
    for who in ("E1", "risk"):
        with pytest.raises(PermissionDenied):
            surveys.enter(row, [answer("D1", 5, 5)], by=staff[who], on=ON)


def test_the_database_says_the_same(staff: People) -> None:
    row = surveyed(staff)
    given = {"survey": row, "manager": manager(), "entered_by": staff["head"]}
    for scores in ([5], [5, 9], [5, "x"], [5, 2.5]):
        with pytest.raises(DatabaseError), transaction.atomic():
            SurveyResponse.objects.create(customer=customer("D0"), scores=scores, **given)
    with pytest.raises(DatabaseError), transaction.atomic():
        SurveyResponse.objects.create(
            customer=customer("D0"), scores=[5, 5], **{**given, "entered_by": staff["E1"]}
        )


def test_a_sheet_enters_whole_or_says_every_line_that_is_wrong(staff: People) -> None:
    row = surveyed(staff)
    bad = "customer_no,employee_no,q1,q2\nD0,E1,5,4\nD9,E1,5,4\nD1,E9,5,4\nD0,E1,3,3\nD2,E1,七,4\n"
    with pytest.raises(Unreadable) as caught:
        surveys.enter_sheet(row, bad.encode("gb18030"), by=staff["head"], on=ON)
    assert [line.split("：")[0] for line in caught.value.lines] == [
        "第 3 行",
        "第 4 行",
        "第 5 行",
        "第 6 行",
    ]
    assert not SurveyResponse.objects.exists()
    with pytest.raises(Unreadable, match="第一行须是"):
        surveys.enter_sheet(row, b"a,b\n1,2\n", by=staff["head"], on=ON)
    good = "\ufeffcustomer_no,employee_no,q1,q2\nD0,E1,5,4\nD1,E1,4,4\n"
    assert surveys.enter_sheet(row, good.encode(), by=staff["head"], on=ON) == 2


def test_made_and_closed_by_marketing_within_its_branches(staff: People) -> None:
    for who, at in (("head", "B01"), ("market", "B02")):
        with pytest.raises((Refusal, PermissionDenied)):
            surveys.make(
                "x", Branch.objects.get(code=at), ["一"], starts_on=ON, ends_on=ON, by=staff[who], on=ON
            )
    row = surveyed(staff)
    surveys.enter(row, [answer("D0", 5, 5)], by=staff["head"], on=ON)
    assert [seen(staff[who]) for who in ("E1", "head", "market", "sister")] == [False, True, True, False]
    with pytest.raises((Refusal, PermissionDenied)):
        surveys.close(row.pk, by=staff["head"], on=ON)
    surveys.close(row.pk, by=staff["market"], on=ON)
    assert seen(staff["E1"]) and not seen(staff["E2"])
    with pytest.raises(Refusal, match="已截止"):
        surveys.enter(row, [answer("D1", 5, 5)], by=staff["head"], on=ON)
    assert Customer.objects.filter(customer_no="D0").exists()
