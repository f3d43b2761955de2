"""appraise and export_verdicts: what they print, and how they end; on the small bank and on real records."""

import json
import os
from collections import Counter
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal.models import Cycle, Step
from grading.models import Verdict
from ledger.services.extracts import load_bundle
from ledger.services.nights import run_nights
from managers.models import ClientManager
from tests.appraisal.smallbank import IN_SCOPE, OTHER_LINE, PERIOD, RISING, SCHEME

BERKA = Path(os.environ.get("SHARED_DATA", settings.BASE_DIR.parent / "shared" / "data")) / "berka-1993"


def run(*args: str) -> tuple[str, str]:
    """stdout and stderr of a command."""
    out, err = StringIO(), StringIO()
    call_command(*args, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def appraise(period: str = PERIOD, scheme: str = SCHEME) -> dict[str, Any]:
    out, _ = run("appraise", "--scheme", scheme, "--period", period, "--json")
    return json.loads(out.splitlines()[-1])


def export(period: str = PERIOD, scheme: str = SCHEME) -> list[dict[str, Any]]:
    out, _ = run("export_verdicts", "--scheme", scheme, "--period", period)
    return [json.loads(line) for line in out.splitlines()]


def test_appraise_opens_measures_and_counts(bank: None) -> None:
    assert appraise() == {
        "status": "measured",
        "scheme": SCHEME,
        "period": PERIOD,
        "on": "2026-09-30",
        "opened": 9,
        "measured": 9,
        "unchanged": 0,
        "outcomes": {"keep": 6, "promote": 1, "undecided": 1, "vetoed": 1},
        "states": {"measured": 8, "undecided": 1},
        "left_out": [{"employee_no": OTHER_LINE, "reason": "other_line", "text": "所在条线不适用本办法"}],
    }


def test_appraise_speaks_to_people(bank: None) -> None:
    out, _ = run("appraise", "--scheme", SCHEME, "--period", PERIOD)
    assert out.splitlines() == [
        "考核周期 2026Q3 · corporate-six-grades（截数日 2026-09-30）：新开启 9 人，测算 9 人，无变化 0 人。",
        "  维持本级：6",
        "  建议晋升：1",
        "  待定：1",
        "  一票否决：1",
        "未纳入：别线 1007，所在条线不适用本办法",
    ]


def test_appraise_again_is_harmless(bank: None) -> None:
    appraise()
    steps = Step.objects.count()
    again = appraise()
    assert (again["opened"], again["measured"], again["unchanged"]) == (0, 0, 9)
    assert (Step.objects.count(), Verdict.objects.count(), Cycle.objects.count()) == (steps, 9, 1)


@pytest.mark.parametrize(
    ("scheme", "period", "sentence"),
    [
        (SCHEME, "2026Q2", "2026-06-30 没有已发布的日终，无法测算；请先执行 run_nights --to 2026-06-30。"),
        (SCHEME, "2100Q4", "考核期 2100Q4 要到 2100-12-31 才结束；请在结束后开启，或核对考核期。"),
        (SCHEME, "26Q3", "考核期“26Q3”写法不对；月度写成 1993M09，季度 1993Q3，半年 1993H2，年度 1993。"),
        (
            "six",
            PERIOD,
            "没有在 2026-09-30 生效的管理办法“six”；现有：corporate-six-grades、group-five-steps、"
            "rural-loan-grades、rural-monthly-points。请核对代码，或先用 publish_rulebook 发布。",
        ),
    ],
)
def test_appraise_refuses_with_a_sentence_and_changes_nothing(
    bank: None, scheme: str, period: str, sentence: str
) -> None:
    with pytest.raises(CommandError) as error:
        appraise(period, scheme)
    assert (str(error.value), error.value.returncode) == (sentence, 1)
    assert not Cycle.objects.exists()


def test_export_has_a_line_for_everyone_in_scope(bank: None) -> None:
    appraise()
    lines = export()
    assert [line["employee_no"] for line in lines] == IN_SCOPE
    (rising,) = [line for line in lines if line["employee_no"] == RISING]
    assert (rising["grade"], rising["proposed_grade"], rising["outcome"]) == ("fourth", "third", "promote")
    assert rising["standards"]["third"] == "met"
    (deposits,) = [each for each in rising["reasons"] if each["code"] == "third.a"]
    shown = {key: deposits[key] for key in ("cites", "value", "threshold", "met")}
    assert shown == {
        "cites": "第十一条二 4(1)a",
        "value": "40000000.00",
        "threshold": "38000000.00",
        "met": True,
    }


def test_export_says_last_who_is_left_out(bank: None) -> None:
    appraise()
    out, err = run("export_verdicts", "--scheme", SCHEME, "--period", PERIOD, "--json")
    assert json.loads(out.splitlines()[-1]) == {
        "scheme": SCHEME,
        "period": PERIOD,
        "count": 9,
        "left_out": [{"employee_no": OTHER_LINE, "reason": "other_line", "text": "所在条线不适用本办法"}],
    }
    assert err.strip() == "2026Q3 · corporate-six-grades：9 份结论，1 人未纳入。"


def test_export_before_the_appraisal_says_what_to_do(bank: None) -> None:
    with pytest.raises(CommandError, match="请先执行 appraise --scheme corporate-six-grades"):
        export()


@pytest.fixture
def real_records(db: None) -> None:
    if not BERKA.is_dir():
        pytest.skip(f"no records at {BERKA} (set SHARED_DATA)")
    load_bundle(BERKA)
    run_nights(start=date(1993, 9, 29), to=date(1993, 9, 30))


def test_every_manager_of_the_real_records_gets_an_outcome_with_reasons_and_citations(
    real_records: None,
) -> None:
    with CaptureQueriesContext(connection) as asked:
        found = appraise("1993Q3")
    assert (found["opened"], found["measured"], found["left_out"]) == (95, 95, [])
    assert len(asked) <= 70
    lines = export("1993Q3")
    everyone = ClientManager.objects.order_by("employee_no").values_list("employee_no", flat=True)
    assert [line["employee_no"] for line in lines] == list(everyone)
    assert dict(Counter(line["outcome"] for line in lines)) == found["outcomes"]
    ladder = {"senior", "first", "second", "third", "fourth", "trainee"}
    for line in lines:
        assert set(line["standards"]) == ladder
        assert set(line["standards"].values()) <= {"met", "not_met", "undecided"}
        assert line["cites"] and line["why"]
        roots = {reason["code"].split(".")[0] for reason in line["reasons"]}
        assert roots >= ladder | {"on_post"}
        assert [reason["code"] for reason in line["reasons"] if not reason["cites"]] == []
