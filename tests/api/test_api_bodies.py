"""What each resource answers, to the letter, for a small bank."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from appraisal.models import Appraisal, Cycle
from grading.models import GradeRecord, RulebookVersion
from grading.rules import verdict as verdicts
from ledger.models import Run
from managers.models import Customer, User
from tests.api.conftest import DAY, SCHEME, Bank

EAST, OUTLET = {"code": "B1", "name": "东支行"}, {"code": "B11", "name": "东门分理处"}
HIRED = {"hired_on": "1990-01-01", "post_started_on": "1992-01-01"}
E1 = {
    "employee_no": "E1",
    "name": "陈嘉怡",
    "branch": EAST,
    "line": "corporate",
    "status": "on_post",
    **HIRED,
    "education": "bachelor",
    "title_level": "senior",
}
PLAIN = {"line": "corporate", "status": "on_post", **HIRED, "education": "", "title_level": ""}
E2 = {"employee_no": "E2", "name": "李明", "branch": OUTLET, **PLAIN}
E3 = {"employee_no": "E3", "name": "赵云", "branch": EAST, **PLAIN, "line": "personal"}


def get(client: Client, path: str) -> Any:
    response = client.get(f"/api/v1/{path}")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    return response.json()


def page(*rows: Any) -> dict[str, Any]:
    return {"next": None, "previous": None, "results": list(rows)}


def moment(at: Any) -> str:
    return timezone.localtime(at).isoformat()


def test_managers(east: Client) -> None:
    assert get(east, "managers/") == page(E1, E2, E3)
    assert get(east, "managers/E1/") == E1


def test_managers_narrowed(east: Client) -> None:
    assert get(east, "managers/?branch=B11") == page(E2)
    assert get(east, "managers/?line=personal") == page(E3)
    assert get(east, "managers/?branch=B2") == page()
    assert get(east, "managers/?status=left") == page()


def test_grades_on_a_day(east: Client) -> None:
    basis = GradeRecord.objects.filter(manager__employee_no="E1").get().basis
    held = {"effective_on": "1992-01-01", "basis": basis}
    today = timezone.localdate().isoformat()
    rows = [("E1", "third"), ("E2", "fourth"), ("E3", "fourth")]
    for query, on in (("", today), ("?on=1994-03-31", "1994-03-31")):
        expected = [{"employee_no": number, "on": on, "grade": code, **held} for number, code in rows]
        assert get(east, f"grades/{query}") == page(*expected)
        assert get(east, f"managers/E1/grade/{query}") == expected[0]


def test_no_grade_before_the_first_one(east: Client) -> None:
    nothing = {"on": "1991-12-31", "grade": None, "effective_on": None, "basis": None}
    assert get(east, "managers/E1/grade/?on=1991-12-31") == {"employee_no": "E1", **nothing}
    assert get(east, "grades/?on=1991-12-31&branch=B11") == page({"employee_no": "E2", **nothing})


def test_grade_changes(east: Client, bank: Bank) -> None:
    records = GradeRecord.objects.exclude(manager__employee_no="F9").select_related("manager").order_by("id")
    rows = [
        {
            "id": record.pk,
            "employee_no": record.manager.employee_no,
            "grade": record.grade_code,
            "effective_on": "1992-01-01",
            "basis": record.basis,
            "recorded_at": moment(record.recorded_at),
        }
        for record in records
    ]
    assert sorted(row["employee_no"] for row in rows) == ["E1", "E2", "E3"]
    last = str(rows[-1]["id"])
    assert get(east, "grade-changes/") == {"next": None, "cursor": last, "results": rows}
    assert get(east, f"grade-changes/?since={last}") == {"next": None, "cursor": last, "results": []}


def figure(metric: str, unit: str, value: str) -> dict[str, Any]:
    known = {"state": "value", "value": value, "reason": None, "reason_text": None}
    return {"metric": metric, "unit": unit, **known}


def no_figure(metric: str, unit: str, state: str, reason: str, text: str) -> dict[str, Any]:
    return {
        "metric": metric,
        "unit": unit,
        "state": state,
        "value": None,
        "reason": reason,
        "reason_text": text,
    }


TOO_SHORT = ("missing", "history", "数据自 1994-01-01 起，未涵盖所需期间")
MONTHLY = (
    "not_applicable",
    "window_not_defined",
    "该指标只按这些期间计算：month、previous_month",
)
NO_FEED = ("not_applicable", "feed_not_configured", "本行未接入 settlements.csv")


def test_metrics_of_a_manager(east: Client, bank: Bank) -> None:
    # 0.7 of C1 for 90 days, one fen more on the last, and all of C2.
    expected = [
        figure("deposit_daily_average", "CNY", "7400000.00"),
        figure("loan_daily_average", "CNY", "6300000.00"),
        figure("largest_deposit_customer", "CNY", "10000000.00"),
        figure("largest_loan_customer", "CNY", "9000000.00"),
        no_figure("new_deposit_daily_average", "CNY", *TOO_SHORT),
        no_figure("international_settlement", "USD", *NO_FEED),
        no_figure("deposit_product_month", "CNY-days", *MONTHLY),
        no_figure("deposit_month_average", "CNY", *MONTHLY),
        figure("normal_loan_share", "ratio", "1.000000"),
        no_figure("normal_loan_share_change", "ratio", *TOO_SHORT),
        figure("non_performing_balance", "CNY", "0.00"),
        figure("interest_arrears", "CNY", "0.00"),
        figure("advances", "CNY", "0.00"),
    ]
    answer = get(east, "managers/E1/metrics/")
    assert answer == {
        "employee_no": "E1",
        "on": "1994-03-31",
        "window": "quarter",
        "window_from": "1994-01-01",
        "window_to": "1994-03-31",
        "floor": "0.00",
        "run": {"business_date": "1994-03-31", "version": 1},
        "metrics": expected,
    }
    assert get(east, "managers/E1/metrics/?on=1994-03-31&window=quarter&floor=0") == answer


@pytest.mark.parametrize(
    ("query", "window", "average", "product"),
    [
        ("window=month", ("1994-03-01", "1994-03-31"), "7400000.00", "229400000.01"),
        ("window=month&floor=500000", ("1994-03-01", "1994-03-31"), "7000000.00", "217000000.01"),
        ("window=month&floor=20000000.50", ("1994-03-01", "1994-03-31"), "0.00", "0.00"),
        ("window=previous_month", ("1994-02-01", "1994-02-28"), "7400000.00", "207200000.00"),
    ],
)
def test_metrics_by_window_and_floor(
    east: Client, query: str, window: tuple[str, str], average: str, product: str
) -> None:
    answer = get(east, f"managers/E1/metrics/?{query}")
    values = {row["metric"]: row["value"] for row in answer["metrics"]}
    assert (answer["window_from"], answer["window_to"]) == window
    assert (values["deposit_daily_average"], values["deposit_product_month"]) == (average, product)


def test_verdicts(east: Client, bank: Bank) -> None:
    stored = bank.appraisals["E1"].verdict
    assert stored is not None
    exported = verdicts.export(verdicts.Verdict.from_dict(stored.result), employee_no="E1")
    assert (exported["grade"], exported["outcome"], exported["cites"]) == ("third", "undecided", "第十一条二")
    row = {
        **exported,
        "id": stored.pk,
        "scheme": SCHEME,
        "rulebook_number": stored.rulebook.number,
        "period": "1994Q1",
        "on": "1994-03-31",
        "run_version": 1,
        "created_at": moment(stored.created_at),
    }
    assert get(east, "managers/E1/verdicts/") == page(row)
    assert get(east, f"managers/E1/verdicts/?scheme={SCHEME}&period=1994Q1") == page(row)
    assert get(east, "managers/E1/verdicts/?period=1994Q2") == page()


def appraisal(bank: Bank, number: str, person: dict[str, Any], **differs: Any) -> dict[str, Any]:
    row = bank.appraisals[number]
    return {
        "id": row.pk,
        "cycle": {
            "id": bank.cycle.pk,
            "scheme": SCHEME,
            "period": "1994Q1",
            "starts_on": "1994-01-01",
            "ends_on": "1994-03-31",
        },
        "manager": {name: person[name] for name in ("employee_no", "name", "branch")},
        "state": "undecided",
        "state_since": moment(row.state_since),
        "verdict": row.verdict_id,
        "grade": {"E1": "third", "E2": "fourth"}[number],
        "outcome": "undecided",
        "proposed_grade": {"E1": "third", "E2": "fourth"}[number],
        "flags": ["undecided"],
        "decided_grade": None,
        "decided_outcome": None,
        **differs,
    }


def test_appraisals(east: Client, bank: Bank) -> None:
    rows = [appraisal(bank, "E1", E1), appraisal(bank, "E2", E2)]
    rows.sort(key=lambda row: -row["id"])
    assert get(east, "appraisals/") == page(*rows)


def test_appraisals_narrowed(east: Client, bank: Bank) -> None:
    cycle = f"cycle={bank.cycle.pk}"
    found = {
        cycle: 2,
        f"{cycle}&state=undecided": 2,
        "state=measured": 0,
        f"scheme={SCHEME}&period=1994Q1": 2,
        "period=1994Q2": 0,
        "outcome=undecided": 2,
        "outcome=keep": 0,
        "branch=B11": 1,
        "employee_no=E1": 1,
        "employee_no=F9": 0,
    }
    assert {query: len(get(east, f"appraisals/?{query}")["results"]) for query in found} == found


def test_person_appraised_sees_neither_flags_nor_an_unpublished_decision(
    bank: Bank, own: User, bearer: Callable[..., Client]
) -> None:
    reader = bearer(own)
    assert get(reader, "appraisals/") == page(appraisal(bank, "E1", E1, flags=None))
    first, decision = bank.appraisals["E1"], {"decided_grade": "second", "decided_outcome": "promote"}
    told = {"decided": {"decided_grade": None, "decided_outcome": None}, "published": decision}
    for year, (state, shown) in enumerate(told.items(), 2001):
        later = Cycle.objects.create(
            scheme=SCHEME, period=f"{year}Q1", starts_on=f"{year}-01-01", ends_on=f"{year}-03-31"
        )
        row = Appraisal.objects.create(
            cycle=later, manager=first.manager, verdict=first.verdict, state=state, **decision
        )
        (found,) = get(reader, f"appraisals/?cycle={later.pk}")["results"]
        assert (found["id"], {name: found[name] for name in decision}) == (row.pk, shown)


def test_rulebooks(east: Client) -> None:
    rows = [
        {
            "code": version.code,
            "number": version.number,
            "title": version.title,
            "origin": "shipped",
            "effective_on": "1990-01-01",
            "adopted_at": moment(version.adopted_at),
            "sha256": version.sha256,
        }
        for version in RulebookVersion.objects.order_by("-id")
    ]
    assert SCHEME in {row["code"] for row in rows}
    assert get(east, "rulebooks/") == page(*rows)
    assert get(east, "rulebooks/?code=no-such") == page()


def test_customers_with_masked_people_and_the_holders_of_the_day(east: Client) -> None:
    def customer(number: str, name: str, kind: str, branch: Any, *held: tuple[str, str, Any]) -> Any:
        managers = [
            {"employee_no": who, "share": share, "starts_on": "1994-01-01", "ends_on": end}
            for who, share, end in held
        ]
        return {"customer_no": number, "name": name, "kind": kind, "branch": branch, "managers": managers}

    c1 = customer("C1", "甲公司", "corporate", EAST, ("E1", "0.700000", None))
    c2 = customer("C2", "欧*", "personal", EAST)
    c3 = customer("C3", "丙公司", "corporate", OUTLET, ("E2", "1.000000", None))
    then = customer("C2", "欧*", "personal", EAST, ("E1", "1.000000", "1994-03-31"))
    assert get(east, "customers/") == page(c1, c2, c3)
    assert get(east, "customers/?kind=personal&on=1994-03-31") == page(then)
    assert get(east, "customers/?branch=B11") == page(c3)
    assert Customer.objects.get(customer_no="C2").name == "欧阳某某"


def run_row(run: Run, **differs: Any) -> dict[str, Any]:
    return {
        "id": run.pk,
        "business_date": run.business_date.isoformat(),
        "version": run.version,
        "status": run.status,
        "is_current": run.is_current,
        "through_bundle": run.through_bundle_id,
        "reason": "",
        "started_at": run.started_at and moment(run.started_at),
        "finished_at": run.finished_at and moment(run.finished_at),
        "error": run.error,
        **differs,
    }


def test_runs(east: Client, auditor: Client, bank: Bank) -> None:
    broken = Run.objects.create(
        business_date=DAY,
        version=2,
        status=Run.Status.FAILED,
        through_bundle=bank.run.through_bundle,
        error="disk full",
    )
    assert get(east, "runs/") == page(run_row(bank.run))
    assert get(auditor, "runs/") == page(run_row(broken), run_row(bank.run))
    assert get(auditor, "runs/?status=failed") == page(run_row(broken))
    assert get(auditor, "runs/?is_current=true&business_date=1994-03-31") == page(run_row(bank.run))
