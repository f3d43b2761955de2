"""The steps of an appraisal: the permission each asks for, and the seat of whoever takes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Seat = Literal["hr", "risk", "group"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One step: the action a role must permit, the seat it is taken from, and the bounds on who takes it.

    `system` steps may be taken by the platform's own jobs; `own` ones by the person appraised.
    """

    action: str
    seat: Seat
    system: bool = False
    own: bool = False


STEPS: Mapping[str, Rule] = {
    "open": Rule("open_cycle", "hr", system=True, own=True),
    "measure": Rule("open_cycle", "hr", system=True),
    "submit": Rule("submit_appraisal", "hr"),
    "clear": Rule("clear_appraisal", "risk"),
    "send_back": Rule("return_appraisal", "risk"),
    "decide": Rule("decide_appraisal", "group"),
    "publish": Rule("publish_appraisal", "hr"),
}

SEATS: Mapping[Seat, tuple[str, ...]] = {
    seat: tuple(name for name, rule in STEPS.items() if rule.seat == seat) for seat in ("hr", "risk", "group")
}


def conflicting(step: str, taken: Iterable[str]) -> str:
    """The earlier step by the same person that forbids this one, or "": one person, one seat."""
    return next((name for name in taken if STEPS[name].seat != STEPS[step].seat), "")
