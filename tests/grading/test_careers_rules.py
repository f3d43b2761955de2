"""Who decides for a grade, where a step leads, when a term ends, what follows; a sheet of results."""

from datetime import date
from decimal import Decimal
from importlib import resources
from itertools import product

import pytest

from grading.rules import careers, checker, screening
from grading.rules.schema import APPROVERS, Rulebook
from ledger.rules.figures import MetricRef
from managers.rules import exam_sheets
from managers.services import spreadsheets

ON = date(2026, 10, 12)
LADDER = ["senior", "first", "second", "third", "fourth", "trainee"]


def book(code: str = "corporate-six-grades") -> Rulebook:
    text = resources.files("grading.rulebooks").joinpath(f"{code}.toml").read_text(encoding="utf-8")
    return checker.load(text)


def test_every_approver_a_rulebook_may_name_has_people() -> None:
    assert set(careers.AUTHORITIES) == set(APPROVERS)
    for approver, decision in product(APPROVERS, ("recognise", "approve")):
        assert careers.authority(approver, decision).roles


def test_hr_never_recognises() -> None:
    recognising = {role for each in careers.AUTHORITIES.values() for role in each["recognise"].roles}
    assert recognising == {"group_member", "group_chair", "branch_risk", "head_risk"}


@pytest.mark.parametrize(
    ("held", "wanted", "step"),
    [
        ("", "trainee", "next"),
        ("", "fourth", "leap"),
        ("fourth", "fourth", "same"),
        ("fourth", "third", "next"),
        ("fourth", "second", "leap"),
        ("fourth", "trainee", "down"),
        ("trainee", "second", "next"),
        ("fourth", "grade_one", "unknown"),
    ],
)
def test_where_a_step_leads(held: str, wanted: str, step: str) -> None:
    assert careers.step_to(LADDER, held, wanted) == step


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [(date(2026, 3, 1), date(2027, 2, 28)), (date(2027, 3, 1), date(2028, 2, 29))],
)
def test_a_term_of_a_year_ends_the_day_before(starts_on: date, ends_on: date) -> None:
    assert careers.term_end(starts_on, 12) == ends_on


def test_reminders_fall_on_their_days_only() -> None:
    ends_on = date(2026, 12, 31)
    days = [
        (ends_on - date.fromordinal(day)).days
        for day in range(ends_on.toordinal() - 90, ends_on.toordinal() + 2)
        if careers.reminder_due(ends_on, date.fromordinal(day)) is not None
    ]
    assert days == [60, 30, 7]


def test_what_follows_from_trainee_to_second() -> None:
    found = careers.follows(book(), "trainee", "second", ON)
    assert found == [
        careers.Follows("allowance", Decimal(160), Decimal(200)),
        careers.Follows("allowed", words=("credit",)),
        careers.Follows("training"),
    ]


def test_what_follows_from_a_removal() -> None:
    assert careers.follows(book(), "second", "", ON) == [
        careers.Follows("allowance", Decimal(200), None),
        careers.Follows("handover"),
    ]


@pytest.mark.parametrize(
    ("code", "params", "step"),
    [
        ("certificate_valid", (), "certificate"),
        ("training_passed", (), "exam"),
        ("event_quantity", (("event", "recognised_senior"),), "certificate"),
        ("event_quantity", (("event", "complaint"),), ""),
        ("service_months", (), ""),
    ],
)
def test_what_a_later_step_settles(code: str, params: tuple[tuple[str, str], ...], step: str) -> None:
    assert screening.later(MetricRef(code, "day", params=params)) == step


def test_a_sheet_of_results_row_by_row() -> None:
    raw = "工号,姓名,成绩\n1001,甲,85.5\n1002,乙,\n,丙,60\n1001,甲,90\n１００３,丁,１００\n\n1004,戊,-1\n"
    rows = exam_sheets.read(spreadsheets.rows(raw.encode("gb18030")))
    assert [(row.line, row.employee_no, row.score, row.problem) for row in rows] == [
        (2, "1001", Decimal("85.5"), ""),
        (3, "1002", None, "no_score"),
        (4, "", Decimal(60), "no_person"),
        (5, "1001", Decimal(90), "twice"),
        (6, "1003", Decimal(100), ""),
        (8, "1004", None, "no_score"),
    ]
    assert exam_sheets.read(spreadsheets.rows(raw.encode("utf-8-sig"))) == rows


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        ("工号,成绩\n".encode(), "empty"),
        ("姓名,成绩\n甲,1\n".encode(), "columns"),
        (b"\xff\xff\xff", "encoding"),
        (("工号,成绩\n" + "".join(f"{n},1\n" for n in range(2001))).encode(), "too_many"),
    ],
)
def test_a_sheet_that_cannot_be_read(raw: bytes, code: str) -> None:
    with pytest.raises(exam_sheets.Unreadable, match=code):
        exam_sheets.read(spreadsheets.rows(raw))
