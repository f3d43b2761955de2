"""How a step of any guarded procedure is taken: lock, answer repeats, check, move and log, all or nothing."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from managers.models import ClientManager, LogEntry, User
from managers.permissions import check_may, ties
from managers.rules.separation import Seats

Word = str | Promise


class Refusal(ValueError):
    """A step that may not be taken now; nothing changed. The text says why and what to do."""


@dataclass(frozen=True)
class Procedure:
    """One state machine as its services move it.

    ``model`` has an FSMField called ``column`` and, where it is about a manager, the field that ``about``
    names (or is the manager); ``kind`` begins the subject of its log rows (`kind:pk`); ``words`` names the
    steps; ``seats`` says who must differ.
    """

    model: type[models.Model]
    kind: str
    words: Mapping[str, Word]
    seats: Seats = field(default_factory=Seats)
    related: tuple[str, ...] = ()
    about: str = "manager"
    column: str = "state"

    def state(self, row: Any) -> str:
        """The state a row is in."""
        return str(getattr(row, self.column))

    def state_name(self, row: Any) -> str:
        """The state as the reader calls it."""
        return str(getattr(row, f"get_{self.column}_display")())


Move = Callable[[Any], None]


def take(
    procedure: Procedure,
    name: str,
    pk: int,
    *,
    by: User | None,
    on: date,
    action: str,
    move: Move | None = None,
    reason: str = "",
    key: str = "",
    own: bool = False,
    detail: Mapping[str, Any] | None = None,
) -> LogEntry:
    """Take the transition `name` of one row and give back its log row.

    `action` is the permission asked for; `by` None is a platform job; `own` steps belong to the manager the
    row is about. `move` prepares the row (and may raise Refusal) before the declared transition runs. A
    repeat with the same `key` by the same person changes nothing and gives the first answer.
    """
    with transaction.atomic():
        row = locked(procedure, pk)
        earlier = answered(procedure, name, row, by=by, key=key)
        if earlier is not None:
            return earlier
        acting_for = _checked(procedure, name, row, by=by, on=on, action=action, own=own)
        before = procedure.state(row)
        if move is not None:
            move(row)
        getattr(row, name)()
        row.save()
        return LogEntry.objects.create(
            by=by,
            on_behalf_of=acting_for,
            action=f"{name}_{procedure.kind}",
            subject=subject(procedure, row),
            from_state=before,
            to_state=procedure.state(row),
            reason=reason.strip(),
            detail=dict(detail or {}),
            key=token(procedure, name, row, by, key),
        )


def objection(
    procedure: Procedure, name: str, row: Any, *, by: User, on: date, action: str, own: bool = False
) -> str:
    """Why a person could not take a step now, in words; "" where role, tie, state and seat allow it."""
    try:
        _checked(procedure, name, row, by=by, on=on, action=action, own=own)
    except (Refusal, PermissionDenied) as refusal:
        return str(refusal)
    return ""


def locked(procedure: Procedure, pk: int) -> Any:
    """The row read anew under a lock: django-fsm's guard is off for all threads while a row is refreshed."""
    rows: Any = procedure.model._default_manager.select_for_update(of=("self",))
    row = rows.select_related(*procedure.related).filter(pk=pk).first()
    if row is None:
        raise Refusal(_("找不到要办理的事项；请刷新列表后重新选择。"))
    return row


def subject(procedure: Procedure, row: Any) -> str:
    """What the log calls a row."""
    return f"{procedure.kind}:{row.pk}"


def answered(procedure: Procedure, name: str, row: Any, *, by: User | None, key: str) -> LogEntry | None:
    """The log row an earlier call with the same key wrote."""
    wanted = token(procedure, name, row, by, key)
    return LogEntry.objects.filter(key=wanted).first() if wanted else None


def token(procedure: Procedure, name: str, row: Any, by: User | None, key: str) -> str | None:
    """A key counts for one step of one row by one person; its digest is unique in the log."""
    if not key:
        return None
    text = f"{procedure.kind}/{name}/{row.pk}/{by.pk if by else ''}/{key}"
    return hashlib.sha256(text.encode()).hexdigest()


def refuse_state(procedure: Procedure, name: str, row: Any) -> Refusal:
    """The refusal of a step that the state does not allow, naming the state."""
    words = {"state": procedure.state_name(row), "step": procedure.words[name]}
    return Refusal(_("现在的状态是“%(state)s”，不能“%(step)s”；可能他人已先办理，请刷新后查看。") % words)


def _checked(
    procedure: Procedure, name: str, row: Any, *, by: User | None, on: date, action: str, own: bool
) -> User | None:
    """Role, scope and ties, then the state, then the seats; on whose behalf the step is taken."""
    acting_for = None if by is None else _standing(procedure, row, by=by, on=on, action=action, own=own)
    if not can_proceed(getattr(row, name)):
        raise refuse_state(procedure, name, row)
    _refuse_seat(procedure, name, row, [each for each in (by, acting_for) if each])
    return acting_for


def _standing(procedure: Procedure, row: Any, *, by: User, on: date, action: str, own: bool) -> User | None:
    about: ClientManager | None = (
        row if isinstance(row, ClientManager) else getattr(row, procedure.about, None)
    )
    if own:
        if about is None or ties(by, on=on).to(about.pk) != "own":
            raise PermissionDenied(_("这一步只能由当事人本人办理。"))
        return None
    return check_may(by, action, on=on, about=about).on_behalf_of


def _refuse_seat(procedure: Procedure, name: str, row: Any, people: list[User]) -> None:
    """Refuse where one of the people already took a step that must be somebody else's."""
    rows = LogEntry.objects.filter(subject=subject(procedure, row)).values_list(
        "action", "by", "on_behalf_of"
    )
    suffix = f"_{procedure.kind}"
    taken = [(action.removesuffix(suffix), who) for action, *both in rows for who in both if who is not None]
    earlier = procedure.seats.taken(name, taken, {each.pk for each in people})
    if earlier:
        words = {"earlier": procedure.words[earlier], "step": procedure.words[name]}
        raise Refusal(
            _("您已办理过“%(earlier)s”，不能再办理“%(step)s”；两步须由不同的人担任，请转给他人。") % words
        )
