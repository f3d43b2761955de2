"""Why a node of a rulebook came out as it did: a tree with value, threshold, distance and citation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from ledger.rules.figures import MetricRef, shown

from .comparisons import COMPARISONS, ZERO
from .operands import Term

Outcome = Literal["met", "not_met", "not_applicable", "undecided"]

#: What the contract of the verdict export calls the outcomes: true, false, or null for neither.
MET = {"met": True, "not_met": False, "not_applicable": None, "undecided": None}


@dataclass(frozen=True, slots=True)
class Reason:
    """The answer to one node.

    ``code`` is the path of the node, e.g. "senior.a.average". For a leaf ``value`` is the metric and
    ``threshold`` (with ``upper`` for "between") what it is held against, both exact, in ``unit``;
    ``state`` says whether the value was there, ``why`` and ``why_params`` if not (see `wording`).
    ``parts`` are the measured figures (see `part_of`) of which a calculated side was made.
    For a group ``value`` counts the members met and ``threshold`` how many must be.
    """

    code: str
    kind: str
    outcome: Outcome
    title: str = ""
    title_en: str = ""
    cites: str = ""
    comparison: str = ""
    value: Fraction | None = None
    threshold: Fraction | None = None
    upper: Fraction | None = None
    unit: str = ""
    state: str = "value"
    why: str = ""
    why_params: Mapping[str, str] = field(default_factory=dict)
    metric: str = ""
    window: str = ""
    floor: Decimal | None = None
    params: tuple[tuple[str, str], ...] = ()
    detail: Mapping[str, str] = field(default_factory=dict)
    children: tuple["Reason", ...] = ()
    parts: tuple[Mapping[str, str], ...] = ()

    @property
    def met(self) -> bool | None:
        """True, False, or None where the node is not applicable or undecided."""
        return MET[self.outcome]

    @property
    def distance(self) -> Fraction | None:
        """Value less threshold, in ``unit`` (negative: below it); None where either is unknown."""
        return None if self.value is None or self.threshold is None else self.value - self.threshold

    @property
    def gap(self) -> Fraction | None:
        """How much is still lacking, never below 0; None where the value or a threshold is unknown.

        0 does not by itself mean met: a share that must *rise* and stands still lacks nothing measurable.
        """
        if self.value is None or self.threshold is None:
            return None
        bounds = [self.threshold] if self.upper is None else [self.threshold, self.upper]
        comparison = COMPARISONS.get(self.comparison)
        return comparison.lacking(self.value, bounds) if comparison else ZERO

    @property
    def ref(self) -> MetricRef | None:
        """The metric asked for, to look its explanation up; None for a group."""
        if not self.metric:
            return None
        return MetricRef(self.metric, self.window, self.floor or Decimal(0), self.params)

    def walk(self) -> Iterator["Reason"]:
        """This node and every one beneath it, parents before children."""
        yield self
        for child in self.children:
            yield from child.walk()

    def leaves(self) -> Iterator["Reason"]:
        """The comparisons at the ends of the tree, in the order of the text."""
        return (node for node in self.walk() if not node.children)

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, exact (fractions as text), without empty fields."""
        plain = {each.name: getattr(self, each.name) for each in fields(self)}
        plain["children"] = [child.to_dict() for child in self.children]
        plain["params"], plain["why_params"] = dict(self.params), dict(self.why_params)
        plain["detail"], plain["parts"] = dict(self.detail), [dict(part) for part in self.parts]
        return {key: _plain(value) for key, value in plain.items() if value not in (None, "", {}, [])}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Reason":
        """The reason that `to_dict` wrote down, exactly."""
        known: dict[str, Any] = {key: data[key] for key in data}
        for name in ("value", "threshold", "upper"):
            known[name] = Fraction(data[name]) if name in data else None
        known["floor"] = Decimal(data["floor"]) if "floor" in data else None
        known["params"] = tuple(sorted(data.get("params", {}).items()))
        known["parts"] = tuple(data.get("parts", ()))
        known["children"] = tuple(cls.from_dict(child) for child in data.get("children", ()))
        return cls(**known)

    def as_root(self) -> "Reason":
        """A standard of which nothing applies decides nothing: not applicable becomes undecided."""
        if self.outcome != "not_applicable":
            return self
        return replace(self, outcome="undecided", why=self.why or "nothing_applicable")

    def row(self) -> dict[str, Any]:
        """One flat row of the verdict export: figures as rounded decimal text, ``met`` true, false, null."""
        return {
            "code": self.code,
            "cites": self.cites,
            "value": shown(self.value, self.unit),
            "threshold": shown(self.threshold, self.unit),
            "met": self.met,
            "state": self.outcome,
            "comparison": self.comparison,
            "gap": shown(self.gap, self.unit),
            "unit": self.unit,
            "title": self.title,
            "title_en": self.title_en,
            "metric": self.metric,
            "window": self.window,
            "floor": None if self.floor is None else str(self.floor),
            "why": self.why,
        }


def part_of(term: Term) -> dict[str, str]:
    """A measured figure as part of a calculation: what was asked, its exact value, unit and state."""
    ref, figure = term.ref, term.figure
    found = {"value": "" if figure.value is None else str(figure.value), "unit": figure.unit}
    if ref is not None:
        asked = ",".join(f"{name}={value}" for name, value in ref.params)
        found |= {"metric": ref.code, "window": ref.window, "floor": str(ref.floor), "params": asked}
    return {**found, "state": figure.state, "why": figure.reason}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, (Fraction, Decimal)) else value
