"""Marketing plans: approved by another person, their targets in the ledger, compared with actual."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from credit.models import MarketingPlan, PlanTarget
from credit.queries import working as queries
from credit.services.working import plans
from credit.services.working.plans import Aim
from ledger import metrics
from ledger import queries as ledger
from ledger.models import Bundle, Target
from ledger.rules.figures import MetricRef
from ledger.services.nights import run_nights
from managers.models import Notice
from managers.services.stepping import Refusal
from tests.credit.working import ON, People, approved, bank, manager, planned
from tests.ledger.acting import day, load_days

pytestmark = pytest.mark.django_db
YEAR = Aim("deposit_daily_average", "year", Decimal(900))
FIRST = Aim("deposit_daily_average", "q1", Decimal(300))
CARDS = Aim("cards", "q1", Decimal(12))


@pytest.fixture
def staff(tmp_path: Path) -> People:
    return bank(tmp_path)


def targets() -> list[tuple[str, str, str, Decimal]]:
    rows = Target.objects.order_by("bundle_id", "metric", "starts_on")
    return [(each.metric, str(each.starts_on), str(each.ends_on), each.value) for each in rows]


def test_targets_enter_the_ledger_when_another_person_approves(staff: People) -> None:
    row = approved(staff, YEAR, FIRST, CARDS)
    assert (row.state, row.approved_by, row.approved_on) == ("approved", staff["head"], ON)
    assert targets() == [
        ("cards_quarter", "1994-01-01", "1994-03-31", Decimal(12)),
        ("deposit_daily_average", "1994-01-01", "1994-12-31", Decimal(900)),
        ("deposit_daily_average_quarter", "1994-01-01", "1994-03-31", Decimal(300)),
    ]
    assert Bundle.objects.get(record=f"plan:{row.pk}").loaded_by == staff["head"]


def test_a_rulebook_asking_for_the_target_sees_it(staff: People, tmp_path: Path) -> None:
    approved(staff, YEAR)
    load_days(tmp_path, 6, 6)
    run_nights(to=day(6))
    run = ledger.latest_run()
    assert run is not None
    ref = MetricRef("target_value", "year", params=(("metric", "deposit_daily_average"),))
    figure = metrics.figures(run, [ref], [manager().pk])[manager().pk][ref]
    assert (figure.state, figure.value) == ("value", 900)


def test_nobody_approves_the_own_plan_or_what_one_drafted(staff: People) -> None:
    row = planned(staff, by="head")
    plans.submit(row.pk, by=staff["E1"], on=ON)
    for who in ("E1", "head"):
        with pytest.raises((Refusal, PermissionDenied)):
            plans.approve(row.pk, by=staff[who], on=ON)
    plans.approve(row.pk, by=staff["market"], on=ON)
    assert not Notice.objects.filter(subject=f"plan:{row.pk}", done_at=None).exists()


def test_a_new_version_supersedes_and_ends_what_it_leaves_out(staff: People) -> None:
    first = approved(staff, YEAR, CARDS)
    second = approved(staff, Aim("deposit_daily_average", "year", Decimal(1000)), on=day(20))
    assert [MarketingPlan.objects.get(pk=each.pk).state for each in (first, second)] == [
        "superseded",
        "approved",
    ]
    assert targets()[2:] == [
        ("cards_quarter", "1994-01-01", "1994-01-19", Decimal(12)),
        ("deposit_daily_average", "1994-01-01", "1994-12-31", Decimal(1000)),
    ]


def test_what_is_submitted_stays_until_it_comes_back(staff: People) -> None:
    row = planned(staff)
    with pytest.raises(Refusal, match="已有一版"):
        planned(staff)
    plans.submit(row.pk, by=staff["E1"], on=ON)
    said = {"market": "改", "measures": "改", "aims": [CARDS], "by": staff["E1"], "on": ON}
    with pytest.raises(Refusal, match="不能再改"):
        plans.rewrite(row.pk, **said)  # type: ignore[arg-type]
    with pytest.raises(DatabaseError), transaction.atomic():
        MarketingPlan.objects.filter(pk=row.pk).update(market="改")
    with pytest.raises(DatabaseError), transaction.atomic():
        PlanTarget.objects.filter(plan=row).update(value=1)
    plans.send_back(row.pk, by=staff["head"], on=ON, reason="目标偏低")
    plans.rewrite(row.pk, **said)  # type: ignore[arg-type]
    assert [each.metric for each in row.targets.all()] == ["cards"]
    plans.withdraw(row.pk, by=staff["E1"], on=ON, reason="明年再做")
    assert planned(staff).version == 2


@pytest.mark.parametrize(
    ("aims", "why"),
    [
        ((CARDS, CARDS), "只能有一个目标"),
        ((Aim("Карты", "year", Decimal(1)),), "指标代码"),
    ],
)
def test_what_cannot_be_a_target_says_why(staff: People, aims: tuple[Aim, ...], why: str) -> None:
    with pytest.raises(Refusal, match=why):
        planned(staff, *aims)
    assert not MarketingPlan.objects.exists()


def test_plan_and_actual_stand_side_by_side(staff: People) -> None:
    row = planned(staff, YEAR, Aim("deposit_daily_average", "q2", Decimal(1)), CARDS)
    found = {(each.target.metric, each.target.period): each for each in queries.reached(row)}
    year, second = found["deposit_daily_average", "year"], found["deposit_daily_average", "q2"]
    assert year.on == day(5) and year.figure is not None and year.figure.value is not None
    assert second.on is None and second.figure is None
    cards = found["cards", "q1"].figure
    assert cards is not None and cards.value is None
