"""The steps of an appraisal: the permission each asks for, and the seat of whoever takes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Seat = Literal["self", "hr", "risk", "group"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One step: the action a role must permit, the seat it is taken from, and the bounds on who takes it.

    `system` steps may be taken by the platform's own jobs; `own` ones by the person appraised. Steps of the
    seat `self` are for that person alone and ask for no permission.
    """

    action: str
    seat: Seat
    system: bool = False
    own: bool = False


STEPS: Mapping[str, Rule] = {
    "open": Rule("open_cycle", "hr", system=True, own=True),
    "measure": Rule("open_cycle", "hr", system=True),
    "state": Rule("", "self", own=True),
    "skip_statement": Rule("submit_appraisal", "hr", system=True),
    "finish_scores": Rule("submit_appraisal", "hr", system=True),
    "review": Rule("submit_appraisal", "hr"),
    "submit": Rule("submit_appraisal", "hr"),
    "clear": Rule("clear_appraisal", "risk"),
    "send_back": Rule("return_appraisal", "risk"),
    "resume": Rule("submit_appraisal", "hr"),
    "decide": Rule("decide_appraisal", "group"),
    "publish": Rule("publish_appraisal", "hr"),
    "appeal": Rule("", "self", own=True),
    "withdraw_appeal": Rule("", "self", own=True),
    "resolve": Rule("decide_appraisal", "group"),
    "close": Rule("publish_appraisal", "hr", system=True),
    "reopen": Rule("reopen_appraisal", "risk"),
}

#: The transitions a step may make, where it is not the one called like it.
METHODS: Mapping[str, tuple[str, ...]] = {
    "measure": ("measure", "await_data"),
    "state": ("state_case",),
    "skip_statement": ("state_case",),
    "resume": ("resume_scores", "resume_review"),
}

SEATS: Mapping[Seat, tuple[str, ...]] = {
    seat: tuple(name for name, rule in STEPS.items() if rule.seat == seat)
    for seat in ("self", "hr", "risk", "group")
}

#: The stage of `grading.rules.schema.STAGES` that a step completes.
STAGE_OF: Mapping[str, str] = {
    "state": "statement",
    "skip_statement": "statement",
    "finish_scores": "scores",
    "review": "review",
}

#: Where risk may send an appraisal back to, and what each returns it to when HR has answered.
RETURNS: Mapping[str, str] = {"figures": "", "scores": "self_stated", "review": "scored"}


def conflicting(step: str, taken: Iterable[str]) -> str:
    """The earlier step by the same person that forbids this one, or "": one person, one seat."""
    return next((name for name in taken if STEPS[name].seat != STEPS[step].seat), "")


def lacking(state: str, stages: Iterable[str]) -> str:
    """The first stage a procedure asks for that an appraisal in this state has not passed, or "".

    >>> lacking("measured", ("statement", "scores")), lacking("scored", ("statement", "scores"))
    ('statement', '')
    """
    passed = {"measured": 0, "self_stated": 1, "scored": 2, "hr_reviewed": 3}.get(state, 0)
    order = ("statement", "scores", "review")
    return next((stage for stage in order[passed:] if stage in tuple(stages)), "")
