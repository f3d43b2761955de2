"""The own past: which earlier periods a question counts, and whose word counts for them."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from model_bakery import baker

from grading import past
from grading.models import RulebookVersion, Verdict
from grading.rules import checker
from grading.rules.catalogue import filled_params
from grading.rules.schema import Rulebook
from ledger.models import Run
from ledger.rules import windows
from ledger.rules.figures import MetricRef
from managers.models import Branch, ClientManager
from tests.grading.language import FRAME, PLAIN_STANDARDS, PLAIN_TRANSITIONS, book

BOTH = PLAIN_TRANSITIONS + PLAIN_TRANSITIONS.replace("quarter", "year")


@pytest.mark.parametrize(
    ("code", "period", "expected"),
    [
        ("2026Q3", "2026Q4", True),
        ("2026Q4", "2026Q4", False),
        ("2026Q4", "2026", True),
        ("2026M12", "2026Q4", True),
        ("2026H1", "2026H2", True),
        ("2026", "2026Q4", False),
        ("2025", "2026Q1", True),
        ("2025", "2026", True),
    ],
)
def test_the_past_of_a_period_is_what_ended_before_it_or_is_part_of_it(
    code: str, period: str, expected: bool
) -> None:
    earlier, judged = windows.period(code), windows.period(period)
    assert past.is_past(earlier.kind, earlier.end, kind=judged.kind, on=judged.end) is expected


@pytest.mark.parametrize("code", ["2026M03", "2026Q1", "2026H1", "2026"])
def test_a_code_tells_its_kind(code: str) -> None:
    assert past.kind_of(code) == windows.period(code).kind


SAID = [
    # verdict, moved anybody, people, what the period counts as
    ("warn", False, "", "warn"),
    ("warn", False, "keep", "warn"),
    ("demote", True, "keep", "keep"),
    ("demote", True, "demote", "demote"),
    ("promote", True, "keep", "keep"),
    ("keep", False, "demote", "demote"),
    ("vetoed", False, "keep", "vetoed"),
    ("remove", False, "keep", "keep"),
]


@pytest.mark.parametrize(("said", "moves", "decided", "expected"), SAID)
def test_what_people_decided_goes_before_what_the_verdict_said(
    said: str, moves: bool, decided: str, expected: str
) -> None:
    assert past.settled(said, decided, moves=moves) == expected


def ref(code: str, **params: str) -> MetricRef:
    return MetricRef(code, "", params=filled_params(code, params))


@pytest.fixture
def person(db: None) -> ClientManager:
    branch = baker.make(Branch, kind="outlet", path="/HO/")
    return baker.make(ClientManager, branch=branch, line="corporate", status="on_post")


@pytest.fixture
def appraised(person: ClientManager) -> dict[str, Verdict]:
    """Warned in every quarter of a year and in its months of October and November, excellent in the year."""
    version = baker.make(
        RulebookVersion, code="small", number=1, origin="shipped", state="adopted", effective_on="2026-01-01"
    )
    found = {}
    for code in ("2026Q1", "2026Q2", "2026Q3", "2026Q4", "2026M10", "2026M11", "2026"):
        period = windows.period(code)
        run, _ = Run.objects.get_or_create(business_date=period.end, defaults={"status": "succeeded"})
        score = {"code": "sheet", "result": "", "total": {"value": str(10 * len(code))}}
        found[code] = baker.make(
            Verdict,
            manager=person,
            rulebook=version,
            period=code,
            on=period.end,
            run=run,
            outcome="keep" if code == "2026" else "warn",
            grade_code="middle",
            proposed_grade="middle",
            result={"scores": [score], "pay": []},
            evidence=[],
        )
    return found


def told(rulebook: Rulebook, person: ClientManager, period: str, *refs: MetricRef) -> list[Any]:
    on = windows.period(period).end
    found = past.of_past(refs, [person], book=rulebook, on=on, period=period)[person.pk]
    return [None if found[each].value is None else int(found[each].value) for each in refs]


def test_a_quarter_counts_quarters_and_neither_months_nor_years(
    person: ClientManager, appraised: dict[str, Verdict]
) -> None:
    warned = ref("outcome_count", outcome="warn", last="9999")
    run, count = ref("outcome_run", outcome="warn"), ref("periods_appraised")
    rulebook = book(transitions=BOTH)
    assert told(rulebook, person, "2026Q4", warned, run, count) == [3, 3, 3]
    assert told(rulebook, person, "2027Q1", warned, run, count) == [4, 4, 4]
    assert told(rulebook, person, "2026M12", warned, run, count) == [2, 2, 2]
    assert told(rulebook, person, "2027", warned, run, count) == [0, 0, 1]


def test_each_says_which_periods_are_counted(person: ClientManager, appraised: dict[str, Verdict]) -> None:
    asked = [
        ref("outcome_count", outcome="warn", last="9999", each=each)
        for each in ("month", "quarter", "half_year", "year")
    ]
    scores = [ref("mean_score", each="month"), ref("last_score", each="quarter")]
    rulebook = book(transitions=BOTH)
    assert told(rulebook, person, "2026", *asked, *scores) == [2, 4, 0, 0, 70, 60]
    yearly = ref("outcome_run", outcome="keep", each="year")
    assert told(rulebook, person, "2027Q1", yearly) == [1]


def test_within_a_year_the_year_counts_the_periods_it_is_made_of(
    person: ClientManager, appraised: dict[str, Verdict]
) -> None:
    warned, score = ref("outcome_count", outcome="warn"), ref("mean_score")
    assert told(book(transitions=BOTH), person, "2026", warned, score) == [4, 60]
    monthly = FRAME.replace('cycle = "quarter"', 'cycle = "year"')
    tables = PLAIN_TRANSITIONS.replace("quarter", "month") + PLAIN_TRANSITIONS.replace("quarter", "year")
    yearly = checker.load(monthly + PLAIN_STANDARDS + tables)
    assert told(yearly, person, "2026", warned, score) == [2, 70]


@pytest.fixture
def decided() -> Iterator[dict[tuple[int, str], str]]:
    """Decisions that another app knows of; what it registered comes back afterwards."""
    found: dict[tuple[int, str], str] = {}
    kept = list(past._DECIDED)
    past.decisions_by(lambda scheme, ids: found if scheme == "small" else {})
    yield found
    past._DECIDED[:] = kept


def test_published_decisions_are_counted(
    person: ClientManager, appraised: dict[str, Verdict], decided: dict[tuple[int, str], str]
) -> None:
    decided[person.pk, "2026Q2"], decided[person.pk, "2026Q3"] = "demote", "keep"
    warned, run = ref("outcome_count", outcome="warn", last="9999"), ref("outcome_run", outcome="warn")
    demoted = ref("outcome_count", outcome="demote")
    assert told(book(), person, "2026Q4", warned, run, demoted) == [2, 1, 1]
    assert date(2026, 9, 30) == appraised["2026Q3"].on


def test_where_two_cadences_are_decided_the_question_should_say_which_it_counts() -> None:
    rule = PLAIN_TRANSITIONS.replace(
        'outcome = "keep"',
        'outcome = "keep"\nif = { metric = "outcome_run", outcome = "warn", op = ">=", value = 1 }',
    )
    text = FRAME + PLAIN_STANDARDS + rule + BOTH
    (warning,) = (each for each in checker.check(text).warnings if each.code == "cadence_not_stated")
    assert warning.path == "transitions.quarter[0].if"
    stated = text.replace('outcome = "warn",', 'outcome = "warn", each = "quarter",')
    assert [each.code for each in checker.check(stated).warnings] == []
    assert "cadence_not_stated" not in {
        each.code for each in checker.check(FRAME + PLAIN_STANDARDS + rule + PLAIN_TRANSITIONS).findings
    }
