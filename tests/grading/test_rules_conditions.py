"""Conditions: what is decided, what stays open, and that nothing learnt later turns a yes into a maybe."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.rules.comparisons import COMPARISONS
from grading.rules.conditions import Group, Label, Node, Not, Unless, count_outcome, leaf
from grading.rules.operands import Measured, Named, Number, Scope, Term
from grading.rules.reasons import Outcome, Reason
from ledger.rules.figures import Figure, MetricRef

NO_FLOOR = Number.of(Decimal(0))
METRICS = ("deposit_daily_average", "loan_daily_average", "international_settlement", "advances")
MISSING, NOTHING = Figure.missing("feed_missing"), Figure.not_applicable("nothing_to_measure")


def metric(code: str) -> Measured:
    return Measured(code, "year", NO_FLOOR)


def compare(code: str, symbol: str, *bounds: str | int) -> Node:
    return leaf(Label(code=code), metric(code), symbol, *(Number.of(Decimal(bound)) for bound in bounds))


def scope(figures: dict[str, Figure]) -> Scope:
    return Scope("any", {}, {MetricRef(code, "year", Decimal(0)): figure for code, figure in figures.items()})


def judge(node: Node, **figures: Figure) -> Reason:
    return node.judge(scope(figures), "root")


@pytest.mark.parametrize(
    ("symbol", "bounds", "inside", "outside"),
    [
        (">=", [10], ["10", "10.01"], ["9.99"]),
        (">", [10], ["10.01"], ["10", "9"]),
        ("<=", [10], ["10", "-1"], ["10.01"]),
        ("<", [10], ["9.99"], ["10"]),
        ("==", [10], ["10.00"], ["10.01", "9.99"]),
        ("between", [5, 10], ["5", "10", "7"], ["4.99", "10.01"]),
        ("passed", [], ["1"], ["0"]),
        ("none_of", [], ["0"], ["0.01"]),
    ],
)
def test_comparisons_on_both_sides(
    symbol: str, bounds: list[int], inside: list[str], outside: list[str]
) -> None:
    node = compare("advances", symbol, *bounds)
    assert [judge(node, advances=Figure.of(value)).outcome for value in inside] == ["met"] * len(inside)
    assert [judge(node, advances=Figure.of(value)).outcome for value in outside] == ["not_met"] * len(outside)


def test_every_comparison_is_tried_above() -> None:
    assert set(COMPARISONS) == {">=", ">", "<=", "<", "==", "between", "passed", "none_of"}


def test_comparison_is_exact_where_rounding_would_pass() -> None:
    value = Fraction(15_000_000 * 273) / 273 - Fraction(1, 27_300)
    reason = judge(compare("advances", ">=", 15_000_000), advances=Figure.of(value, "CNY"))
    assert (reason.outcome, reason.row()["value"], reason.row()["threshold"]) == (
        "not_met",
        "15000000.00",
        "15000000.00",
    )


def test_a_leaf_tells_value_threshold_distance_and_gap() -> None:
    below = judge(compare("advances", ">=", 100), advances=Figure.of("60.5", "CNY"))
    above = judge(compare("advances", ">=", 100), advances=Figure.of("130", "CNY"))
    over = judge(compare("advances", "none_of"), advances=Figure.of("3", "CNY"))
    band = judge(compare("advances", "between", 5, 10), advances=Figure.of("12", "CNY"))
    assert (below.distance, below.gap) == (Fraction(-79, 2), Fraction(79, 2))
    assert (above.distance, above.gap) == (30, 0)
    assert (over.threshold, over.gap) == (0, 3)
    assert (band.threshold, band.upper, band.gap) == (5, 10, 2)


def test_a_missing_figure_is_undecided_and_says_why() -> None:
    missing = judge(compare("advances", "none_of"), advances=Figure.missing("history", since="1993-01-01"))
    absent = judge(compare("advances", "none_of"))
    assert (missing.outcome, missing.state, missing.why, missing.why_params) == (
        "undecided",
        "missing",
        "history",
        {"since": "1993-01-01"},
    )
    assert (absent.outcome, absent.why) == ("undecided", "not_supplied")


def test_a_number_not_in_force_does_not_apply() -> None:
    node = leaf(Label(), metric("advances"), ">=", Named("bar"))
    repealed = Term(Figure.not_applicable("repealed", since="2026-01-01"), "第一条")
    evidence = {MetricRef("advances", "year", Decimal(0)): Figure.of(1)}
    before = node.judge(Scope("g", {}, evidence), "root")
    after = node.judge(Scope("g", {("bar", "g"): repealed}, evidence), "root")
    assert (before.outcome, before.why) == ("not_applicable", "not_in_force")
    assert (after.outcome, after.why, after.cites) == ("not_applicable", "repealed", "第一条")


@pytest.mark.parametrize(
    ("outcomes", "needed", "expected"),
    [
        (["met", "met", "not_met", "undecided"], 2, "met"),
        (["met", "not_met", "not_met", "undecided"], 2, "undecided"),
        (["not_met", "not_met", "not_met", "undecided"], 2, "not_met"),
        (["met", "not_met", "not_met", "not_applicable"], 2, "not_met"),
        (["met", "not_applicable", "not_applicable", "not_applicable"], 2, "undecided"),
        (["not_met", "not_met", "not_applicable", "not_applicable"], 2, "not_met"),
        (["not_met", "not_applicable", "not_applicable"], 2, "not_met"),
        (["met", "undecided", "not_applicable", "not_applicable"], 3, "undecided"),
        (["not_applicable", "not_applicable"], 1, "not_applicable"),
        (["undecided", "not_applicable"], 1, "undecided"),
    ],
)
def test_m_of_n(outcomes: list[Outcome], needed: int, expected: str) -> None:
    assert count_outcome(outcomes, needed) == expected


def test_all_and_any_leave_out_what_does_not_apply() -> None:
    members = (compare(METRICS[0], ">=", 1), compare(METRICS[1], ">=", 1), compare(METRICS[2], ">=", 1))
    figures = {METRICS[0]: Figure.of(1), METRICS[1]: NOTHING, METRICS[2]: Figure.of(0)}
    both, either = Group(Label(), "all", members), Group(Label(), "any", members)
    assert (judge(both, **figures).outcome, judge(either, **figures).outcome) == ("not_met", "met")
    figures[METRICS[2]] = Figure.of(1)
    reason = judge(both, **figures)
    assert (reason.outcome, reason.value, reason.threshold) == ("met", 2, 2)
    assert [child.outcome for child in reason.children] == ["met", "not_applicable", "met"]


def test_one_failure_settles_all_whatever_is_open() -> None:
    group = Group(Label(), "all", tuple(compare(code, ">=", 1) for code in METRICS[:3]))
    assert (
        judge(group, **{METRICS[0]: Figure.of(0), METRICS[1]: MISSING, METRICS[2]: NOTHING}).outcome
        == "not_met"
    )


def test_not_swaps_only_what_is_decided() -> None:
    node = Not(Label(), compare("advances", ">", 0))
    found = [judge(node, advances=each).outcome for each in (Figure.of(0), Figure.of(1), MISSING, NOTHING)]
    assert found == ["met", "not_met", "undecided", "not_applicable"]


def test_an_exception_excuses_but_never_accuses() -> None:
    node = Unless(Label(), compare(METRICS[0], ">", 0), compare(METRICS[1], "==", 1))
    yes, no = Figure.of(1), Figure.of(0)
    cases: list[tuple[Figure, Figure, Outcome]] = [
        (yes, no, "met"),
        (no, no, "not_met"),
        (no, yes, "met"),
        (NOTHING, no, "not_applicable"),
        (NOTHING, NOTHING, "not_applicable"),
        (NOTHING, yes, "met"),
        (no, NOTHING, "not_met"),
        (MISSING, no, "undecided"),
        (MISSING, yes, "met"),
        (no, MISSING, "undecided"),
    ]
    found = [judge(node, **{METRICS[0]: rule, METRICS[1]: excuse}).outcome for rule, excuse, _ in cases]
    assert found == [outcome for _, _, outcome in cases]


def test_a_standard_of_which_nothing_applies_is_undecided() -> None:
    reason = judge(Group(Label(), "any", (compare("advances", ">", 0),)), advances=NOTHING).as_root()
    assert (reason.outcome, reason.why) == ("undecided", "nothing_applicable")


KNOWN = st.fractions(min_value=0, max_value=4, max_denominator=3).map(Figure.of)
ANY_FIGURE = KNOWN | st.just(MISSING) | st.just(NOTHING)
EVIDENCE = st.fixed_dictionaries({code: ANY_FIGURE for code in METRICS})
LEAVES = st.builds(
    compare, st.sampled_from(METRICS), st.sampled_from([">=", ">", "<=", "=="]), st.integers(0, 4)
)


def groups(members: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    lists = st.lists(members, min_size=1, max_size=4).map(tuple)
    counted = lists.flatmap(
        lambda nodes: st.integers(1, len(nodes)).map(
            lambda needed: Group(Label(), "at_least", nodes, Number.of(Decimal(needed)))
        )
    )
    plain = st.builds(Group, st.just(Label()), st.sampled_from(["all", "any"]), lists)
    excused = st.builds(Unless, st.just(Label()), members, members)
    return counted | plain | excused | st.builds(Not, st.just(Label()), members)


TREES = st.recursive(LEAVES, groups, max_leaves=8)


def completions(figures: dict[str, Figure]) -> Iterator[dict[str, Figure]]:
    """What the missing figures may turn out to be: a number, or nothing to measure."""
    choices = [
        [figure] if figure is not MISSING else [Figure.of(0), Figure.of(4), NOTHING]
        for figure in figures.values()
    ]
    yield from (dict(zip(figures, each, strict=True)) for each in product(*choices))


@given(TREES, EVIDENCE)
def test_what_is_decided_cannot_be_changed_by_evidence_that_arrives_later(
    tree: Node, figures: dict[str, Figure]
) -> None:
    """In particular: adding a figure never turns "met" into "undecided"."""
    before = judge(tree, **figures).as_root().outcome
    if before != "undecided":
        after = {judge(tree, **later).as_root().outcome for later in completions(figures)}
        assert after == {before}


@given(
    st.lists(st.sampled_from(["met", "not_met", "undecided", "not_applicable"]), min_size=1, max_size=6),
    st.data(),
)
def test_m_of_n_is_monotone(outcomes: list[Outcome], data: st.DataObject) -> None:
    """Asking for more, or doing worse in one item, never improves the answer."""
    order = {"not_met": 0, "undecided": 1, "not_applicable": 1, "met": 2}
    needed = data.draw(st.integers(1, len(outcomes)))
    answers = [order[count_outcome(outcomes, m)] for m in range(1, len(outcomes) + 1)]
    assert answers == sorted(answers, reverse=True)
    place = data.draw(st.integers(0, len(outcomes) - 1))
    steps: list[list[Outcome]] = [
        [*outcomes[:place], each, *outcomes[place + 1 :]] for each in ("not_met", "undecided", "met")
    ]
    ladder = [order[count_outcome(step, needed)] for step in steps]
    assert ladder == sorted(ladder)


@given(TREES, EVIDENCE)
def test_a_reason_survives_storage_exactly(tree: Node, figures: dict[str, Figure]) -> None:
    reason = judge(tree, **figures)
    assert Reason.from_dict(reason.to_dict()) == reason


@given(TREES, EVIDENCE)
def test_a_tree_asks_for_exactly_the_metrics_it_lists(tree: Node, figures: dict[str, Figure]) -> None:
    asked = {ref.code for ref in tree.refs(scope({}))}
    only = {code: figure for code, figure in figures.items() if code in asked}
    assert judge(tree, **only) == judge(tree, **figures)
