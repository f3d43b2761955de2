"""Peers of a calculation: where what is worked out for one manager stands among what is for the others."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ledger.rules.figures import MetricRef

from .conditions import every_operand
from .operands import NOT_SUPPLIED, Measured, Operand, Scope, Term
from .schema import Rulebook

#: The code under which such a question is put; `of` names the calculation.
PEERS_OF = "peers_of"


@dataclass(frozen=True, slots=True)
class OfPeers:
    """A statistic of a calculation over peers, each by the own figures, grade and branch.

    It is a question like a metric: whoever gathers the evidence works it out for everyone, and a verdict
    rests on the answer alone. ``key`` names the calculation in the question.
    """

    inner: Operand
    peers: str
    among: str
    key: str

    def ref(self, scope: Scope) -> MetricRef:
        """The question; what is observed in the past is asked of the past."""
        asked = {"among": self.among, "of": self.key, "peers": self.peers}
        ago = {"ago": str(scope.ago)} if scope.ago else {}
        return MetricRef(PEERS_OF, "", params=tuple(sorted({**asked, **ago}.items())))

    def term(self, scope: Scope) -> Term:
        """The answer in evidence."""
        ref = self.ref(scope)
        return Term(scope.evidence.get(ref, NOT_SUPPLIED), ref=ref)

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """The one question; what the calculation itself asks for is asked of each of the peers."""
        yield self.ref(scope)

    def parts(self) -> tuple[Operand, ...]:
        """The calculation."""
        return (self.inner,)


def of_peers(operand: Operand, peers: str, among: str) -> Operand:
    """The operand taken of peers: of a metric the question says so itself."""
    if isinstance(operand, Measured):
        return replace(operand, params=tuple(sorted({*operand.params, ("among", among), ("peers", peers)})))
    return OfPeers(operand, peers, among, hashlib.sha256(repr(operand).encode()).hexdigest()[:12])


def ranked(book: Rulebook) -> Mapping[str, OfPeers]:
    """Every calculation of the book that is compared with peers, by its key."""
    found = (each for _, operand in book.compared() for each in every_operand(operand))
    return {each.key: each for each in found if isinstance(each, OfPeers)}
