"""What other parts of the house have against a handover: asked when it is drafted, approved, takes effect."""

from collections.abc import Callable
from datetime import date

from managers.models import Handover
from managers.services.stepping import Refusal

#: Told a handover with its lines and the day; says why it may not be, or "".
Objection = Callable[[Handover, date], str]
_OBJECTIONS: list[Objection] = []


def object_with(objection: Objection) -> None:
    """Have `objection` asked about every handover; called from `AppConfig.ready`."""
    if objection not in _OBJECTIONS:
        _OBJECTIONS.append(objection)


def refuse_objected(row: Handover, on: date) -> None:
    """Refusal with the first objection there is."""
    for objection in _OBJECTIONS:
        why = objection(row, on)
        if why:
            raise Refusal(why)
