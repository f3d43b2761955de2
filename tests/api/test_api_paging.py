"""Pages give every row once, at the same price for one row as for three; nothing unchanged is sent again."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from grading.models import GradeRecord
from ledger.models import Run
from managers.models import ClientManager
from tests.api.conftest import Bank

ROWS = {
    "managers/": ("employee_no", ["E1", "E2", "E3", "F9"]),
    "grades/": ("employee_no", ["E1", "E2", "E3", "F9"]),
    "customers/": ("customer_no", ["C1", "C2", "C3", "S9"]),
}


@pytest.fixture
def many_runs(bank: Bank) -> None:
    for version in range(2, 6):
        Run.objects.create(
            business_date=bank.run.business_date,
            version=version,
            status=Run.Status.FAILED,
            through_bundle=bank.run.through_bundle,
        )


def walk(client: Client, address: str, link: str = "next") -> list[Any]:
    """All rows, following the links."""
    rows: list[Any] = []
    while address:
        answer = client.get(address).json()
        rows += answer["results"]
        address = answer[link]
    return rows


@pytest.mark.parametrize("path", ROWS)
def test_walk_gives_every_row_once_and_in_order(auditor: Client, path: str) -> None:
    key, expected = ROWS[path]
    for size in range(1, 6):
        rows = walk(auditor, f"/api/v1/{path}?page_size={size}")
        assert [row[key] for row in rows] == expected


def test_walk_back(auditor: Client) -> None:
    first = auditor.get("/api/v1/managers/?page_size=3").json()
    second = auditor.get(first["next"]).json()
    back = auditor.get(second["previous"]).json()
    assert [row["employee_no"] for row in back["results"]] == ["E1", "E2", "E3"]


def test_row_added_behind_the_cursor_shifts_nothing(auditor: Client) -> None:
    first = auditor.get("/api/v1/managers/?page_size=2").json()
    old = ClientManager.objects.get(employee_no="E1")
    old.pk, old.employee_no = None, "E0"
    old.save()
    rest = walk(auditor, first["next"])
    assert [row["employee_no"] for row in rest] == ["E3", "F9"]


def test_runs_and_appraisals_walk_from_the_newest(auditor: Client, many_runs: None, bank: Bank) -> None:
    versions = [row["version"] for row in walk(auditor, "/api/v1/runs/?page_size=2")]
    assert versions == [5, 4, 3, 2, 1]
    ids = [row["id"] for row in walk(auditor, "/api/v1/appraisals/?page_size=1")]
    assert ids == sorted((row.pk for row in bank.appraisals.values()), reverse=True)


def test_changes_are_read_on_from_where_the_reader_was(auditor: Client, bank: Bank) -> None:
    rows = walk(auditor, "/api/v1/grade-changes/?page_size=1")
    assert [row["id"] for row in rows] == list(
        GradeRecord.objects.order_by("id").values_list("id", flat=True)
    )
    manager = bank.appraisals["E1"].manager
    new = GradeRecord.objects.create(
        manager=manager, grade_code="second", effective_on=date(1994, 4, 1), basis="x"
    )
    answer = auditor.get(f"/api/v1/grade-changes/?since={rows[-1]['id']}").json()
    assert [row["id"] for row in answer["results"]] == [new.pk]
    assert (answer["next"], answer["cursor"]) == (None, str(new.pk))


@pytest.mark.parametrize(
    "path",
    ["managers/", "grades/", "grade-changes/", "appraisals/", "customers/?on=1994-03-31", "runs/"],
)
def test_three_rows_cost_as_many_queries_as_one(
    auditor: Client, many_runs: None, path: str, django_assert_num_queries: Callable[..., Any]
) -> None:
    address = f"/api/v1/{path}{'&' if '?' in path else '?'}page_size="
    assert len(auditor.get(f"{address}1").json()["results"]) == 1
    with CaptureQueriesContext(
        connection,
    ) as one:
        auditor.get(f"{address}1")
    with django_assert_num_queries(len(one)):
        assert len(auditor.get(f"{address}3").json()["results"]) == 3


def test_verdicts_cost_as_many_queries_for_three_as_for_one(
    auditor: Client, bank: Bank, django_assert_num_queries: Callable[..., Any]
) -> None:
    address = "/api/v1/managers/E1/verdicts/"
    auditor.get(address)
    with CaptureQueriesContext(connection) as one:
        assert len(auditor.get(address).json()["results"]) == 1
    verdict = bank.appraisals["E1"].verdict
    assert verdict is not None
    for _again in range(2):
        verdict.pk = None
        verdict.save(force_insert=True)
    with django_assert_num_queries(len(one)):
        assert len(auditor.get(address).json()["results"]) == 3


def test_unchanged_page_is_not_sent_again(auditor: Client) -> None:
    for path in ("managers/", "managers/E1/", "managers/E1/metrics/", "grade-changes/", "runs/"):
        first = auditor.get(f"/api/v1/{path}")
        tag = first.headers["ETag"]
        again = auditor.get(f"/api/v1/{path}", headers={"if-none-match": tag})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
        other = auditor.get(f"/api/v1/{path}", headers={"if-none-match": '"other"'})
        assert (other.status_code, other.content) == (200, first.content)
    ClientManager.objects.filter(employee_no="E1").update(name="陈嘉仪")
    changed = auditor.get("/api/v1/managers/E1/", headers={"if-none-match": tag})
    assert (changed.status_code, changed.json()["name"]) == (200, "陈嘉仪")


def test_answers_stay_out_of_shared_caches(auditor: Client) -> None:
    answer = auditor.get("/api/v1/managers/")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie", "Accept-Language"} <= set(answer.headers["Vary"].split(", "))
