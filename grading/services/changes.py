"""Changes of grade: proposed, approved by another, scheduled, effective on their day; stayed or cancelled."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading import queries
from grading.models import GradeChange, GradeRecord
from grading.rules import careers
from grading.services import proposals
from grading.services.authorities import check_authority
from grading.services.grades import record_grade
from managers.models import ClientManager, LogEntry, Qualification, User
from managers.permissions import check_may
from managers.rules.separation import Seats
from managers.services import careers as people
from managers.services.stepping import Procedure, Refusal, Word, subject, take, token

State = GradeChange.State
Status = ClientManager.Status
#: What each step of a change is called.
WORDS: Mapping[str, Word] = {
    "propose": gettext_lazy("提议"),
    "approve": gettext_lazy("批准"),
    "schedule": gettext_lazy("列入生效"),
    "take_effect": gettext_lazy("生效"),
    "stay": gettext_lazy("暂缓"),
    "resume": gettext_lazy("恢复"),
    "cancel": gettext_lazy("取消"),
    "decide": gettext_lazy("随决定登记"),
}
CHANGE = Procedure(
    GradeChange,
    "grade_change",
    WORDS,
    Seats({"approve": ("propose",)}),
    related=("manager__branch", "manager__user"),
)


def propose(
    manager: ClientManager,
    *,
    kind: str,
    to_grade: str,
    effective_on: date,
    by: User,
    on: date,
    reason: str,
    key: str = "",
) -> GradeChange:
    """HR proposes a promotion, demotion, removal, extension or correction; Refusal says why not."""
    with transaction.atomic():
        row = (
            ClientManager.objects.select_for_update(of=("self",)).select_related("branch").get(pk=manager.pk)
        )
        wanted = token(CHANGE, "propose", row, by, key)
        earlier = LogEntry.objects.filter(key=wanted).first() if wanted else None
        if earlier is not None:
            return GradeChange.objects.get(pk=earlier.detail["change"])
        standing = check_may(by, "propose_grade_change", on=on, about=row)
        facts = proposals.check(row, kind, to_grade, effective_on=effective_on, on=on, reason=reason)
        change = GradeChange.objects.create(
            manager=row,
            kind=kind,
            to_grade=to_grade,
            effective_on=effective_on,
            basis="proposal",
            reason=reason.strip(),
            proposed_by=by,
            **facts,
        )
        _logged("propose", change, by, standing.on_behalf_of, reason=reason, key=wanted)
        return change


def approve(change: GradeChange, *, by: User, on: date, reason: str = "", key: str = "") -> LogEntry:
    """The authority the rulebook names for the grade agrees; never the person who proposed."""

    def move(row: GradeChange) -> None:
        check_authority(by, row.authority, "approve", about=row.manager, on=on)
        proposals.check_conduct(row.manager, row.kind, on)
        row.approved_by = by
        _now(row)

    return take(
        CHANGE,
        "approve",
        change.pk,
        by=by,
        on=on,
        action="approve_grade_change",
        move=move,
        reason=reason,
        key=key,
    )


def schedule(
    change: GradeChange, *, by: User, on: date, effective_on: date | None = None, key: str = ""
) -> LogEntry:
    """HR enters the approved change for its day; one whose day has come takes effect at once."""

    def move(row: GradeChange) -> None:
        if effective_on is not None and effective_on != row.effective_on:
            proposals.check_day(row.manager, effective_on)
            row.effective_on = effective_on
        _now(row)

    with transaction.atomic():
        entry = _by_hr("schedule", change, by=by, on=on, move=move, key=key)
        _if_due(change.pk, on=on, by=by)
        return entry


def stay(change: GradeChange, *, by: User | None, on: date, reason: str, key: str = "") -> LogEntry:
    """Hold a change back that has not taken effect; `by` None where an appeal or the platform stays it."""
    return _by_hr("stay", change, by=by, on=on, move=_now, reason=_needed(reason), key=key)


def resume(change: GradeChange, *, by: User | None, on: date, reason: str, key: str = "") -> LogEntry:
    """Let a stayed change go on to its day; one whose day has passed takes effect at once."""

    def move(row: GradeChange) -> None:
        if row.approved_by_id is None:
            raise Refusal(_("这项变动还没有批准；请取消后重新提议。"))
        _now(row)

    with transaction.atomic():
        entry = _by_hr("resume", change, by=by, on=on, move=move, reason=_needed(reason), key=key)
        _if_due(change.pk, on=on, by=by)
        return entry


def cancel(change: GradeChange, *, by: User | None, on: date, reason: str, key: str = "") -> LogEntry:
    """Give a change up before it takes effect; what took effect is only ever followed by another change."""
    return _by_hr("cancel", change, by=by, on=on, move=_now, reason=_needed(reason), key=key)


def decided(
    manager: ClientManager,
    *,
    to_grade: str,
    kind: str,
    effective_on: date,
    basis: str,
    by: User,
    on: date,
    approved_by: User | None,
    scheme: str = "",
    reason: str = "",
    qualification: Qualification | None = None,
) -> GradeChange:
    """A change that its `basis` (`appraisal:7`, `qualification:3`) has already approved.

    It takes effect at once where `effective_on` has come by `on`, else by the night of that day. `by` enters
    it, `approved_by` (somebody else) decided; the caller has checked both. The same basis again gives the
    change there is. What was decided stands, but is stayed while a serious finding keeps from rising.
    """
    with transaction.atomic():
        ClientManager.objects.select_for_update(of=("self",)).get(pk=manager.pk)
        earlier = GradeChange.objects.filter(manager=manager, basis=basis).first()
        if earlier is not None:
            return earlier
        facts = proposals.facts(manager, kind, to_grade, effective_on=effective_on, scheme=scheme)
        change = GradeChange.objects.create(
            manager=manager,
            kind=kind,
            to_grade=to_grade,
            effective_on=effective_on,
            basis=basis,
            reason=reason.strip(),
            proposed_by=by,
            approved_by=approved_by,
            qualification=qualification,
            state=State.APPROVED,
            **facts,
        )
        _logged("decide", change, by, None, reason=reason)
        take(CHANGE, "schedule", change.pk, by=None, on=on, action="", move=_now)
        why = proposals.conduct_objection(manager, on) if kind in proposals.RISING else ""
        if why:
            stay(change, by=None, on=on, reason=why)
        else:
            _if_due(change.pk, on=on, by=by)
        return GradeChange.objects.select_related("record").get(pk=change.pk)


def make_effective(on: date) -> list[GradeChange]:
    """Every scheduled change whose day has come takes effect, in the order of days; those that did.

    Each is a transaction of its own: a night that is run twice, late, or by two at once changes nothing
    twice. A change whose ground has moved is stayed, with the reason, for HR to look at.
    """
    due = GradeChange.objects.filter(state=State.SCHEDULED, effective_on__lte=on)
    ids = list(due.order_by("effective_on", "pk").values_list("pk", flat=True))
    done = [pk for pk in ids if _effected(pk, on)]
    return list(GradeChange.objects.filter(pk__in=done).order_by("effective_on", "pk"))


def _effected(pk: int, on: date) -> bool:
    try:
        _take_effect(pk, on=on, by=None)
    except Refusal as refusal:
        change = GradeChange.objects.filter(pk=pk, state=State.SCHEDULED).first()
        if change is not None:
            stay(change, by=None, on=on, reason=str(refusal))
        return False
    return True


def _if_due(pk: int, *, on: date, by: User | None) -> None:
    due = GradeChange.objects.filter(pk=pk, state=State.SCHEDULED, effective_on__lte=on)
    if due.exists():
        _take_effect(pk, on=on, by=by)


def _take_effect(pk: int, *, on: date, by: User | None) -> None:
    """Write the record and what it means for the post; `by` is who set it off, None for the night."""

    def move(row: GradeChange) -> None:
        manager = ClientManager.objects.select_for_update(of=("self",)).get(pk=row.manager_id)
        proposals.check_ground(row)
        proposals.check_conduct(manager, row.kind, on)
        row.record = _record(row, by)
        _follow(manager, row, on)
        _now(row)

    take(CHANGE, "take_effect", pk, by=None, on=on, action="", move=move)


def _record(row: GradeChange, by: User | None) -> GradeRecord:
    basis = row.basis if row.basis != "proposal" else f"grade_change:{row.pk}"
    return record_grade(row.manager, grade=row.to_grade, effective_on=row.effective_on, basis=basis, by=by)


def _follow(manager: ClientManager, row: GradeChange, on: date) -> None:
    """A first grade ends candidacy, one above the traineeship ends that, a removal leads inside."""
    basis, status = subject(CHANGE, row), manager.status
    if not row.to_grade:
        if status in (Status.TRAINEE, Status.ON_POST, Status.SUSPENDED):
            people.moved_inside(manager, on=on, basis=basis)
        return
    if status == Status.CANDIDATE:
        people.take_up(manager, starts_on=row.effective_on, on=on, basis=basis)
    if status in (Status.CANDIDATE, Status.TRAINEE) and row.to_grade != careers.TRAINEE:
        people.confirm(manager, on=on, basis=basis)
    if status == Status.BACK_OFFICE and row.kind == GradeChange.Kind.CORRECT and not row.from_grade:
        people.restored(manager, on=on, basis=basis)


def _by_hr(
    name: str, change: GradeChange, *, by: User | None, on: date, move: Any, reason: str = "", key: str = ""
) -> LogEntry:
    return take(
        CHANGE,
        name,
        change.pk,
        by=by,
        on=on,
        action="propose_grade_change",
        move=move,
        reason=reason,
        key=key,
    )


def _now(row: GradeChange) -> None:
    row.state_since = timezone.now()


def _needed(reason: str) -> str:
    if not reason.strip():
        raise Refusal(_("须写明原因；请填写后再办理。"))
    return reason


def _logged(
    name: str,
    change: GradeChange,
    by: User,
    acting_for: User | None,
    *,
    reason: str = "",
    key: str | None = None,
) -> None:
    LogEntry.objects.create(
        by=by,
        on_behalf_of=acting_for,
        action=f"{name}_{CHANGE.kind}",
        subject=subject(CHANGE, change),
        to_state=change.state,
        reason=reason.strip(),
        detail={"change": change.pk, "kind": change.kind, "basis": change.basis},
        key=key,
    )


def book_of(change: GradeChange) -> Any:
    """The rulebook a change is under on the day it takes effect; None where none is in force."""
    manager = change.manager
    try:
        version = queries.version_in_force(
            change.scheme, change.effective_on, branch=manager.branch, line=manager.line
        )
    except queries.NoRulebook:
        return None
    return queries.rulebook(version)
