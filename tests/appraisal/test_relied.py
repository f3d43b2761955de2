"""What rests on figures of the past is told in words, the period above all."""

from appraisal import relied
from appraisal.models import Cycle
from grading import relied as grading
from tests.appraisal.acting import Case
from tests.appraisal.smallbank import RISING


def test_a_period_is_named_and_not_coded(cycle: Cycle, case: Case) -> None:
    who = case(RISING).manager_id
    told = [*relied.appraisals([who], cycle.ends_on), *grading.verdicts([who], cycle.ends_on)]
    assert {each.what.partition("考核")[0] for each in told} == {"2026 年第三季度 "}
    assert "已测算" in told[0].what and "已留存" in told[1].what
