"""The steps of a handover: accepted, witnessed, approved, effective; or withdrawn, refused, cancelled."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from ledger.queries import handovers as queries
from ledger.services.extracts import lock_ledger
from ledger.services.handovers import effects, impacts, procedure
from ledger.services.handovers.objections import refuse_objected
from ledger.services.handovers.procedure import GIVEN, RECEIVED, needed, refuse_closed
from managers.models import Handover, LogEntry, User
from managers.permissions import TIED, ties
from managers.services.stepping import Refusal, refuse_state, take

State = Handover.State
#: Whose turn it is: the action that lets one say no, and the procedure it is judged by.
REFUSERS = {
    State.DRAFTED.value: ("", RECEIVED),
    State.ACCEPTED.value: ("witness_handover", GIVEN),
    State.WITNESSED.value: ("approve_handover", GIVEN),
}


def accept(pk: int, *, by: User, on: date, key: str = "") -> LogEntry:
    """The receiver takes over what is listed."""

    def move(row: Handover) -> None:
        refuse_closed(row.effective_on)
        row.accepted_by = by
        procedure.tell(row)

    return take(RECEIVED, "accept", pk, by=by, on=on, action="", move=move, key=key, own=True)


def witness(pk: int, *, by: User, on: date, key: str = "") -> LogEntry:
    """A third person was there; neither of both sides, nor who drafted it."""

    def move(row: Handover) -> None:
        _refuse_tied(row, by=by, on=on)
        row.witnessed_by = by
        procedure.tell(row)

    return take(GIVEN, "witness", pk, by=by, on=on, action="witness_handover", move=move, key=key)


def approve(pk: int, *, by: User, on: date, confirmed: str = "", key: str = "") -> LogEntry:
    """A fourth person approves; a day that has come takes effect at once, all or nothing.

    Where published figures would move, `confirmed` is the digest of the impact the approver has seen;
    Refusal where it is lacking or no longer what would happen.
    """

    def move(row: Handover) -> None:
        _refuse_tied(row, by=by, on=on)
        # no bundle is loaded, no night claimed and no period closed while we look
        lock_ledger()
        refuse_closed(row.effective_on)
        refuse_objected(row, on)
        _confirm(row, confirmed)
        row.approved_by = by

    with transaction.atomic():
        entry = take(GIVEN, "approve", pk, by=by, on=on, action="approve_handover", move=move, key=key)
        row = Handover.objects.get(pk=pk)
        if row.state == State.APPROVED and row.effective_on <= on:
            _take_effect(pk, by=by, on=on)
        procedure.tell(Handover.objects.get(pk=pk))
    return entry


def refuse(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """Whoever's turn it is says no, with a reason: receiver, witness or approver."""
    reason = needed(reason)
    state = str(Handover.objects.values_list("state", flat=True).filter(pk=pk).first() or "")
    action, about = REFUSERS.get(state, ("approve_handover", GIVEN))

    def move(row: Handover) -> None:
        if row.state != state:  # somebody was faster: it is another one's turn now
            raise refuse_state(GIVEN, "refuse", row)
        if about is GIVEN:
            _refuse_tied(row, by=by, on=on)
        procedure.tell(row)

    return take(
        about,
        "refuse",
        pk,
        by=by,
        on=on,
        action=action,
        move=move,
        reason=reason,
        key=key,
        own=about is RECEIVED,
    )


def withdraw(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """Whoever drafted it, or the giver, does not go on; only before it is approved."""
    reason = needed(reason)
    row = Handover.objects.filter(pk=pk).select_related("giver").first()
    own = row is not None and ties(by, on=on).to(row.giver_id) == "own"

    def move(row: Handover) -> None:
        if not own and row.drafted_by_id != by.pk:
            raise PermissionDenied(_("只有起草人或移交人可以撤回；您可以在轮到您时拒绝。"))
        procedure.tell(row)

    return take(
        GIVEN,
        "withdraw",
        pk,
        by=by,
        on=on,
        action="draft_handover",
        move=move,
        reason=reason,
        key=key,
        own=own,
    )


def cancel(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """Approved, but called off before its day by whoever may approve."""
    reason = needed(reason)

    def move(row: Handover) -> None:
        _refuse_tied(row, by=by, on=on)
        procedure.tell(row)

    return take(
        GIVEN, "cancel", pk, by=by, on=on, action="cancel_handover", move=move, reason=reason, key=key
    )


def take_effect(*, on: date) -> list[int]:
    """Make every approved handover effective whose day has come by `on`, oldest first; which ones.

    Harmless when repeated or run by several at once. What stands in the way of one is kept with it and
    holds up no other.
    """
    due = Handover.objects.filter(state=State.APPROVED, effective_on__lte=on)
    done = []
    for pk in list(due.order_by("effective_on", "pk").values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                _take_effect(pk, by=None, on=on)
                procedure.tell(Handover.objects.get(pk=pk))
            done.append(pk)
        except Refusal as refusal:
            Handover.objects.filter(pk=pk, state=State.APPROVED).exclude(problem=str(refusal)).update(
                problem=str(refusal)
            )
    return done


def _take_effect(pk: int, *, by: User | None, on: date) -> LogEntry:
    def move(row: Handover) -> None:
        if row.effective_on > on:
            raise Refusal(_("生效日 %(day)s 未到；到日自动生效。") % {"day": row.effective_on})
        refuse_objected(row, on)
        effects.carry_out(row, by=by)
        row.problem = ""

    return take(GIVEN, "take_effect", pk, by=by, on=on, action="approve_handover", move=move)


def _refuse_tied(row: Handover, *, by: User, on: date) -> None:
    """Whoever is tied to the receiver stands aside as well; `take` has looked at the giver."""
    tie = ties(by, on=on).to(row.receiver_id)
    if tie:
        raise PermissionDenied(str(TIED[tie]))


def _confirm(row: Handover, confirmed: str) -> None:
    """Keep what the approver has seen of a day whose figures are out; Refusal where it is not that."""
    if not queries.is_backdated(row.effective_on):
        return
    found = impacts.impact_of(row)
    if not confirmed:
        raise Refusal(_("生效日的数字已经发布，须先查看这次更正的影响并确认，才能批准。"))
    if confirmed != found.digest:
        raise Refusal(_("影响与您查看时不同（数据或考核已有变化）；请重新查看后再确认。"))
    row.impact, row.confirmed = found.content, found.digest
