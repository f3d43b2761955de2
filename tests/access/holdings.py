"""Rows of every kind that hang on a manager: one for each of the five, so that each can be asked for.

A new kind is a function that makes the row of one manager, named in HOLDINGS; `scene.rows[kind][thing]` is
its id and `rows.of(kind)` its address.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from appraisal.models import Adjustment, Appraisal, Issue, LookBack
from grading.models import GradeChange
from grading.services import exams
from ledger.models import Event, QuarantinedRow, Target
from managers.models import (
    ClientManager,
    Customer,
    ExamBatch,
    Handover,
    HandoverLine,
    Notice,
    Qualification,
    StoredExport,
    User,
)
from managers.services import exports, notices
from tests.access.things import COUNTERPARTS, THINGS

if TYPE_CHECKING:
    from tests.access.scene import Scene

SCHEME = "corporate-six-grades"
SOON = date(2026, 12, 1)
ON = date(2026, 10, 12)


def qualification(scene: "Scene", who: ClientManager) -> Any:
    """An application for the next grade."""
    return Qualification.objects.create(
        manager=who,
        scheme=SCHEME,
        rulebook=f"{SCHEME} v1",
        grade_code="third",
        approver="unit_group",
        applied_on=ON,
        applied_by=scene.people["stand-in head_hr"],
    )


def grade_change(scene: "Scene", who: ClientManager) -> Any:
    """A promotion that somebody has proposed."""
    return GradeChange.objects.create(
        manager=who,
        kind="promote",
        scheme=SCHEME,
        from_grade="fourth",
        to_grade="third",
        authority="unit_group",
        effective_on=SOON,
        basis="proposal",
        reason="业绩突出",
        proposed_by=scene.people["stand-in head_hr"],
    )


def handover(scene: "Scene", who: ClientManager) -> Any:
    """A list for a colleague, drafted."""
    row = Handover.objects.create(
        giver=who,
        receiver=ClientManager.objects.get(employee_no=COUNTERPARTS[who.branch.code]),
        branch=who.branch,
        effective_on=date(2026, 10, 20),
        reason="移交人调岗",
        drafted_by=scene.people["stand-in head_hr"],
    )
    customer = Customer.objects.get(customer_no=f"C{who.employee_no}")
    HandoverLine.objects.create(handover=row, customer=customer, share=Decimal(1))
    return row


def adjustment(scene: "Scene", who: ClientManager) -> Any:
    """An amount that awaits its second person."""
    return Adjustment.objects.create(
        manager=who,
        metric="deposit_daily_average",
        window="year",
        amount=Decimal(1500),
        starts_on=date(2026, 7, 1),
        expires_on=date(2026, 9, 30),
        reason="漏记一户",
        evidence="对账单 118",
        proposed_by=scene.people["stand-in head_risk"],
    )


def issue(scene: "Scene", who: ClientManager) -> Any:
    """A line of the draft the manager finds wrong."""
    row = Appraisal.objects.get(manager=who)
    return Issue.objects.create(
        appraisal=row,
        verdict=row.verdict,
        code=scene.numbers["line"],
        text="少计一户",
        raised_by=scene.people["stranger"],
    )


def lookback(scene: "Scene", who: ClientManager) -> Any:
    """A loan that went bad after the decision was told."""
    found = {"account": f"L{who.employee_no}", "on": "2026-10-08", "from": "normal", "to": "loss"}
    return LookBack.objects.create(
        appraisal=Appraisal.objects.get(manager=who), kind="downgrade", cause="loan:1", found=found, relied=[]
    )


def event(scene: "Scene", who: ClientManager) -> Any:
    """Something a feed told of the manager."""
    return Event.objects.create(
        manager=who, business_date=ON, code="complaint", quantity=1, bundle=scene.bundle, line=1
    )


def target(scene: "Scene", who: ClientManager) -> Any:
    """What the manager is to reach."""
    return Target.objects.create(
        manager=who, metric="new_customers", starts_on=ON, value=5, bundle=scene.bundle, line=1
    )


def quarantined(scene: "Scene", who: ClientManager) -> Any:
    """A row of the manager's branch that could not be loaded."""
    thing = next(thing for thing, (number, *_rest) in THINGS.items() if number == who.employee_no)
    number, name, _outlet, customer, _yuan = THINGS[thing]
    raw = {
        "customer_no": f"X{number}",
        "name": f"{customer}{name}",
        "kind": f"{name}?",
        "branch_code": who.branch.code,
    }
    return QuarantinedRow.objects.create(
        bundle=scene.bundle,
        file="customers.csv",
        line=2 + list(THINGS).index(thing),
        raw=raw,
        field="kind",
        value=f"{name}?",
        code="not_a_choice",
        branch=who.branch,
    )


Make = Callable[["Scene", ClientManager], Any]
#: Made at the opening, whatever the stage.
HOLDINGS: dict[str, Make] = {
    "adjustment": adjustment,
    "ledger_event": event,
    "ledger_target": target,
    "held": quarantined,
}


def hold(scene: "Scene", **kinds: Make) -> None:
    """One row of each kind for each of the five."""
    people = {each.employee_no: each for each in ClientManager.objects.select_related("branch")}
    for kind, make in kinds.items():
        scene.rows[kind] = {
            thing: make(scene, people[number]).pk for thing, (number, *_rest) in THINGS.items()
        }


# --- What belongs to one user ---------------------------------------------------------------------------


def sheet() -> SimpleUploadedFile:
    """Exam results of all five, typed by whoever uploads them."""
    lines = ["工号,成绩", *(f"{number},80" for number, *_rest in THINGS.values())]
    return SimpleUploadedFile("exam.csv", "\n".join(lines).encode())


def give(scene: "Scene", user: User) -> dict[str, Any]:
    """A notice, a stored export and, where the role enters results, a sheet of the user's own."""
    told = notices.tell([user], "appraisal_published", subject="handover:1", url="/notices/")
    now = timezone.now()
    export = StoredExport.objects.create(
        owner=user,
        title="操作日志",
        reason="年度检查",
        rows=1,
        made_at=now,
        expires_at=now + exports.FETCHED_FOR,
    )
    file = exports.file_of(export)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("一行", encoding="utf-8")
    return {"notice": told[0].pk if told else Notice.objects.filter(to=user).first().pk, "export": export.pk}


def stage_sheet(user: User) -> int:
    """The sheet as the service keeps it for this user."""
    found: ExamBatch = exams.stage(
        sheet().read(), file_name="exam.csv", name="统考", exam_on=ON, pass_mark=Decimal(60), by=user, on=ON
    )
    return found.pk
