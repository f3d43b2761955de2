"""Look-backs on their pages: the difference, what relied on it, and how risk ends one."""

from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal.models import LookBack
from appraisal.services import lookbacks
from tests.appraisal import smallbank
from tests.appraisal.acting import ON, Reach, Staff, find
from tests.appraisal.pages import as_, manager_login, text
from tests.appraisal.smallbank import END, GIVER, RISING, STEADY_TOO


@pytest.fixture(autouse=True)
def today() -> object:
    with time_machine.travel(ON, tick=True) as travelled:
        yield travelled


def correct(folder: Path, *numbers: str) -> list[LookBack]:
    """Told figures of these managers put right to next to nothing, and what a look back finds."""
    smallbank.load_late(folder, *(f"D{number},2026-01-01,1000000.00" for number in numbers))
    return lookbacks.look_back(END)


def test_risk_reads_the_difference_and_ends_the_review(reach: Reach, staff: Staff, tmp_path: Path) -> None:
    reach(RISING, "published")
    (review,) = correct(tmp_path / "late", RISING)
    risk = as_(staff["risk"])
    (row,) = risk.get("/lookbacks/").context["rows"]
    assert (row["manager"].employee_no, row["finding"], row["tag"]["text"]) == (
        RISING,
        "结论由“建议晋升”变为“预警”",
        "待复核",
    )
    nav = {item["label"]: item["count"] for item in risk.get("/lookbacks/").context["shell"]["nav"]}
    assert nav["回溯复核"] == 1
    page = risk.get(f"/lookbacks/{review.pk}/")
    lines = {
        line["name"]: (line["before"]["value"], line["after"]["value"]) for line in page.context["lines"]
    }
    assert lines["四级标准 · 存款日均"] == ("40000000.00", "1000000.00")
    assert page.context["relied"] == ["第 1 次决定：维持"]
    assert f"/lookbacks/{review.pk}/" in text(risk.get(f"/appraisals/{review.appraisal_id}/"))
    empty = risk.post(f"/lookbacks/{review.pk}/dismiss/", {"reason": " "}, follow=True)
    assert "须写明原因" in text(empty) or "请填写" in text(empty)
    for name, status in (("hr", 403), ("auditor", 403), ("risk_west", 404)):
        ended = as_(staff[name]).post(f"/lookbacks/{review.pk}/dismiss/", {"reason": "x"})
        assert (name, ended.status_code) == (name, status)
    told = risk.post(f"/lookbacks/{review.pk}/reopen/", {"reason": "余额更正", "key": "k"}, follow=True)
    assert "高升 的考核已重开" in text(told) and "余额更正" in text(told)
    assert find(RISING).state == "reopened"
    assert as_(manager_login(RISING)).get("/lookbacks/").status_code == 403


def test_the_list_costs_the_same_for_one_as_for_four(reach: Reach, staff: Staff, tmp_path: Path) -> None:
    risk = as_(staff["risk"])
    counts = []
    for folder, numbers in (("one", (RISING,)), ("two", (STEADY_TOO, GIVER))):
        for number in numbers:
            reach(number, "published")
        correct(tmp_path / folder, *numbers)
        with CaptureQueriesContext(connection) as asked:
            shown = risk.get("/lookbacks/").context["rows"]
        counts.append((len(shown), len(asked.captured_queries)))
    # Each version that differs is a finding of its own: the second one is held against Rising, too.
    assert ([count for count, _asked in counts], counts[0][1]) == ([1, 4], counts[1][1])


def test_a_review_of_loans_lists_each_with_its_class(reach: Reach, staff: Staff) -> None:
    reach(RISING, "published")
    loan = {"customer": "C1", "from": "normal", "on": "2026-10-05", "bundle": 7}
    loans = [loan | {"account": f"L{number}", "to": to} for number, to in enumerate(("doubtful", "loss"))]
    review = LookBack.objects.create(
        appraisal=find(RISING),
        kind="downgrade",
        cause="loan:L0:2026-10-05",
        found={"loans": loans},
        relied=[],
    )
    page = as_(staff["risk"]).get(f"/lookbacks/{review.pk}/")
    assert "考核期后 2 笔贷款降为不良：L0、L1" in text(page)
    assert [(each["account"], each["before"], each["after"]) for each in page.context["loans"]] == [
        ("L0", "正常", "可疑"),
        ("L1", "正常", "损失"),
    ]
    for shown in ("L0", "L1", "可疑", "损失", "2026-10-05"):
        assert shown in text(page)
