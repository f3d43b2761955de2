"""What inspections found: put right by whoever is in charge, closed by somebody else."""

from datetime import date
from typing import Any

from django.db import transaction

from credit.models import Finding
from credit.models.inspections import FINDING_SEATS, FINDING_STEPS
from credit.services.afterloan import charge
from credit.services.afterloan.charge import needed
from credit.services.afterloan.stepped import step
from managers.models import LogEntry, User
from managers.rules.separation import Seats
from managers.services.stepping import Procedure

KIND = "loan_finding"
PROCEDURE = Procedure(
    Finding, KIND, FINDING_STEPS, Seats(FINDING_SEATS), ("manager__branch", "account__customer")
)


def remedy(pk: int, *, words: str, evidence: Any = None, by: User, on: date, key: str = "") -> LogEntry:
    """Whoever handles the loan now says what was done about it; `evidence` is an upload."""
    words = needed(words)

    def move(row: Finding) -> None:
        row.remedy_words, row.remedied_by = words, by
        row.evidence = charge.kept(evidence, row.account.customer, by=by) or row.evidence

    with transaction.atomic():
        charge.take_over(Finding, pk, by=by, on=on, state=Finding.State.OPEN)
        return step(PROCEDURE, "remedy", pk, by=by, on=on, move=move, reason=words, key=key)


def close(pk: int, *, by: User, on: date, key: str = "") -> LogEntry:
    """Somebody who supervises, and neither raised nor remedied it, has seen that it is put right."""

    def move(row: Finding) -> None:
        row.closed_by, row.closed_on = by, on

    return step(PROCEDURE, "close", pk, by=by, on=on, action="supervise_loans", move=move, key=key)


def send_back(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """It is not put right; the day stays what it was."""
    reason = needed(reason)
    return step(PROCEDURE, "send_back", pk, by=by, on=on, action="supervise_loans", reason=reason, key=key)
