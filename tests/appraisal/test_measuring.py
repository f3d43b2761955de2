"""Measuring: what each manager of the small bank gets, frozen, flagged, and measured again only for cause."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal import messages, queries, services
from appraisal.models import Appraisal, Cycle, Step
from appraisal.services import Refusal
from grading import queries as books
from grading import services as grading
from grading.models import Verdict
from grading.rules import verdict
from ledger.rules.figures import evidence_from_list
from managers.models import Assignment, ClientManager, User
from tests.appraisal import smallbank
from tests.appraisal.acting import Case, Staff, find, manager
from tests.appraisal.smallbank import (
    BAD_LOAN,
    ELSEWHERE,
    GIVER,
    RISING,
    SPIKE,
    STEADY,
    STEADY_TOO,
    TAKER,
    WAITING,
)
from tests.grading.careers import shipped


def flags_of(case: Appraisal) -> list[str]:
    return [messages.flag_text(flag) for flag in case.flags]


def test_every_manager_gets_the_outcome_of_the_situation(cycle: Cycle) -> None:
    found = cycle.appraisals.values_list("manager__employee_no", "state", "verdict__outcome")
    assert {number: (state, outcome) for number, state, outcome in found} == {
        STEADY: ("measured", "keep"),
        STEADY_TOO: ("measured", "keep"),
        RISING: ("measured", "promote"),
        BAD_LOAN: ("measured", "vetoed"),
        WAITING: ("undecided", "undecided"),
        ELSEWHERE: ("measured", "keep"),
        SPIKE: ("measured", "keep"),
        GIVER: ("measured", "keep"),
        TAKER: ("measured", "keep"),
    }


def test_flags_say_what_to_look_at(cycle: Cycle) -> None:
    awaited = "名下客户有账户在数据起点之前已开立，但其余额自基期开始之后才送达，基期不明"
    assert {
        each.manager.employee_no: flags_of(each) for each in cycle.appraisals.select_related("manager")
    } == {
        STEADY: [],
        STEADY_TOO: [],
        RISING: ["建议晋升为三级"],
        BAD_LOAN: ["一票否决：正常类贷款占比进一步提高", "一票否决：后三类贷款"],
        WAITING: [f"待数据：新增存款日均（{awaited}）"],
        ELSEWHERE: [],
        # 90 days at 10 million and two at 2,000: 53.26 a day, and 2,000 ÷ 53.26 − 1
        SPIKE: ["季末最后两日存款日均比本季日均高 3655%"],
        GIVER: ["期内有 1 户客户移交或调整比例"],
        TAKER: ["期内有 1 户客户移交或调整比例"],
    }


def test_the_spike_shows_both_averages(cycle: Cycle, case: Case) -> None:
    (flag,) = case(SPIKE).flags
    assert (flag["last_days"], flag["quarter"]) == ("2000000000.00", "53260869.57")


def test_a_verdict_worked_out_again_from_its_frozen_evidence_is_the_same(cycle: Cycle) -> None:
    verdicts = Verdict.objects.all()
    assert {each.pk: grading.rejudged(each).to_dict() for each in verdicts} == {
        each.pk: each.result for each in verdicts
    }
    assert len(verdicts) == 9


def test_measuring_again_changes_nothing_that_still_holds(cycle: Cycle, on: date) -> None:
    before = list(Appraisal.objects.values_list("pk", "state", "state_since", "verdict").order_by("pk"))
    measured = services.measure(cycle, by=None, on=on)
    assert (measured.steps, measured.unchanged, measured.left) == ([], 9, [])
    assert (
        list(Appraisal.objects.values_list("pk", "state", "state_since", "verdict").order_by("pk")) == before
    )


def test_late_figures_give_a_new_verdict_and_keep_the_old_one(
    cycle: Cycle, case: Case, on: date, tmp_path: Path
) -> None:
    before = case(STEADY).verdict
    smallbank.load_late(tmp_path / "late", f"D{STEADY},2026-01-05,60000000.00")
    measured = services.measure(cycle, by=None, on=on)
    assert measured.unchanged == 8
    assert [step.appraisal.manager.employee_no for step in measured.steps] == [STEADY]
    assert [(step.from_state, step.to_state, step.verdict_id) for step in measured.steps] == [
        ("measured", "measured", case(STEADY).verdict_id)
    ]
    after = case(STEADY).verdict
    assert before is not None and after is not None
    assert (before.outcome, after.outcome) == ("keep", "promote")
    assert Verdict.objects.filter(manager__employee_no=STEADY).count() == 2
    assert (before.run.version, after.run.version) == (1, 2)


def test_the_undecided_is_decided_when_the_data_arrive(
    cycle: Cycle, case: Case, on: date, tmp_path: Path
) -> None:
    smallbank.load_late(tmp_path / "base", f"D{WAITING},2025-01-01,10000000.00")
    services.measure(cycle, by=None, on=on)
    found = case(WAITING)
    assert (found.state, found.verdict.outcome) == ("measured", "warn")  # type: ignore[union-attr]
    assert flags_of(found) == ["未达本级标准，本季预警；等级由年度考核决定"]
    assert list(queries.steps(found).values_list("name", "from_state", "to_state")) == [
        ("open", "", "opened"),
        ("measure", "opened", "undecided"),
        ("measure", "undecided", "measured"),
    ]


def test_the_measured_becomes_undecided_when_the_data_turn_out_missing(
    cycle: Cycle, case: Case, on: date, tmp_path: Path
) -> None:
    """A loan without a class turns up: the quality of the loans is open again."""
    loan = f"L{STEADY},C{STEADY},loan,term,CNY,2025-01-01,"
    smallbank.load_late(tmp_path / "loan", f"L{STEADY},2026-07-01,1000.00", accounts=[loan])
    services.measure(cycle, by=None, on=on)
    assert (case(STEADY).state, [flag["code"] for flag in case(STEADY).flags]) == ("undecided", ["undecided"])


def test_one_appraisal_may_be_measured_alone(staff: dict[str, User], on: date, case: Case) -> None:
    services.open_cycle(smallbank.SCHEME, smallbank.PERIOD, by=staff["hr"], on=on)
    measured = services.measure(case(STEADY), by=staff["hr"], on=on)
    assert [(step.by, step.to_state) for step in measured.steps] == [(staff["hr"], "measured")]
    assert (case(STEADY).state, case(STEADY_TOO).state) == ("measured", "opened")


def test_a_person_measures_only_within_reach(staff: dict[str, User], on: date) -> None:
    opened = services.open_cycle(smallbank.SCHEME, smallbank.PERIOD, by=None, on=on)
    measured = services.measure(opened.cycle, by=staff["hr_west"], on=on)
    assert [step.appraisal.manager.employee_no for step in measured.steps] == [ELSEWHERE]


@pytest.mark.parametrize("name", ["risk", "leader", "auditor", "admin"])
def test_other_roles_measure_nothing(
    cycle: Cycle, case: Case, staff: dict[str, User], on: date, name: str
) -> None:
    with pytest.raises(PermissionDenied):
        services.measure(cycle, by=staff[name], on=on)
    with pytest.raises(PermissionDenied):
        services.measure(case(STEADY), by=staff[name], on=on)


def test_nobody_measures_the_own_appraisal(staff: dict[str, User], on: date, case: Case) -> None:
    mine = manager(STEADY)
    mine.user = staff["hr"]
    mine.save()
    opened = services.open_cycle(smallbank.SCHEME, smallbank.PERIOD, by=staff["hr"], on=on)
    measured = services.measure(opened.cycle, by=staff["hr"], on=on)
    assert [(each.manager, each.text) for each in measured.left] == [(mine, "本人的考核须由他人测算")]
    assert case(STEADY).state == "opened"
    with pytest.raises(PermissionDenied, match="本人"):
        services.measure(case(STEADY), by=staff["hr"], on=on)


def test_a_grade_that_left_the_ladder_meanwhile_waits_and_stops_nobody(
    staff: dict[str, User], on: date, case: Case
) -> None:
    opened = services.open_cycle(smallbank.SCHEME, smallbank.PERIOD, by=None, on=on)
    grading.record_grade(manager(STEADY), grade="p5", effective_on=smallbank.END, basis="test", by=None)
    measured = services.measure(opened.cycle, by=None, on=on)
    assert [(each.manager.employee_no, each.code) for each in measured.left] == [
        (STEADY, "grade_not_on_ladder")
    ]
    assert (case(STEADY).state, len(measured.steps)) == ("opened", 8)


def test_nothing_is_measured_before_the_last_day_is_published(staff: dict[str, User], on: date) -> None:
    with pytest.raises(Refusal, match=r"run_nights --to 2026-06-30") as refused:
        services.appraise(smallbank.SCHEME, "2026Q2", by=None, on=on)
    assert refused.value.code == "not_published"
    assert not Cycle.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_managers(
    staff: dict[str, User], on: date, case: Case
) -> None:
    opened = services.open_cycle(smallbank.SCHEME, smallbank.PERIOD, by=None, on=on)
    with CaptureQueriesContext(connection) as one:
        services.measure(case(STEADY), by=None, on=on)
    with CaptureQueriesContext(connection) as many:
        services.measure(opened.cycle, by=None, on=on)
    assert Step.objects.filter(name="measure").count() == 9
    assert len(many) - len(one) in range(-2, 3)


def test_a_partial_period_is_stated_with_its_days(staff: Staff, on: date) -> None:
    ClientManager.objects.filter(employee_no=STEADY).update(post_started_on=date(2026, 8, 1))
    services.appraise(smallbank.SCHEME, smallbank.PERIOD, by=None, on=on)
    (flag,) = [flag for flag in find(STEADY).flags if flag["code"] == "joined"]
    assert flag == {"code": "joined", "on": "2026-08-01", "served": 61, "days": 92}
    said = "2026-08-01 起任现职，不满一个考核期（在岗 61 天，全期 92 天；指标和标准按全期，未折算）"
    assert messages.flag_text(flag) == said
    del flag["days"]
    assert messages.flag_text(flag) == "2026-08-01 起任现职，不满一个考核期"


def test_pro_rata_judges_on_the_days_served_and_says_so(staff: Staff, on: date) -> None:
    shipped('newcomers = "pro_rata"')
    ClientManager.objects.filter(employee_no=STEADY).update(post_started_on=date(2026, 8, 1))
    Assignment.objects.filter(manager__employee_no=STEADY).update(starts_on=date(2026, 8, 1))
    services.appraise(smallbank.SCHEME, smallbank.PERIOD, by=None, on=on)
    row = find(STEADY)
    (flag,) = [flag for flag in row.flags if flag["code"] == "joined"]
    assert messages.flag_text(flag).endswith("（在岗 61 天，全期 92 天；随天数增长的指标已折算为全期）")
    assert row.verdict is not None
    figures = evidence_from_list(row.verdict.evidence)
    averages = [each for ref, each in figures.items() if ref[:2] == ("deposit_daily_average", "year")]
    assert {each.value for each in averages} == {20_000_000 * Fraction(273, 61)}
    assert {each.detail["measured"] for each in averages} == {"20000000.00"}
    again = verdict.judge(
        books.rulebook(row.verdict.rulebook),
        grade="fourth",
        period_kind="quarter",
        evidence=figures,
        on=row.verdict.on,
        branch=row.manager.branch.path,
    )
    assert again.to_dict() == row.verdict.result


def test_pro_rata_leaves_out_who_served_too_few_days(staff: Staff, on: date) -> None:
    shipped('newcomers = "pro_rata"\nleast_days = 62')
    ClientManager.objects.filter(employee_no=STEADY).update(post_started_on=date(2026, 8, 1))
    opened, _measured = services.appraise(smallbank.SCHEME, smallbank.PERIOD, by=None, on=on)
    out = queries.left_out(opened.cycle, ClientManager.objects.filter(employee_no=STEADY))
    assert [each.code for each in out] == ["joined_in_period"]
