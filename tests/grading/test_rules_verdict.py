"""Verdicts: what is asked for, what is kept, and that the same evidence always gives the same answer."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.rules import checker, verdict
from grading.rules.schema import numbers_in_force
from grading.rules.wording import NODE_OUTCOMES, OUTCOMES, WHY, why
from ledger.rules.figures import Figure, MetricRef, evidence_from_list, evidence_to_list, shown
from tests.grading import language

FILE = Path(__file__).resolve().parents[2] / "grading" / "rulebooks" / "corporate-six-grades.toml"
TEXT = FILE.read_text("utf-8")
BOOK = checker.load(TEXT)
ON = date(2026, 9, 30)
REFS = sorted(verdict.required_metrics(BOOK, ON))
GRADES = [grade.code for grade in BOOK.grades]

AMOUNTS = st.sampled_from([0, 5, 10, 15, 38, 72, 75, 100, 150, 200, 250, 350]).map(
    lambda millions: Figure.of(Fraction(millions * 1_000_000 * 273, 273), "CNY", customer="东海港务")
)
GAPS = st.just(Figure.missing("history", since="2026-01-01")) | st.just(
    Figure.not_applicable("nothing_to_measure")
)
EVIDENCE = st.fixed_dictionaries({ref: AMOUNTS | st.just(Figure.of(0)) | GAPS for ref in REFS})


def judged(
    evidence: dict[MetricRef, Figure], grade: str = "second", period: str = "quarter"
) -> verdict.Verdict:
    return verdict.judge(BOOK, grade=grade, period_kind=period, evidence=evidence, on=ON)


def test_the_metrics_asked_for_are_known_beforehand() -> None:
    by_metric: dict[str, list[int]] = {}
    for ref in REFS:
        by_metric.setdefault(ref.code, []).append(int(ref.floor))
    every = [500_000, 1_000_000, 3_000_000, 5_000_000]
    assert by_metric == {
        "advances": [0],
        "deposit_daily_average": every,
        "interest_arrears": [0],
        "international_settlement": every,
        "largest_deposit_customer": every[1:],
        "largest_loan_customer": every[1:],
        "loan_daily_average": every,
        "new_deposit_daily_average": every,
        "non_performing_balance": [0],
        "normal_loan_share": [0],
        "normal_loan_share_change": [0],
    }
    assert {ref.window for ref in REFS} == {"year"}
    assert {ref.params for ref in REFS if ref.params} == {
        (("base", "customer"),),
        (("base", "previous_quarter"),),
    }


@given(EVIDENCE, st.sampled_from(GRADES))
def test_nothing_outside_the_metrics_listed_is_looked_at(
    evidence: dict[MetricRef, Figure], grade: str
) -> None:
    stray = {MetricRef("deposit_daily_average", "month", Decimal(0)): Figure.of(10**9)}
    assert judged(evidence, grade) == judged({**evidence, **stray}, grade)


@given(EVIDENCE, st.sampled_from(GRADES), st.sampled_from(["quarter", "year"]))
def test_a_verdict_recomputed_from_its_frozen_evidence_is_identical(
    evidence: dict[MetricRef, Figure], grade: str, period: str
) -> None:
    first = judged(evidence, grade, period)
    frozen = json.loads(json.dumps(evidence_to_list(evidence)))
    stored = json.loads(json.dumps(first.to_dict()))
    assert judged(evidence_from_list(frozen), grade, period) == first
    assert verdict.Verdict.from_dict(stored) == first


@given(EVIDENCE, st.sampled_from(GRADES), st.sampled_from(["quarter", "year"]))
def test_a_proposal_moves_at_most_one_step_and_agrees_with_the_outcome(
    evidence: dict[MetricRef, Figure], grade: str, period: str
) -> None:
    result = judged(evidence, grade, period)
    step = GRADES.index(grade) - GRADES.index(result.proposed_grade)
    assert step == {"promote": 1, "demote": -1}.get(result.outcome, 0)
    assert result.outcome in OUTCOMES
    if result.outcome == "promote":
        assert (result.standards[grade].outcome, result.standards[result.proposed_grade].outcome) == (
            "met",
            "met",
        )
    if result.outcome == "undecided":
        assert result.awaited or any(tree.outcome == "undecided" for tree in result.deciding())


@given(EVIDENCE, st.sampled_from(GRADES), st.sampled_from(["quarter", "year"]))
def test_a_demotion_or_warning_never_rests_on_what_is_missing(
    evidence: dict[MetricRef, Figure], grade: str, period: str
) -> None:
    result = judged(evidence, grade, period)
    if result.outcome in ("warn", "demote", "vetoed"):
        filled = {
            ref: Figure.of(10**12) if figure.state == "missing" else figure
            for ref, figure in evidence.items()
        }
        again = judged(filled, grade, period)
        assert again.outcome == result.outcome or again.struck


@given(EVIDENCE, st.sampled_from(GRADES))
def test_every_reason_cites_its_article_and_has_both_names(
    evidence: dict[MetricRef, Figure], grade: str
) -> None:
    nodes = [node for tree in judged(evidence, grade).trees() for node in tree.walk()]
    assert [node.code for node in nodes if not (node.cites and node.title and node.title_en)] == []
    assert len({node.code for node in nodes}) == len(nodes)


def test_an_export_line_has_the_agreed_keys_and_texts() -> None:
    evidence = dict.fromkeys(REFS, Figure.of("15000000.005", "CNY"))
    line = verdict.export(judged(evidence, "fourth"), employee_no="E012")
    rows = {row["code"]: row for row in line["reasons"]}
    wanted = ("code", "cites", "value", "threshold", "met")
    assert {key: rows["fourth.a"][key] for key in wanted} == {
        "code": "fourth.a",
        "cites": "第十一条二 5(1)a",
        "value": "15000000.01",
        "threshold": "15000000.00",
        "met": True,
    }
    assert line["standards"] == {
        "senior": "not_met",
        "first": "not_met",
        "second": "met",
        "third": "met",
        "fourth": "met",
        "trainee": "met",
    }
    assert (line["employee_no"], line["grade"], line["outcome"]) == ("E012", "fourth", "vetoed")
    assert rows["veto.advances"]["met"] is False
    assert json.loads(json.dumps(line)) == line


def test_a_grade_off_the_ladder_is_refused_by_name() -> None:
    with pytest.raises(verdict.UnknownGrade, match="chief"):
        judged({}, "chief")
    with pytest.raises(ValueError, match="week"):
        judged({}, "second", "week")


def test_no_evidence_at_all_is_undecided_and_says_what_is_awaited() -> None:
    result = judged({})
    assert (result.outcome, result.proposed_grade) == ("undecided", "second")
    assert {leaf.why for leaf in result.awaited} == {"not_supplied"}
    assert "second.a.average" in [leaf.code for leaf in result.awaited]


def test_every_figure_can_be_looked_up_again() -> None:
    nodes = [node for tree in judged({}).trees() for node in tree.walk()]
    assert {node.ref for node in nodes if node.ref} == set(REFS)


def test_the_allowance_is_that_of_the_grade() -> None:
    found = [BOOK.allowance_on(grade=grade, on=ON) for grade in GRADES]
    assert found == [300, 260, 200, 160, 160, 160]
    assert BOOK.allowance_on(grade="senior", on=date(1989, 12, 31)) is None


def test_the_ladder_knows_its_neighbours() -> None:
    assert [grade.rank for grade in BOOK.grades] == [5, 6, 7, 8, 9, 9]
    above, below = BOOK.above("third"), BOOK.below("third")
    assert (above and above.code, below and below.code) == ("second", "fourth")
    assert (BOOK.above("senior"), BOOK.below("trainee")) == (None, None)
    assert [grade.code for grade in BOOK.grades if "credit" in grade.forbids] == ["trainee"]
    with pytest.raises(KeyError, match="chief"):
        BOOK.grade("chief")


def test_a_new_start_takes_over_on_its_day_and_a_repeal_ends_it() -> None:
    old = 'senior = [{ starts_on = 1990-01-01, value = 30_000_000, cites = "第十一条二 1(1)c" }]'
    new = old[:-1] + (
        ', { starts_on = 2027-01-01, value = 40_000_000, cites = "2027 年通知" }'
        ', { starts_on = 2028-01-01, repealed = true, cites = "2028 年通知" }]'
    )
    assert old in TEXT
    book = checker.load(TEXT.replace(old, new))
    days = (date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 1))
    terms = [numbers_in_force(book, day)[("settlement", "senior")] for day in days]
    assert [term.amount for term in terms] == [30_000_000, 40_000_000, 40_000_000, None]
    assert [term.cites for term in terms] == ["第十一条二 1(1)c", "2027 年通知", "2027 年通知", "2028 年通知"]
    refs = verdict.required_metrics(book, days[3])
    evidence = {**dict.fromkeys(refs, Figure.of(0)), **dict.fromkeys(REFS, Figure.of(0))}
    reasons = verdict.judge(book, grade="first", period_kind="year", evidence=evidence, on=days[3])
    settlement = reasons.standards["senior"].children[2]
    assert (settlement.outcome, settlement.why, settlement.cites) == (
        "not_applicable",
        "repealed",
        "2028 年通知",
    )
    assert book.starts() == [date(1990, 1, 1), date(2027, 1, 1), date(2028, 1, 1)]


def test_all_vetoes_not_applicable_decide_nothing() -> None:
    gone = {ref: Figure.not_applicable() if ref.floor == 0 else Figure.of(15_000_000) for ref in REFS}
    assert judged(gone, "fourth").outcome == "undecided"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Fraction(1, 200), "CNY", "0.01"),
        (Fraction(-1, 200), "CNY", "-0.01"),
        (Fraction(-1, 1000), "CNY", "0.00"),
        (Fraction(2, 3), "ratio", "0.666667"),
        (Fraction(5, 2), "count", "3"),
        (Fraction(123456789), "USD", "123456789.00"),
    ],
)
def test_amounts_are_shown_rounded_half_up_once(value: Fraction, unit: str, text: str) -> None:
    assert shown(value, unit) == text


def test_a_figure_is_exact_or_refused() -> None:
    assert Figure.of("0.1").value == Fraction(1, 10)
    with pytest.raises(TypeError, match="float"):
        Figure.of(0.1)


def test_every_outcome_and_reason_has_words_in_both_languages() -> None:
    assert all(
        chinese and english
        for chinese, english in (*NODE_OUTCOMES.values(), *OUTCOMES.values(), *WHY.values())
    )
    assert why("history", {"since": "1993-01-01"}) == "数据自 1993-01-01 起，未涵盖所需期间"
    assert (
        why("history", {"since": "1993-01-01"}, language="en")
        == "data begin on 1993-01-01, too late for this figure"
    )
    assert why("feed_not_configured", {"feed": "interest_arrears"}) == "本行未接入 欠息数据"
    assert why("feed_not_configured", {"feed": "loan_classes"}) == "本行未接入 loan_classes.csv"
    assert why("其他", {}) == "其他"


@given(EVIDENCE)
def test_a_transition_table_without_a_fitting_row_leaves_the_case_undecided(
    evidence: dict[MetricRef, Figure],
) -> None:
    bare = replace(BOOK, transitions={"quarter": (), "year": ()})
    result = verdict.judge(bare, grade="first", period_kind="year", evidence=evidence, on=ON)
    assert (result.outcome, result.proposed_grade) == ("undecided", "first")


ENTRY = """
[[entry]]
grades = ["lower"]
metric = "certificate_valid"
op = "passed"
cites = "第八条"
"""


@pytest.mark.parametrize(("certificate", "expected"), [(1, "met"), (0, "not_met"), (None, "undecided")])
def test_what_the_lowest_grade_asks_is_judged_of_its_holders(certificate: int | None, expected: str) -> None:
    given = {"deposit_daily_average": 0, "certificate_valid": certificate}
    found = language.judged(language.book(ENTRY), given, grade="lower")
    assert found.own_entry is not None
    assert (found.own_entry.code, found.own_entry.outcome, found.entry) == ("entry.lower", expected, None)
    assert found.own_entry in list(found.trees())
    assert found.own_entry not in list(found.deciding())
    assert verdict.Verdict.from_dict(found.to_dict()) == found
    assert "own_entry" not in language.judged(language.book(ENTRY), given, grade="middle").to_dict()


SCORES_ALONE = """
[[scoring]]
title = "计分"
title_en = "Sheet"
window = "quarter"
[[scoring.items]]
code = "x"
title = "甲"
title_en = "A"
cites = "第五条"
formula = 1
"""
RISES = language.PLAIN_TRANSITIONS.replace('"keep"', '"promote"')


@pytest.mark.parametrize(("grade", "outcome"), [("upper", "keep"), ("middle", "promote")])
def test_the_top_grade_of_a_book_of_scores_alone_is_kept(grade: str, outcome: str) -> None:
    book = language.book(SCORES_ALONE, standards="", transitions=RISES)
    assert language.judged(book, {}, grade=grade).outcome == outcome


def test_a_book_with_standards_says_itself_what_happens_at_the_top() -> None:
    book = language.book(transitions=RISES)
    assert language.judged(book, {"deposit_daily_average": 0}, grade="upper").outcome == "promote"
