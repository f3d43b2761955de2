"""A step of one of the machines of loans: taken, and whoever is next told, in one transaction."""

from datetime import date

from django.db import transaction

from managers.models import LogEntry, User
from managers.services import deadlines
from managers.services.stepping import Move, Procedure, take


def step(
    procedure: Procedure,
    name: str,
    pk: int,
    *,
    by: User,
    on: date,
    action: str = "",
    move: Move | None = None,
    reason: str = "",
    key: str = "",
) -> LogEntry:
    """Take a step; one without an action is the own one of whoever the procedure is about."""
    with transaction.atomic():
        entry = take(
            procedure,
            name,
            pk,
            by=by,
            on=on,
            action=action,
            move=move,
            reason=reason,
            key=key,
            own=not action,
        )
        deadlines.refresh(procedure.kind, [pk], on=on)
    return entry
