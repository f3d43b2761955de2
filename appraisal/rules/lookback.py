"""Whether a verdict on corrected figures says something else than the one that was told, and where."""

from typing import Any

from grading.rules.reasons import Reason
from grading.rules.verdict import Verdict
from ledger.rules.figures import shown

Line = dict[str, Any]


def changes(told: Verdict, now: Verdict) -> bool:
    """Whether outcome, proposed grade or the vetoes that struck differ."""
    return _says(told) != _says(now)


def lines(told: Verdict, now: Verdict) -> list[Line]:
    """Every criterion whose value or result differs: its titles, and (value, result) before and after."""
    before, after = _leaves(told), _leaves(now)
    return [
        {
            "code": code,
            "title": leaf.title,
            "title_en": leaf.title_en,
            "metric": leaf.metric,
            "before": _shown(before.get(code)),
            "after": _shown(leaf),
        }
        for code, leaf in after.items()
        if _shown(before.get(code)) != _shown(leaf)
    ]


def summary(verdict: Verdict) -> dict[str, Any]:
    """What a verdict says, for the head of a review."""
    return {
        "outcome": verdict.outcome,
        "grade": verdict.proposed_grade,
        "struck": [struck.code for struck in verdict.struck],
    }


def _says(verdict: Verdict) -> tuple[Any, ...]:
    return verdict.outcome, verdict.proposed_grade, sorted(struck.code for struck in verdict.struck)


def _leaves(verdict: Verdict) -> dict[str, Reason]:
    trees = [*verdict.standards.values(), *verdict.vetoes, *([verdict.on_post] if verdict.on_post else [])]
    return {leaf.code: leaf for tree in trees for leaf in tree.leaves()}


def _shown(leaf: Reason | None) -> dict[str, Any] | None:
    if leaf is None:
        return None
    return {"value": shown(leaf.value, leaf.unit), "outcome": leaf.outcome}
