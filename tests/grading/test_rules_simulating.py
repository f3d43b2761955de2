"""The rules of simulation: quick rulings equal to full verdicts, sides, matrices, spreads, turned numbers."""

from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grading.rules import checker, distributing, sifting, simulating
from grading.rules.comparisons import COMPARISONS
from grading.rules.sifting import Court, Ruling
from grading.rules.simulating import Pair
from grading.rules.verdict import required_metrics
from ledger.rules.figures import Figure, MetricRef

TEXT = resources.files("grading.rulebooks").joinpath("corporate-six-grades.toml").read_text(encoding="utf-8")
BOOK = checker.load(TEXT)
ON = date(2026, 9, 30)
REFS = sorted(required_metrics(BOOK, ON))
GRADES = [grade.code for grade in BOOK.grades]
LADDER = sifting.ladder_of(BOOK)

#: Amounts on, just below and far from the thresholds of the text; shares and changes as they come.
amounts = st.sampled_from(
    [Fraction(n, 3) for n in (0, 1)]
    + [Fraction(m * 10**6 - d) for m in (5, 10, 15, 30, 38, 150, 350) for d in (0, 1)]
)
known = st.one_of(amounts.map(lambda value: Figure.of(value, "CNY")))
lacking = st.sampled_from([Figure.missing("history"), Figure.not_applicable()])


@st.composite
def cases(draw: Any) -> list[tuple[str, dict[MetricRef, Figure]]]:
    """Managers one after the other, some of whom stand alike."""
    figures = st.one_of(known, known, known, lacking)
    managers = st.tuples(st.sampled_from(GRADES), st.fixed_dictionaries({ref: figures for ref in REFS}))
    return draw(st.lists(managers, min_size=1, max_size=6))


@settings(max_examples=60)
@given(cases=cases())
def test_a_ruling_without_reasons_is_that_of_the_verdict(cases: Any) -> None:
    court = Court(BOOK, on=ON, period_kind="quarter")
    assert court.sifts
    for grade, evidence in [*cases, *cases]:
        assert court.ruling(grade, evidence) == sifting.ruling_of(court.verdict(grade, evidence))


@settings(max_examples=30)
@given(cases=cases())
def test_a_ruling_needs_no_other_figures_than_those_asked_for(cases: Any) -> None:
    court = Court(BOOK, on=ON, period_kind="year")
    for grade, evidence in cases:
        asked = {ref: evidence[ref] for ref in court.refs(grade)}
        assert court.ruling(grade, asked) == sifting.ruling_of(court.verdict(grade, evidence))


def test_a_court_is_taken_up_again_only_where_the_same_numbers_hold() -> None:
    text = TEXT.replace(
        'value = 38_000_000, cites = "第十一条二 4(1)a" }',
        'value = 38_000_000, cites = "第十一条二 4(1)a" },'
        ' { starts_on = 2026-07-01, value = 39_000_000, cites = "第十一条二 4(1)a" }',
    )
    book = checker.load(text)
    court = Court(book, on=ON, period_kind="quarter")
    assert court.alike(book, date(2026, 12, 31), "quarter")
    assert not court.alike(book, date(2026, 6, 30), "quarter")
    assert not court.alike(book, ON, "year")
    assert not court.alike(BOOK, ON, "quarter")


def ruled(outcome: str, proposed: str = "third", grade: str = "third") -> Ruling:
    return Ruling(grade, outcome, proposed)


@pytest.mark.parametrize(
    ("old", "new", "side"),
    [
        (ruled("keep"), ruled("keep"), "same"),
        (ruled("keep"), ruled("promote", "second"), "up"),
        (ruled("promote", "second"), ruled("keep"), "down"),
        (ruled("keep"), ruled("warn"), "down"),
        (ruled("vetoed"), ruled("warn"), "up"),
        (ruled("demote", "fourth"), ruled("warn"), "up"),
        (ruled("undecided"), ruled("keep"), "other"),
        (ruled("keep"), ruled("keep", "unheard-of"), "other"),
        (None, ruled("keep"), "in"),
        (ruled("keep"), None, "out"),
        (None, None, "same"),
    ],
)
def test_which_way_a_change_goes(old: Ruling | None, new: Ruling | None, side: str) -> None:
    assert simulating.side(Pair("third", old, new), LADDER) == side


def test_the_matrix_counts_every_pair_once() -> None:
    pairs = Counter(
        {
            Pair("third", ruled("keep"), ruled("promote", "second")): 3,
            Pair("third", ruled("keep"), ruled("keep")): 4,
            Pair("second", None, ruled("keep", "second", "second")): 1,
        }
    )
    found = simulating.matrix(pairs, GRADES, GRADES)
    assert found.columns == tuple(GRADES)
    assert {row.grade: row.counts for row in found.rows if row.total} == {
        "third": (0, 0, 3, 4, 0, 0),
        "": (0, 0, 1, 0, 0, 0),
    }
    assert (found.totals, found.total) == ((0, 0, 4, 4, 0, 0), 8)
    assert simulating.outcomes(pairs) == [("promote", 0, 3), ("keep", 7, 5), ("", 1, 0)]
    held = {row.grade: row.counts for row in simulating.by_held(pairs, [*GRADES, ""])}
    assert held["third"][2:4] == ((0, 3), (7, 4))
    assert held["second"][2], held["second"][6] == ((0, 1), (1, 0))


def test_the_day_of_the_numbers_keeps_to_the_calendar() -> None:
    assert simulating.day_of_numbers(ON, date(2026, 9, 30)) == ON
    assert simulating.day_of_numbers(ON, date(2026, 10, 1)) == date(2027, 9, 30)
    assert simulating.day_of_numbers(ON, date(2027, 1, 1)) == date(2027, 9, 30)
    assert simulating.day_of_numbers(date(2026, 12, 31), date(2027, 1, 1)) == date(2027, 12, 31)


def test_every_number_a_figure_is_held_against_can_be_turned() -> None:
    known = distributing.dials(BOOK, ON)
    senior = [code for code in known if code.endswith(".senior")]
    assert senior == [
        "deposit_average.senior",
        "deposit_one_customer.senior",
        "loan_average.senior",
        "loan_one_customer.senior",
        "settlement.senior",
        "new_deposits.senior",
        "on_post_bar.senior",
    ]
    dial = known["settlement.senior"]
    assert (dial.amount, dial.ref.floor, dial.cites) == (30_000_000, 5_000_000, "第十一条二 1(1)c")
    turned = distributing.turned(BOOK, dial, Decimal(31_000_000))
    assert distributing.dials(turned, ON)["settlement.senior"].amount == 31_000_000
    assert distributing.dials(turned, ON)["settlement.first"].amount == 20_000_000
    assert distributing.dials(BOOK, ON)["settlement.senior"].amount == 30_000_000


@given(
    st.lists(st.fractions(-(10**9), 10**9, max_denominator=365), max_size=60), st.integers(-(10**9), 10**9)
)
def test_the_bars_hold_every_figure_once(values: list[Fraction], threshold: int) -> None:
    found = distributing.spread(values, Decimal(threshold))
    assert sum(bar.people for bar in found.bars) == len(values)
    assert len(found.bars) <= distributing.MOST_BARS + 1
    for bar in found.bars:
        inside = [value for value in values if value >= bar.low and (bar.high is None or value < bar.high)]
        assert bar.people == len(inside)
    assert found.start <= threshold <= found.end


def test_reaching_is_exact() -> None:
    third = Fraction(100, 3)
    values = [third, Fraction(33), Fraction("33.34")]
    at_least, less = COMPARISONS[">="], COMPARISONS["<"]
    assert distributing.reaching(values, at_least, Decimal("33.33")) == 2
    assert distributing.reaching(values, at_least, Decimal("33.34")) == 1
    assert distributing.reaching(values, less, Decimal("33.34")) == 2
    assert distributing.reaching_by({"third": values}, at_least, [Decimal(33), Decimal(34)]) == {
        "third": (3, 3, 0)
    }
