"""Handovers: drafted, accepted, witnessed, approved, and carried out on their day."""

from ledger.services.handovers.drafting import Line, Part, draft, everything
from ledger.services.handovers.impacts import Impact, Moved, Relied, impact_of, register
from ledger.services.handovers.objections import object_with
from ledger.services.handovers.steps import accept, approve, cancel, refuse, take_effect, withdraw, witness
from managers.services.stepping import Refusal

__all__ = [
    "Impact",
    "Line",
    "Moved",
    "Part",
    "Refusal",
    "Relied",
    "accept",
    "approve",
    "cancel",
    "draft",
    "everything",
    "impact_of",
    "object_with",
    "refuse",
    "register",
    "take_effect",
    "withdraw",
    "witness",
]
