"""What makes an appraisal worth a second look: each flag with the facts it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from grading.rules.reasons import Reason
from grading.rules.schema import Rulebook
from grading.rules.verdict import Verdict
from ledger.rules.figures import shown

#: A quarter-end jump: the last days at least this much above the quarter's own daily average.
SPIKE = Fraction(1, 5)
LAST_DAYS = 2

CODES = ("veto", "veto_above", "undecided", "warning", "proposal", "spike", "transfers", "joined")

Flag = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the verdict does not say: deposits (CNY a day) over the last days and the whole quarter, moves.

    `transfers` counts customers whose holder or share changed inside the period; `scaled` is set where
    figures were brought to the whole period for whoever came inside it.
    """

    last_days: Fraction
    quarter: Fraction
    transfers: int
    post_started_on: date
    period_start: date
    period_end: date
    scaled: bool = False


def flags(verdict: Verdict, facts: Facts, *, book: Rulebook) -> list[Flag]:
    """Every flag of an appraisal, JSON-able, the gravest first; each has a `code` of `CODES`."""
    found = [*_vetoes(verdict, book), *_undecided(verdict), *_warning(verdict), *_proposal(verdict, book)]
    if jumped(facts.last_days, facts.quarter):
        found.append(_spike(facts))
    if facts.transfers:
        found.append({"code": "transfers", "count": facts.transfers})
    if facts.post_started_on > facts.period_start:
        found.append(_joined(facts))
    return found


def jumped(last_days: Fraction, quarter: Fraction) -> bool:
    """Whether the last days' average is at least a fifth above the quarter's; exact, nothing rounded.

    >>> jumped(Fraction(120), Fraction(100)), jumped(Fraction(119), Fraction(100))
    (True, False)
    """
    return last_days > 0 and last_days >= quarter * (1 + SPIKE)


def _vetoes(verdict: Verdict, book: Rulebook) -> Iterator[Flag]:
    """The vetoes that struck; those of the next grade alone stand in the way of a promotion only."""
    own = {veto.code for veto in book.vetoes if verdict.grade in veto.grades}
    for struck in verdict.struck:
        of = struck.code.removeprefix("veto.")
        yield {
            "code": "veto" if of in own else "veto_above",
            "of": of,
            **_named(struck),
            "cites": struck.cites,
        }


def _undecided(verdict: Verdict) -> Iterator[Flag]:
    """What is awaited, only where the whole verdict waits for it."""
    if verdict.outcome == "undecided":
        # Own and next grade often wait for one and the same figure: it is named once.
        leaves = {
            (leaf.metric, leaf.why, *leaf.why_params.items()): leaf for leaf in reversed(verdict.awaited)
        }
        yield {"code": "undecided", "awaited": [_awaited(leaf) for leaf in reversed(leaves.values())]}


def _awaited(leaf: Reason) -> Flag:
    return {"of": leaf.code, **_named(leaf), "why": leaf.why, "why_params": dict(leaf.why_params)}


def _warning(verdict: Verdict) -> Iterator[Flag]:
    """Below the own standard: nobody is warned in a batch that no one has looked at."""
    if verdict.outcome == "warn":
        yield {"code": "warning", "why": verdict.why, "why_en": verdict.why_en, "cites": verdict.cites}


def _proposal(verdict: Verdict, book: Rulebook) -> Iterator[Flag]:
    if verdict.proposed_grade != verdict.grade:
        grade = book.grade(verdict.proposed_grade)
        yield {
            "code": "proposal",
            "outcome": verdict.outcome,
            "grade": grade.code,
            "title": grade.short,
            "title_en": grade.title_en,
        }


def _joined(facts: Facts) -> Flag:
    """Since when, how many days of the period were served, and whether figures were scaled to all of it."""
    return {
        "code": "joined",
        "on": facts.post_started_on.isoformat(),
        "served": (facts.period_end - facts.post_started_on).days + 1,
        "days": (facts.period_end - facts.period_start).days + 1,
        **({"scaled": True} if facts.scaled else {}),
    }


def _spike(facts: Facts) -> Flag:
    growth = facts.last_days / facts.quarter - 1 if facts.quarter > 0 else None
    return {
        "code": "spike",
        "last_days": shown(facts.last_days, "CNY"),
        "quarter": shown(facts.quarter, "CNY"),
        "growth": shown(growth, "ratio"),
    }


def _named(reason: Reason) -> Flag:
    return {"title": reason.title, "title_en": reason.title_en}
