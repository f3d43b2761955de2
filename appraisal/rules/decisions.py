"""What the authority may decide on a verdict: one step, or what the rulebook proposes; else with a reason."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["keep", "promote", "demote", "extend", "remove"]

#: What a group may always come to; nobody is kept waiting or removed without a word.
SPELLED_OUT = ("extend", "remove")


@dataclass(frozen=True, slots=True)
class Case:
    """What a decision looks at: the grade held, its neighbours on the ladder ("" for none), the proposal.

    ``moves`` is which way the proposal goes: a regulation may itself propose more than one step.
    ``word`` is what the verdict itself says.
    """

    grade: str
    above: str
    below: str
    proposed: str
    vetoed: bool
    moves: Outcome = "keep"
    word: str = ""


def grade_after(outcome: Outcome, case: Case) -> str:
    """The grade that follows from an outcome: the one proposed that way, else one step; "" for none."""
    if outcome != "keep" and outcome == case.moves:
        return case.proposed
    return {
        "keep": case.grade,
        "extend": case.grade,
        "promote": case.above,
        "demote": case.below,
        "remove": "",
    }[outcome]


def objection(outcome: Outcome, case: Case, *, grade: str = "", reason: str = "") -> str:
    """Why this may not be decided, as a code of `messages.REFUSALS`; "" where it may.

    `grade` is what the decider named, if anything: it must be the one that follows. A veto fails the
    whole appraisal (source A, art. 11), so no reason promotes against it.

    >>> objection("promote", Case("first", "senior", "second", "first", False))
    'deviation_needs_reason'
    """
    follows = grade_after(outcome, case)
    if not follows and outcome != "remove":
        return "no_such_step"
    if grade and grade != follows:
        return "more_than_one_step"
    if outcome == "promote" and case.vetoed:
        return "vetoed"
    spelled = outcome in SPELLED_OUT and outcome != case.word
    deviates = spelled or (outcome not in SPELLED_OUT and follows != case.proposed)
    return "deviation_needs_reason" if deviates and not reason.strip() else ""
