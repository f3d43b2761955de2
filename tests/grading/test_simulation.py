"""Simulation with the database: a text beside the version in force, who changes, why, and what it costs."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from appraisal.models import Adjustment
from grading import queries, services, simulation
from grading.comparing import Change, Result
from grading.rules import checker
from grading.rules.distributing import dials
from ledger import queries as ledger
from ledger.rules import windows
from managers.models import Assignment, ClientManager, User
from tests.appraisal import acting, smallbank

TEXT = resources.files("grading.rulebooks").joinpath(f"{smallbank.SCHEME}.toml").read_text(encoding="utf-8")
PERIOD = windows.period(smallbank.PERIOD)
FOREVER, NEXT_YEAR = date(1990, 1, 1), date(2027, 1, 1)
EVERYONE = ClientManager.objects.all()


@pytest.fixture
def bank(db: None, tmp_path: Path) -> Path:
    smallbank.load(tmp_path / "bank")
    return tmp_path


def changed(old: str, new: str) -> str:
    """The shipped text with one of its lines written otherwise."""
    assert TEXT.count(old) == 1
    return TEXT.replace(old, new)


FOURTH = 'value = 15_000_000, cites = "第十一条二 5(1)a" }'
STRICTER = changed(FOURTH, FOURTH.replace("15_000", "20_500"))
EASIER = changed("value = 38_000_000", "value = 20_500_000")


PRO_RATA = changed("\n[procedure]\n", '\n[procedure]\nnewcomers = "pro_rata"\n')


def simulated(text: str, starts_on: date = FOREVER) -> Result:
    book = checker.load(text)
    (result,) = simulation.simulate(book, [PERIOD], among=EVERYONE.all(), starts_on=starts_on)
    return result


def told(change: Change) -> tuple[Any, ...]:
    """A change as one reads it: who, which way, from which outcome to which, by which criterion."""
    old, new = change.pair.old, change.pair.new
    outcomes = old.outcome if old else "", new.outcome if new else ""
    return (change.person.employee_no, change.side, *outcomes, [each.reason.code for each in change.deciders])


def test_the_text_in_force_changes_nothing(bank: Path) -> None:
    result = simulated(TEXT)
    assert (result.changes, result.judged, result.stored, result.old) == ([], 9, 0, ("v1",))
    assert result.left_out == {"other_line": 1}
    assert [line.difference for line in result.cost] == [0, 0]


def test_a_stricter_line_has_losers_with_the_criterion_that_decides(bank: Path) -> None:
    result = simulated(STRICTER)
    assert [told(change) for change in result.changes] == [
        (smallbank.STEADY, "down", "keep", "warn", ["fourth.a"]),
        (smallbank.ELSEWHERE, "down", "keep", "warn", ["fourth.a"]),
    ]
    (decider,) = result.changes[1].deciders
    assert decider.before is not None and decider.after is not None
    assert (decider.before.threshold, decider.after.threshold) == (15_000_000, 20_500_000)
    assert (decider.reason.value, decider.reason.cites) == (20_000_000, "第十一条二 5(1)a")


def test_each_manager_has_the_own_figure_beside_the_same_criterion(bank: Path) -> None:
    result = simulated(EASIER)
    assert [(*told(change), change.deciders[0].reason.value) for change in result.changes] == [
        (smallbank.STEADY_TOO, "up", "keep", "promote", ["third.a"], 21_000_000),
        (smallbank.SPIKE, "up", "keep", "promote", ["third.a"], pytest.approx(24_578_754, abs=1)),
        (smallbank.GIVER, "up", "keep", "promote", ["third.a"], pytest.approx(29_483_516, abs=1)),
        (smallbank.TAKER, "up", "keep", "promote", ["third.a"], pytest.approx(20_516_483, abs=1)),
    ]


def test_the_cost_is_that_of_the_grades_proposed_over_the_months(bank: Path) -> None:
    third = 'third = [{ starts_on = 1990-01-01, value = 160, cites = "第十二条" }]'
    assert EASIER.count(third) == 1
    result = simulated(EASIER.replace(third, third.replace("160", "180.5")))
    assert [(line.grade, line.old_count, line.new_count, line.old, line.new) for line in result.cost] == [
        ("third", 2, 6, Decimal(960), Decimal("3249.0")),
        ("fourth", 7, 3, Decimal(3360), Decimal(1440)),
    ]


def test_numbers_yet_to_start_are_tried_out_on_the_past(bank: Path) -> None:
    stricter = FOURTH.replace("15_000", "20_500")
    later = changed(FOURTH, f"{FOURTH}, {{ starts_on = 2027-01-01, {stricter}")
    assert simulated(later).changes == []
    result = simulated(later, NEXT_YEAR)
    assert (result.numbers_on, len(result.changes)) == (date(2027, 9, 30), 2)


def test_how_many_must_be_met_is_a_criterion_of_its_own(bank: Path) -> None:
    needed = 'fourth = [{ starts_on = 1990-01-01, value = 1, cites = "第十一条二 5(1)" }]'
    result = simulated(changed(needed, needed.replace("value = 1", "value = 2")))
    assert told(result.changes[0]) == (smallbank.STEADY, "down", "keep", "warn", ["fourth"])


def test_a_draft_may_judge_newcomers_on_the_days_served(bank: Path) -> None:
    ClientManager.objects.filter(employee_no=smallbank.STEADY).update(post_started_on=date(2026, 8, 16))
    assert simulated(TEXT).changes == simulated(PRO_RATA).changes == []  # the customers came along
    Assignment.objects.filter(manager__employee_no=smallbank.STEADY).update(starts_on=date(2026, 8, 16))
    result = simulated(PRO_RATA)
    assert [told(change) for change in result.changes] == [
        (smallbank.STEADY, "up", "keep", "promote", ["third.a"])
    ]
    (decider,) = result.changes[0].deciders
    assert decider.before is not None and decider.after is not None
    assert (decider.before.value, decider.after.value) == (20_000_000, 20_000_000 * Fraction(273, 46))
    left = simulated(changed("\n[procedure]\n", '\n[procedure]\nnewcomers = "excluded"\n'))
    assert [(each.person.employee_no, each.side) for each in left.changes] == [(smallbank.STEADY, "out")]


def test_what_two_people_added_counts_for_both_texts(bank: Path) -> None:
    proposer, approver = (User.objects.create(username=name) for name in ("one", "two"))
    Adjustment.objects.create(
        manager=ClientManager.objects.get(employee_no=smallbank.STEADY),
        metric="deposit_daily_average",
        window="year",
        amount=Decimal(1_000_000),
        starts_on=PERIOD.start,
        expires_on=PERIOD.end,
        reason="代管客户",
        evidence="批复 12 号",
        decided_at=datetime(2026, 10, 8, tzinfo=UTC),
        state="approved",
        proposed_by=proposer,
        decided_by=approver,
    )
    assert [change.person.employee_no for change in simulated(STRICTER).changes] == [smallbank.ELSEWHERE]


def test_who_is_no_longer_covered_and_who_newly_is(bank: Path) -> None:
    result = simulated(changed('lines = ["corporate"]', 'lines = ["personal"]'))
    assert [change.person.employee_no for change in result.changes if change.side == "in"] == [
        smallbank.OTHER_LINE
    ]
    assert (result.count("out"), result.judged) == (9, 10)


def test_a_scheme_never_in_force_is_compared_with_nothing(bank: Path) -> None:
    result = simulated(changed('code = "corporate-six-grades"', 'code = "another"'))
    assert (result.old, result.count("in"), result.judged) == ((), 9, 9)


def stored(period: str = smallbank.PERIOD) -> None:
    """Verdicts stored for the period, on the figures of now."""
    version = queries.version_in_force(smallbank.SCHEME, PERIOD.end)
    people = EVERYONE.filter(line="corporate")
    found = services.judge(people, version=version, run=ledger.current_run(PERIOD.end), period=PERIOD)
    run = ledger.current_run(PERIOD.end)
    services.freeze(services.frozen(each, version=version, run=run, period=PERIOD) for each in found)


def test_stored_verdicts_stand_before_what_would_be_said_today(bank: Path) -> None:
    stored()
    assert (simulated(STRICTER).stored, simulated(STRICTER).restated) == (9, 0)
    late = [f"D{smallbank.STEADY},2026-01-01,1000000.00"]
    smallbank.load_late(bank / "late", *late)
    result = simulated(TEXT)
    assert (result.stored, result.restated) == (9, 1)
    assert [told(change) for change in result.changes] == [
        (smallbank.STEADY, "down", "keep", "warn", ["fourth.a", "on_post"])
    ]
    decider, _on_post = result.changes[0].deciders
    assert decider.moved and decider.before is not None
    assert (decider.before.value, decider.reason.value) == (20_000_000, 1_000_000)


def test_a_period_without_figures_is_refused(bank: Path) -> None:
    with pytest.raises(ledger.NotPublished):
        list(
            simulation.simulate(
                checker.load(TEXT), [windows.period("2026Q2")], among=EVERYONE.all(), starts_on=FOREVER
            )
        )


def test_periods_to_choose_from_are_those_published(bank: Path) -> None:
    assert [period.code for period in simulation.published_periods()] == ["2026Q3"]


def test_nobody_sees_beyond_the_own_reach(bank: Path) -> None:
    staff = acting.hire()
    reach = {
        name: sorted(simulation.people(staff[name], acting.ON).values_list("employee_no", flat=True))
        for name in ("hr", "hr_west", "hr_head", "auditor", "risk", "leader", "admin")
    }
    everyone = sorted(number for number, *_ in smallbank.PEOPLE)
    assert reach == {
        "hr": sorted(set(everyone) - {smallbank.ELSEWHERE}),
        "hr_west": [smallbank.ELSEWHERE],
        "hr_head": everyone,
        "auditor": everyone,
        "risk": [],
        "leader": [],
        "admin": [],
    }


def test_one_number_turned_changes_what_the_whole_text_would(bank: Path) -> None:
    book = checker.load(TEXT)
    dial = dials(book, PERIOD.end)["deposit_average.fourth"]
    turned = simulation.turn(book, dial, Decimal(20_500_000), PERIOD, among=EVERYONE.all(), on=PERIOD.end)
    assert [told(change) for change in turned.changes] == [
        told(change) for change in simulated(STRICTER).changes
    ]


def test_the_figures_of_a_number_are_those_of_whom_it_concerns(bank: Path) -> None:
    book, run = checker.load(TEXT), ledger.current_run(PERIOD.end)
    known = dials(book, PERIOD.end)
    everyone = simulation.figures(book, known["deposit_average.fourth"], PERIOD, run, EVERYONE.all())
    assert {grade: len(values) for grade, values in everyone.by_grade.items()} == {"third": 1, "fourth": 8}
    own = simulation.figures(book, known["on_post_bar.third"], PERIOD, run, EVERYONE.all())
    assert own.by_grade == {"third": [50_000_000]}
    new = simulation.figures(book, known["new_deposits.fourth"], PERIOD, run, EVERYONE.all())
    assert sum(len(values) for values in new.by_grade.values()) + new.lacking.total() == 9
