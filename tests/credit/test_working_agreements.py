"""Cooperation agreements: approved, signed, held against the books and what the customer stated, ended."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from credit.models import Agreement, Commitment, StatedFigure
from credit.queries import working as queries
from credit.services.working import agreements
from credit.services.working.agreements import Promise, Terms
from managers.models import Notice
from managers.services import deadlines
from managers.services.stepping import Refusal
from tests.credit.working import ON, PROMISES, People, agreed, bank, customer
from tests.ledger.acting import day

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def staff(tmp_path: Path) -> People:
    return bank(tmp_path)


def held(row: Agreement, on: date) -> dict[str, str]:
    return {
        each.commitment.kind: each.judged.verdict for each in queries.kept(row, queries.facts_of(row, on))
    }


def test_drafted_approved_signed_and_ended_by_the_right_people(staff: People) -> None:
    row = agreed(staff, signed=False)
    for who in ("E1", "market", "risk"):
        with pytest.raises(PermissionDenied):
            agreements.approve(row.pk, by=staff[who], on=ON)
    agreements.approve(row.pk, by=staff["head"], on=ON)
    with pytest.raises(Refusal, match="还没有到"):
        agreements.sign(row.pk, by=staff["E1"], on=ON, signed_on=ON + timedelta(days=1))
    agreements.sign(row.pk, by=staff["E1"], on=ON)
    with pytest.raises(PermissionDenied):
        agreements.end(row.pk, by=staff["E1"], on=ON, reason="客户搬迁")
    agreements.end(row.pk, by=staff["head"], on=ON, reason="客户搬迁")
    row = Agreement.objects.get(pk=row.pk)
    assert (row.state, row.signed_on, row.ended_on) == ("ended", ON, ON)


@pytest.mark.parametrize(
    ("promises", "why"),
    [
        ((), "至少要有一项"),
        ((Promise("deposit_share"),), "大于 0"),
        ((Promise("other"),), "请写明内容"),
        ((Promise("other", D(3), "x"),), "不需要数值"),
        ((Promise("payroll", D(3)), Promise("payroll", D(4))), "只能写一次"),
    ],
)
def test_what_cannot_be_promised_says_why(staff: People, promises: tuple[Promise, ...], why: str) -> None:
    terms = Terms("N1", "赵总", "钱行长", ON, ON)
    with pytest.raises(Refusal, match=why):
        agreements.draft(customer(), terms, promises, by=staff["E1"], on=ON)
    with pytest.raises(Refusal, match="不在您名下"):
        agreements.draft(customer("C2"), terms, PROMISES, by=staff["E1"], on=ON)


def test_the_terms_are_fixed_once_approved(staff: People) -> None:
    row = agreed(staff)
    with pytest.raises(DatabaseError), transaction.atomic():
        Commitment.objects.create(agreement=row, kind="payroll", threshold=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        Agreement.objects.filter(pk=row.pk).update(ends_on=date(2000, 1, 1))


def test_commitments_against_the_books_and_what_was_stated(staff: People) -> None:
    row = agreed(staff)
    # A1 has 1000 for three days and an overdraft for two; C1 settled 200 dollars; L1 stands at 300.
    facts = queries.facts_of(row, day(5))
    assert (facts.deposits, facts.loans, facts.settlements) == (D("600.00"), D(300), D(200))
    assert held(row, day(5)) == {
        "deposit_share": "not_known",
        "settlement_share": "not_known",
        "deposit_follows_loans": "not_known",
        "loan_limit": "met",
        "other": "in_words",
    }
    stated = {"deposits": D(1000), "loans": D(400), "settlements": D(500)}
    agreements.state(row.pk, day(5), stated, source="二季度报表", by=staff["E1"], on=ON)
    assert held(row, day(5)) == {
        "deposit_share": "met",
        "settlement_share": "not_met",
        "deposit_follows_loans": "not_met",
        "loan_limit": "met",
        "other": "in_words",
    }
    agreements.state(row.pk, day(5), {"deposits": D(2000)}, source="更正", by=staff["head"], on=ON)
    assert held(row, day(5))["deposit_share"] == "not_met"
    assert queries.stated_days(row) == [day(5)]
    assert StatedFigure.objects.count() == 4


def test_a_day_without_figures_is_not_known(staff: People) -> None:
    row = agreed(staff)
    agreements.state(row.pk, day(6), {"deposits": D(1000)}, source="函", by=staff["E1"], on=ON)
    assert queries.facts_of(row, day(6)).deposits is None
    assert held(row, day(6))["deposit_share"] == "not_known"


def test_only_who_looks_after_it_states_figures(staff: People) -> None:
    row = agreed(staff)
    for who in ("E2", "risk", "market"):
        with pytest.raises(PermissionDenied):
            agreements.state(row.pk, day(5), {"loans": D(1)}, source="函", by=staff[who], on=ON)
    with pytest.raises(Refusal, match="来源"):
        agreements.state(row.pk, day(5), {"loans": D(1)}, source=" ", by=staff["E1"], on=ON)


def test_its_end_is_told_in_time(staff: People) -> None:
    row = agreed(staff)
    deadlines.tick(on=row.ends_on - timedelta(days=61))
    assert not Notice.objects.filter(code="agreement_ending").exists()
    deadlines.tick(on=row.ends_on - timedelta(days=60))
    told = Notice.objects.filter(code="agreement_ending", subject=f"agreement_end:{row.pk}")
    assert {each.to.username for each in told} >= {"E1", "head"}
