"""When a vote is settled: quorum over those who may vote, majority of the votes, and what breaks a tie."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Literal

Tie = Literal["chair", "refused", "again"]
Settled = Literal["open", "decided", "again"]


@dataclass(frozen=True, slots=True)
class Terms:
    """How a body votes. `quorum`: the share of those who may vote that must; `majority`: more than this
    share of the votes cast carries an outcome; `tie`: the chair's vote, no change, or another round.
    """

    quorum: Decimal = Decimal("0.5")
    majority: Decimal = Decimal("0.5")
    tie: Tie = "chair"


@dataclass(frozen=True, slots=True)
class Tally:
    """The state of a vote. `outcome` is what is decided, "" while it is open or goes to another round."""

    settled: Settled
    outcome: str
    needed: int
    cast: int
    counts: Mapping[str, int]
    by_chair: bool = False


def needed(eligible: int, quorum: Decimal) -> int:
    """How many of those who may vote must, at least one; a quorum of a half of 5 is 3.

    >>> needed(5, Decimal("0.5")), needed(3, Decimal("0.6667")), needed(1, Decimal("0.5"))
    (3, 3, 1)
    """
    return max(1, int((eligible * quorum).to_integral_value(ROUND_CEILING)))


def tally(votes: Mapping[int, str], eligible: int, terms: Terms, *, chair: int | None = None) -> Tally:
    """Count the votes (by person) of a body of which `eligible` people may vote on this case.

    Decided as soon as the votes still to come can no longer change it; the quorum must be there. With all
    votes cast and no majority the tie rule holds: the chair's vote where the chair voted, "keep", or a new
    round. A chair who may not or did not vote breaks nothing: then nothing changes ("keep").

    >>> tally({1: "keep"}, 1, Terms()).outcome
    'keep'
    """
    counts = Counter(votes.values())
    least, cast, left = needed(eligible, terms.quorum), len(votes), max(0, eligible - len(votes))

    def found(settled: Settled, outcome: str = "", *, by_chair: bool = False) -> Tally:
        return Tally(settled, outcome, least, cast, dict(counts), by_chair)

    if cast < least or not cast:
        return found("open")
    first, most = max(counts.items(), key=lambda each: (each[1], each[0]))
    if most > terms.majority * (cast + left):
        return found("decided", first)
    if left:
        return found("open")
    if terms.tie == "again":
        return found("again")
    if terms.tie == "chair" and chair in votes and chair is not None:
        return found("decided", votes[chair], by_chair=True)
    return found("decided", "keep")


def closed(votes: Mapping[int, str], eligible: int, terms: Terms, *, chair: int | None = None) -> Tally:
    """The same once the chair has closed the vote: those who did not come count no more.

    Open only where the quorum is lacking.
    """
    if len(votes) < needed(eligible, terms.quorum):
        return tally(votes, eligible, terms, chair=chair)
    least = needed(eligible, terms.quorum)
    within = tally(votes, len(votes), Terms(Decimal(0), terms.majority, terms.tie), chair=chair)
    return Tally(within.settled, within.outcome, least, within.cast, within.counts, within.by_chair)


def mean(scores: Iterable[Mapping[str, Decimal]], weights: Mapping[str, Decimal]) -> Decimal | None:
    """The weighted mean of several people's scores, headings to points of 100; None without scores.

    >>> mean([{"a": Decimal(80), "b": Decimal(60)}], {"a": Decimal(1), "b": Decimal(3)})
    Decimal('65')
    """
    each = [_weighted(score, weights) for score in scores]
    return sum(each, Decimal(0)) / len(each) if each else None


def _weighted(score: Mapping[str, Decimal], weights: Mapping[str, Decimal]) -> Decimal:
    held = {heading: weights.get(heading, Decimal(0)) for heading in score} if weights else {}
    if not any(held.values()):
        held = dict.fromkeys(score, Decimal(1))
    return sum((score[heading] * weight for heading, weight in held.items()), Decimal(0)) / sum(held.values())
