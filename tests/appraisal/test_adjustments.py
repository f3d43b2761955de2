"""What two people add to a computed figure: beside it, for its days, and never in place of it."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from appraisal import services
from appraisal.models import Adjustment
from appraisal.queries.adjustments import adding
from appraisal.services import adjusting
from grading.services import judging
from ledger.rules.figures import Adding, Figure, MetricRef, adjusted
from managers.models import LogEntry
from managers.services import stepping
from tests.appraisal import smallbank
from tests.appraisal.acting import Staff, find, manager, refused
from tests.appraisal.smallbank import END, STEADY

KEY = ("deposit_daily_average", "year")
GIVEN = {
    "metric": KEY[0], "window": KEY[1], "amount": Decimal("1500000.00"), "starts_on": date(2026, 7, 1),
    "expires_on": END, "reason": "系统漏记一户", "evidence": "对账单 2026-118",
}  # fmt: skip


def propose(staff: Staff, on: date, **extra: object) -> Adjustment:
    return adjusting.propose(manager(STEADY), by=staff["risk"], on=on, **(GIVEN | extra))


def test_risk_proposes_and_another_approves(staff: Staff, on: date) -> None:
    row = propose(staff, on)
    assert adding(END, [row.manager_id]) == {}
    with pytest.raises(PermissionDenied):
        adjusting.approve(row, by=staff["hr_head"], on=on)
    head = staff["auditor"]
    head.grants.create(
        role="head_risk", branch=staff["hr_head"].grants.get().branch, starts_on=date(2020, 1, 1)
    )
    adjusting.approve(row, by=head, on=on)
    assert adding(END, [row.manager_id]) == {row.manager_id: {KEY: Adding(Fraction(1500000), (row.pk,))}}
    assert adding(END + timedelta(days=1), [row.manager_id]) == {}
    adjusting.end(row, by=head, on=date(2026, 9, 1), reason="已在源头更正")
    assert adding(END, [row.manager_id]) == {}
    assert set(adding(date(2026, 8, 31), [row.manager_id])) == {row.manager_id}
    log = LogEntry.objects.filter(subject=f"adjustment:{row.pk}").order_by("id")
    assert list(log.values_list("action", "from_state", "to_state")) == [
        ("propose_adjustment", "", "proposed"),
        ("approve_adjustment", "proposed", "approved"),
        ("end_adjustment", "approved", "ended"),
    ]


def test_nobody_approves_the_own_proposal(staff: Staff, on: date) -> None:
    branch = staff["hr_head"].grants.get().branch
    staff["risk"].grants.create(role="head_risk", branch=branch, starts_on=date(2020, 1, 1))
    row = propose(staff, on)
    with pytest.raises(stepping.Refusal, match="两步须由不同的人担任"):
        adjusting.approve(row, by=staff["risk"], on=on)
    with pytest.raises(IntegrityError, match="adjustment_two_people"), transaction.atomic():
        Adjustment.objects.filter(pk=row.pk).update(
            state="approved", decided_by=staff["risk"], decided_at="2026-10-01T00:00Z"
        )
    with pytest.raises(InternalError), transaction.atomic():
        Adjustment.objects.filter(pk=row.pk).update(amount=1)


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({"metric": "no_such"}, "adjustment_metric"),
        ({"amount": Decimal(0)}, "adjustment_amount"),
        ({"expires_on": date(2026, 6, 30)}, "adjustment_dates"),
        ({"expires_on": date(2027, 7, 3)}, "adjustment_dates"),
        ({"evidence": " "}, "adjustment_why"),
    ],
)
def test_proposals_that_are_refused(staff: Staff, on: date, extra: dict[str, object], code: str) -> None:
    with refused(code):
        propose(staff, on, **extra)


def test_the_computed_figure_stays_beside_the_sum() -> None:
    known, missing = MetricRef("a", "year"), MetricRef("a", "month")
    evidence = {known: Figure.of(100, "CNY", days="90"), missing: Figure.missing("history")}
    found = adjusted(
        evidence, {("a", "year"): Adding(Fraction(-5, 2), (7, 9)), ("a", "month"): Adding(Fraction(1), (7,))}
    )
    assert found[known] == Figure.of(
        Fraction(195, 2), "CNY", days="90", computed="100.00", adjusted="-2.50", adjustments="7, 9"
    )
    assert found[missing] == evidence[missing]


def test_verdicts_are_judged_on_the_sum_and_say_so(staff: Staff, on: date) -> None:
    row = propose(staff, on, amount=Decimal("20000000.00"))
    staff["auditor"].grants.create(
        role="head_risk", branch=staff["hr_head"].grants.get().branch, starts_on=date(2020, 1, 1)
    )
    before = services.appraise(smallbank.SCHEME, smallbank.PERIOD, by=None, on=on)[0].cycle
    assert find(STEADY).verdict.outcome == "keep"
    adjusting.approve(row, by=staff["auditor"], on=on)
    services.measure(before, by=None, on=on)
    verdict = find(STEADY).verdict
    assert (verdict.outcome, verdict.proposed_grade) == ("promote", "third")
    said = [each["detail"] for each in verdict.evidence if "adjusted" in each.get("detail", {})]
    assert {
        "computed": "20000000.00", "adjusted": "20000000.00", "adjustments": str(row.pk)
    }.items() <= said[0].items()  # fmt: skip
    assert judging.rejudged(verdict).to_dict() == verdict.result
