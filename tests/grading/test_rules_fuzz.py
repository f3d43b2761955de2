"""Whatever is written in the language is answered: by findings, or by a verdict that can be stored."""

from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from grading.rules import checker, verdict
from grading.rules.arithmetic import TAKES
from grading.rules.surroundings import PEERS
from tests.grading.language import FRAME, ON, PLAIN_TRANSITIONS, evidence

METRICS = ["deposit_daily_average", "loan_daily_average", "customers_held", "interest_received"]
NUMBERS = st.integers(-5, 200) | st.decimals(-2, 2, places=2).map(float) | st.just("bar")
WINDOWS = st.sampled_from(["month", "quarter", "year", "day", "06-30", "last_year 12-31", "previous_year"])
CALENDAR = st.sampled_from(["month", "quarter", "year"])
Tables = st.SearchStrategy[dict[str, Any]]


def tables(**fields: st.SearchStrategy[Any]) -> Tables:
    """Tables with all of these keys; `from_` is `from`."""
    return st.fixed_dictionaries({key.rstrip("_"): value for key, value in fields.items()})


def lists(inner: st.SearchStrategy[Any], least: int, most: int = 3) -> st.SearchStrategy[list[Any]]:
    """Lists of so many."""
    return st.lists(inner, min_size=least, max_size=most)


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "ago": st.integers(0, 3),
        "floor": NUMBERS,
        "peers": st.sampled_from(PEERS),
        "times": NUMBERS,
        "no_less_than": NUMBERS,
        "steps_of": NUMBERS,
    },
)
MEASURED = st.builds(
    lambda measured, changes: {**measured, **changes},
    tables(metric=st.sampled_from(METRICS), window=WINDOWS),
    CHANGES,
)


def chosen(left: Any, then: Any) -> dict[str, Any]:
    """One operand or none, as another is above 1 or not."""
    return {"if": {"sum": [left], "op": ">", "value": 1, "cites": "x"}, "then": then}


def expressions(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Everything that can be made of operands."""
    bands = st.lists(tables(from_=NUMBERS, value=inner), min_size=1, max_size=3)
    rates = st.lists(tables(from_=NUMBERS, rate=NUMBERS), min_size=1, max_size=3)
    take = st.sampled_from([*TAKES, "minus", "first"])
    return st.one_of(
        st.builds(lambda key, parts: {key: parts}, take, lists(inner, 1)),
        lists(inner, 2, 2).map(lambda parts: {"ratio": parts}),
        tables(excess=inner, over=inner, step=NUMBERS, worth=NUMBERS),
        tables(by_bands=inner, bands=bands, below=inner),
        tables(marginal=inner, bands=rates),
        tables(
            observed=inner,
            each=CALENDAR,
            last=st.integers(1, 4) | st.just("year"),
            take=st.sampled_from(list(TAKES)),
        ),
        tables(elapsed=CALENDAR),
        tables(mean_in_force=st.just("bar"), window=CALENDAR),
        st.builds(chosen, inner, inner),
    )


OPERANDS = st.recursive(NUMBERS | MEASURED, expressions, max_leaves=6)


def compared(left: Any, op: str, value: Any) -> dict[str, Any]:
    """A comparison of two operands."""
    return {"sum": [left], "op": op, "value": value, "cites": "x"}


CONDITIONS = st.recursive(
    st.builds(compared, OPERANDS, st.sampled_from([">=", "<", "=="]), OPERANDS),
    lambda inner: st.one_of(
        lists(inner, 1).map(lambda parts: {"all": parts}),
        lists(inner, 2).map(lambda parts: {"at_least": 2, "of": parts}),
        inner.map(lambda part: {"not": part}),
        tables(holds=inner, each=CALENDAR, last=st.integers(1, 3), times=st.just(1)),
    ),
    max_leaves=4,
)
BAR = """
[parameters.bar]
title = "线"
title_en = "Bar"
unit = "CNY"
values = [
  { starts_on = 2026-01-01, value = 50, cites = "x" },
  { starts_on = 2026-09-01, repealed = true, cites = "y" },
]
"""


def written(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {written(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(written(each) for each in value) + "]"
    return f'"{value}"' if isinstance(value, str) else repr(value)


def text(condition: Any, formula: Any) -> str:
    """A rulebook whose standard and whose points are what was drawn."""
    standard = "\n".join(f"{key} = {written(value)}" for key, value in condition.items())
    return f"""{FRAME}{BAR}
[[standards]]
grades = ["upper", "middle", "lower"]
window = "year"
{standard}
[[scoring]]
title = "计分"
title_en = "Sheet"
window = "month"
periods = ["quarter"]
[[scoring.items]]
code = "x"
title = "甲"
title_en = "A"
cites = "第五条"
points = 10
formula = {written(formula)}
{PLAIN_TRANSITIONS}"""


FIGURES = st.dictionaries(
    st.sampled_from(METRICS), st.integers(-3, 300) | st.sampled_from(["missing", "na", "no_target"])
)


@settings(max_examples=300, deadline=None)
@given(CONDITIONS, OPERANDS, FIGURES)
def test_anything_written_is_refused_with_a_line_or_judged(
    condition: Any, formula: Any, figures: Any
) -> None:
    checked = checker.check(text(condition, formula))
    if checked.rulebook is None:
        assert all(each.line > 1 and each.what and each.write for each in checked.errors)
        return
    known = evidence(checked.rulebook, figures)
    result = verdict.judge(checked.rulebook, grade="middle", period_kind="quarter", evidence=known, on=ON)
    assert verdict.Verdict.from_dict(result.to_dict()) == result
    assert set(known) <= verdict.required_metrics(checked.rulebook, ON)


@settings(max_examples=200, deadline=None)
@given(OPERANDS, FIGURES, st.sampled_from(METRICS[:4]))
def test_a_figure_that_arrives_later_changes_nothing_that_was_known(
    formula: Any, figures: Any, late: str
) -> None:
    condition = {"metric": "deposit_daily_average", "op": ">=", "value": 0, "cites": "x"}
    checked = checker.check(text(condition, formula))
    if checked.rulebook is None:
        return
    before = points(checked.rulebook, {**figures, late: "missing"})
    after = points(checked.rulebook, {**figures, late: 7})
    assert before.state == "missing" or before == after or before.state == "not_applicable"


def points(book: Any, figures: Any) -> Any:
    known = evidence(book, figures)
    result = verdict.judge(book, grade="middle", period_kind="quarter", evidence=known, on=date(2026, 9, 30))
    return result.scores[0].items[0].points
