"""The handover as the steps of the house see it: once about the giver, once about the receiver."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ledger.queries import handovers as queries
from managers.models import Handover, HandoverLine
from managers.models.handovers import SEATS, STEPS
from managers.rules.separation import Seats
from managers.services import outbox
from managers.services.stepping import Procedure, Refusal

KIND = "handover"
#: Characters the reason of a correction must have at least; fewer explain nothing to the approver.
LEAST_REASON = 10
MOST_REASON = 1000
RELATED = ("giver__branch", "receiver__branch")
#: The steps of witness and approver, which are judged by the giver's branch and ties ...
GIVEN = Procedure(Handover, KIND, STEPS, Seats(SEATS), RELATED, about="giver")
#: ... and those of the receiver.
RECEIVED = Procedure(Handover, KIND, STEPS, Seats(SEATS), RELATED, about="receiver")


def listed(row: Handover) -> list[HandoverLine]:
    """The lines with their customers, in the order of the customers' keys: the order they are locked in."""
    return list(row.lines.select_related("customer").order_by("customer_id"))


def refuse_closed(effective_on: date) -> None:
    """Closed figures stay: no handover begins inside them."""
    closed = queries.closed_through()
    if closed is not None and effective_on <= closed:
        words = {"day": effective_on, "closed": closed}
        raise Refusal(_("生效日 %(day)s 在已关账期间内（截至 %(closed)s）；请改为其后的日期。") % words)


def needed(reason: str) -> str:
    """The reason of a step that must give one."""
    reason = reason.strip()[:MOST_REASON]
    if not reason:
        raise Refusal(_("请写明原因，让对方知道怎么办。"))
    return reason


def tell(row: Handover) -> None:
    """Keep for the outbox where a handover stands, for whoever is next."""
    payload: dict[str, Any] = {
        "handover": row.pk,
        "state": str(row.state),
        "giver": row.giver.employee_no,
        "receiver": row.receiver.employee_no,
        "effective_on": row.effective_on.isoformat(),
    }
    outbox.keep("handover_moved", payload)
