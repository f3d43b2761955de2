"""What is looked at before an exam: every condition of entry with its evidence, and the papers seen."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ledger.rules.figures import MetricRef

from .reasons import Reason

#: Conditions that a later step of the same procedure brings about, by metric: they do not stop a screening.
LATER: Mapping[str, str] = {"training_passed": "exam", "certificate_valid": "certificate"}
#: How the event of being recognised for a grade is called in a rulebook's conditions.
RECOGNISED = "recognised_"
#: What every application must show on paper, by check: one of these kinds of document.
PAPERS: Mapping[str, Collection[str]] = {"education": ("education", "title"), "conduct": ("conduct",)}

Outcome = Literal["met", "not_met", "undecided", "later", "seen"]


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the screening: a condition (as in the verdict export) or a paper, and how it stands.

    `seen` is a condition without figures that a paper proves; `later` one that exam or recognition settle.
    """

    code: str
    outcome: Outcome
    row: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return {**self.row, "code": self.code, "outcome": self.outcome}


def later(ref: MetricRef | None) -> str:
    """The step that settles a condition on this metric: `exam`, `certificate`, or "".

    >>> later(MetricRef("certificate_valid", "day"))
    'certificate'
    """
    if ref is None:
        return ""
    event = dict(ref.params).get("event", "")
    return "certificate" if event.startswith(RECOGNISED) else LATER.get(event or ref.code, "")


def conditions(tree: Reason | None, covered: Collection[str]) -> list[Check]:
    """The comparisons of the entry condition of a grade; `covered` are those a paper was seen for."""
    return [_condition(leaf, covered) for leaf in tree.leaves()] if tree is not None else []


def _condition(leaf: Reason, covered: Collection[str]) -> Check:
    settled = later(leaf.ref)
    if settled:
        return Check(leaf.code, "later", leaf.row() | {"why": settled})
    if leaf.outcome in ("undecided", "not_applicable") and leaf.code in covered:
        return Check(leaf.code, "seen", leaf.row())
    outcome: Outcome = "undecided" if leaf.outcome == "not_applicable" else leaf.outcome
    return Check(leaf.code, outcome, leaf.row())


def papers(kinds: Collection[str]) -> list[Check]:
    """The papers every application needs, by whether one of the right kind was seen."""
    return [
        Check(name, "seen" if set(wanted) & set(kinds) else "undecided", {"paper": True})
        for name, wanted in PAPERS.items()
    ]


def passes(tree: Reason | None, checks: Iterable[Check]) -> bool:
    """Whether nothing is open and nothing stands against it; later steps are taken to succeed.

    `tree` is the entry condition judged as if they had.
    """
    rows = list(checks)
    if any(each.outcome == "undecided" and each.row.get("paper") for each in rows):
        return False
    if tree is None or tree.outcome == "met":
        return True
    return tree.outcome != "not_met" and all(each.outcome not in ("undecided", "not_met") for each in rows)
