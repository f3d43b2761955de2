"""Every change of a kept table is kept with who made it, whatever way it took; nobody alters that."""

from datetime import date
from pathlib import Path

import pghistory
import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import InternalError
from django.test import Client

from ledger.services.nights import run_nights
from managers import history, provenance, services
from managers.models import Branch, ClientManager, Customer, HistoryEvent, LogEntry, User
from tests.ledger import bank as books
from tests.managers import people

#: Tables of ours whose changes are not kept row by row, each with the reason.
NOT_KEPT = {
    "managers.AuditHead": "is itself the seal of what was kept; append-only",
    "managers.HistoryEvent": "is itself what was kept; append-only",
    "managers.LogEntry": "is itself the log; append-only",
    "managers.StoredFile": "append-only; opening one is in the log",
    "managers.Assignment": "append-only versions written by bundles; the bundle is the record",
    "managers.Notice": "what somebody was told; what it tells of is kept where it happened",
    "managers.NoticeSettings": "a person's own wish how to be told",
    "managers.PastPassword": "hashes of former passwords, for nobody to read",
    "managers.Session": "who is signed in now; signing in and out is in the log",
    "managers.OutboxMessage": "a queue; what it tells is recorded where it happened",
    "ledger.Account": "high volume, written by bundles; AccountVersion keeps what was known",
    "ledger.AccountVersion": "high volume, append-only",
    "ledger.AssignmentBlock": "derived by the nights from the assignments",
    "ledger.BalanceChange": "high volume, append-only deliveries",
    "ledger.BorrowerClass": "derived by the nights, worked out again by I03",
    "ledger.Bundle": "the record of a delivery; never deleted",
    "ledger.BundleFile": "part of the record of a delivery; I08 ties it to the rows",
    "ledger.Chunk": "progress of a night",
    "ledger.CustomerProduct": "derived by the nights, worked out again by I03",
    "ledger.Event": "append-only deliveries",
    "ledger.Feed": "written once by the first bundle that brings a file",
    "ledger.FxRate": "append-only deliveries",
    "ledger.LateChange": "a queue of the nights",
    "ledger.LoanPosition": "derived by the nights, worked out again by I03",
    "ledger.PartialSum": "derived by a night and gone when it is published",
    "ledger.PositionBlock": "derived by the nights, worked out again by I03",
    "ledger.RegisterBlock": "derived by the nights from the accounts",
    "ledger.LedgerState": "one row of progress, written by every night",
    "ledger.Product": "names of products as accounts name them, written by bundles",
    "ledger.Reading": "high volume, append-only, under the checksum of closings",
    "ledger.Run": "progress of a night; I07 ties it to the readings, requests for it are kept",
    "ledger.Settlement": "append-only deliveries",
    "ledger.Target": "append-only deliveries",
    "credit.LoanTerms": "append-only deliveries",
    "credit.Repayment": "append-only deliveries",
    "credit.ScheduledPayment": "append-only deliveries",
    "credit.StandardVersion": "append-only; who made and who adopted it is in the row and in the log",
    "credit.BasePortfolio": "derived by the nights",
    "credit.Commitment": "append-only, fixed when the agreement is approved",
    "credit.LogReview": "append-only",
    "credit.PlanTarget": "fixed when the plan is submitted; a version of the plan keeps its own",
    "credit.StatedFigure": "append-only",
    "credit.SurveyResponse": "append-only",
    "credit.WorkLogEntry": "append-only: a correction is a new entry",
    "credit.Classification": "append-only deliveries",
    "credit.Exposure": "derived by the nights",
    "credit.LoanState": "derived by the nights",
    "credit.CalendarToken": "a person's own secret, as a digest; renewing it is in the log",
    "credit.InspectionFile": "append-only",
    "credit.LoanWatch": "derived every day",
    "credit.MaturityNotice": "append-only",
    "credit.QualityReading": "high volume, append-only, under the checksum of closings",
    "credit.Standing": "progress of the nights",
    "grading.Verdict": "append-only with its evidence; I09 judges it again",
    "appraisal.Step": "is itself the log of the procedure; append-only",
}
OURS = ("managers", "ledger", "credit", "grading", "appraisal", "cmbank")


@pytest.fixture
def bank(db: None) -> None:
    people.organisation()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE managers_historyevent DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM managers_historyevent")
        cursor.execute("ALTER TABLE managers_historyevent ENABLE TRIGGER USER")


def events() -> list[tuple[object, ...]]:
    return list(HistoryEvent.objects.order_by("id").values_list("table", "operation", "before", "after"))


def test_every_model_of_ours_is_kept_or_listed_with_its_reason() -> None:
    ours = {model for label in OURS for model in apps.get_app_config(label).get_models()}
    assert {model._meta.label for model in ours - history.KEPT.keys()} == set(NOT_KEPT)
    assert {model._meta.label for model in history.KEPT} & set(NOT_KEPT) == set()


def test_what_a_log_entry_calls_a_row_can_be_said_of_every_kept_table() -> None:
    for model, kept in history.KEPT.items():
        if kept.subject:
            assert kept.subject.format_map(dict.fromkeys(history.parts(kept.subject), "x"))
            names = {field.name for field in model._meta.get_fields()} | {"pk", "bundle_id"}
            assert set(history.parts(kept.subject)) - names == set()


def test_save_bulk_queryset_and_plain_sql_leave_what_was_there_before(bank: None) -> None:
    manager = people.manager()
    manager.line = "personal"
    manager.save()
    ClientManager.objects.filter(pk=manager.pk).update(title_level="senior")
    manager.education = "master"
    ClientManager.objects.bulk_update([manager], ["education"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE managers_clientmanager SET line = 'corporate' WHERE employee_no LIKE '1%1'")
    table = "managers_clientmanager"
    assert events() == [
        (table, "UPDATE", {"line": "corporate"}, {"line": "personal"}),
        (table, "UPDATE", {"title_level": ""}, {"title_level": "senior"}),
        (table, "UPDATE", {"education": ""}, {"education": "master"}),
        (table, "UPDATE", {"line": "personal"}, {"line": "corporate"}),
    ]


def test_new_and_deleted_rows_are_kept_whole_but_for_secrets(bank: None) -> None:
    user = User.objects.create(username="u", password="secret")
    User.objects.filter(pk=user.pk).update(password="other")
    user.delete()
    created, deleted = HistoryEvent.objects.filter(table="managers_user").order_by("id")
    assert (created.before, created.after["username"], created.fields) == (None, "u", [])
    assert (deleted.after, deleted.before["username"]) == (None, "u")
    assert {"password", "last_login"} & (created.after.keys() | deleted.before.keys()) == set()


def test_a_change_to_the_same_value_is_none(bank: None) -> None:
    ClientManager.objects.update(title_level="")
    assert events() == []


def test_customers_that_bundles_bring_are_kept_when_they_change(bank: None) -> None:
    branch = Branch.objects.get(code="B1")
    Customer.objects.create(customer_no="C2", name="乙", kind="personal", branch=branch)
    Customer.objects.filter(customer_no="C2").update(name="丙")
    assert events() == [("managers_customer", "UPDATE", {"name": "乙"}, {"name": "丙"})]


def test_a_request_says_who_and_where(bank: None) -> None:
    hr = people.person("hr", "branch_hr", "B1")
    User.objects.filter(pk=hr.pk).update(is_staff=True)
    client, manager = Client(), people.manager()
    client.force_login(hr)
    url = f"/admin/managers/clientmanager/{manager.pk}/change/"
    answer = client.post(url, {"education": "master", "title_level": ""})
    assert answer.status_code == 302
    event = HistoryEvent.objects.get(table="managers_clientmanager")
    entry = LogEntry.objects.get(action="amend_manager")
    assert (event.by, event.context) == (hr, {"path": url, "method": "POST"})
    assert (event.request, event.transaction) == (entry.request, entry.transaction)
    assert event.request is not None


def test_a_task_or_command_says_its_name_and_adds_its_reason(bank: None) -> None:
    with provenance.acting(task="ledger.run_due_nights"):
        pghistory.context(reason="100% 复核")
        ClientManager.objects.filter(employee_no="1001").update(title_level="senior")
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE managers_branch SET name = %s WHERE code = %s", [("甲", "B1"), ("乙", "B2")]
            )
            cursor.execute("UPDATE managers_branch SET name = 'x' WHERE name LIKE '总%'")
    said = {"task": "ledger.run_due_nights", "reason": "100% 复核"}
    assert list(HistoryEvent.objects.values_list("context", flat=True)) == [said] * 4
    assert HistoryEvent.objects.values("request").distinct().count() == 1


def test_a_whole_load_and_its_nights_say_which_command_they_were(db: None, tmp_path: Path) -> None:
    with provenance.acting(command="load_extract"):
        books.loaded(books.write(tmp_path / "first", books.REGISTER))
        run_nights(to=date(1994, 1, 2))
    events = HistoryEvent.objects.filter(table="managers_clientmanager", operation="INSERT")
    assert list(events.values_list("context", flat=True)) == [{"command": "load_extract"}] * 2


def test_a_change_past_the_programs_has_no_name_but_the_role(bank: None) -> None:
    ClientManager.objects.filter(employee_no="1001").update(title_level="senior")
    event = HistoryEvent.objects.get()
    assert (event.by_id, event.context, event.request) == (None, None, None)
    assert event.role == connection.settings_dict["USER"]


def test_nobody_alters_what_was_kept(bank: None) -> None:
    services.amend(people.manager(), {"title_level": "senior"}, by=people.person("hr"))
    for change in (
        lambda: HistoryEvent.objects.update(table="x"),
        lambda: HistoryEvent.objects.all().delete(),
        lambda: LogEntry.objects.update(reason="x"),
    ):
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            change()
