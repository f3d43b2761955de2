"""Scoring: points for each item of a sheet, exact, with what they rest on; the total and its result."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ledger.rules.figures import Figure, MetricRef, shown

from .arithmetic import ABSENT, ZERO
from .conditions import Label, Node
from .operands import Operand, Scope, Term
from .reasons import Reason, part_of

#: What becomes of an item about which nothing can be measured or planned.
ABSENCES = ("undecided", "full", "zero", "elsewhere")
ALL_ITEMS = "items"
#: States of items that take in the points of those left out; a stand-in stays what it is.
EARNED = ("scored", "failed", "undecided")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a sheet: its full points, how they are earned, what must hold first, and limits.

    ``absent`` is one of `ABSENCES`, or an operand that stands in where nothing is there to be measured.
    ``how`` says all of it in words, Chinese and English.
    """

    label: Label
    full: Operand
    earned: Operand
    needs: Node | None
    otherwise: Operand
    absent: "str | Operand"
    how: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Result:
    """What a total is called from a number of points on."""

    code: str
    title: str
    title_en: str
    start: Operand
    cites: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A scoring sheet for some kinds of period; ``total`` is made of the sum of its items."""

    label: Label
    periods: tuple[str, ...]
    items: tuple[Item, ...]
    total: Operand
    results: tuple[Result, ...]

    def refs(self, scope: Scope) -> Iterator[MetricRef]:
        """Every metric the sheet will ask for."""
        for item in self.items:
            yield from item.needs.refs(scope) if item.needs else ()
            for operand in operands_of_item(item):
                yield from operand.refs(scope)
        for result in self.results:
            yield from result.start.refs(scope)
        yield from self.total.refs(scope)


def operands_of_item(item: Item) -> tuple[Operand, ...]:
    """Everything of an item that is worked out."""
    absent = () if isinstance(item.absent, str) else (item.absent,)
    return (item.full, item.earned, item.otherwise, *absent)


@dataclass(frozen=True, slots=True)
class Points:
    """What an item came to: ``points`` of ``full``, why if unknown, and the figures it rests on.

    ``state`` is scored, failed (what it needs does not hold), stood_in, left_out (its points moved to the
    other items) or undecided.
    """

    code: str
    title: str
    title_en: str
    cites: str
    state: str
    points: Figure
    full: Figure
    parts: tuple[Mapping[str, str], ...] = ()
    needs: Reason | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON-able and exact."""
        return {
            "code": self.code,
            "title": self.title,
            "title_en": self.title_en,
            "cites": self.cites,
            "state": self.state,
            "points": _figure(self.points),
            "full": _figure(self.full),
            "parts": [dict(part) for part in self.parts],
            "needs": None if self.needs is None else self.needs.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Points":
        """What `to_dict` wrote down, exactly."""
        needs = data["needs"]
        known = {
            "points": _figure_of(data["points"]),
            "full": _figure_of(data["full"]),
            "parts": tuple(data["parts"]),
            "needs": None if needs is None else Reason.from_dict(needs),
        }
        return cls(**{**data, **known})


@dataclass(frozen=True, slots=True)
class Score:
    """A sheet worked out: items, total, and the code of the result it gives ("" where none fits)."""

    code: str
    title: str
    title_en: str
    cites: str
    total: Figure
    result: str
    items: tuple[Points, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-able and exact."""
        items = [item.to_dict() for item in self.items]
        names = {"code": self.code, "title": self.title, "title_en": self.title_en, "cites": self.cites}
        return names | {"total": _figure(self.total), "result": self.result, "items": items}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Score":
        """What `to_dict` wrote down, exactly."""
        items = tuple(Points.from_dict(item) for item in data["items"])
        return cls(**{**data, "items": items, "total": _figure_of(data["total"])})

    def rows(self) -> list[dict[str, Any]]:
        """Flat rows for the export of verdicts: one an item, points rounded to show."""
        return [
            {
                "code": f"{self.code}.{item.code}",
                "cites": item.cites,
                "title": item.title,
                "points": shown(item.points.value, "points"),
                "full": shown(item.full.value, "points"),
                "state": item.state,
                "why": item.points.reason,
            }
            for item in self.items
        ]


def _figure(figure: Figure) -> dict[str, Any]:
    value = None if figure.value is None else str(figure.value)
    return {"state": figure.state, "value": value, "reason": figure.reason, "params": dict(figure.params)}


def _figure_of(data: Mapping[str, Any]) -> Figure:
    value = None if data["value"] is None else Fraction(data["value"])
    return Figure(data["state"], value, "points", data["reason"], data["params"])


def score(sheet: Sheet, scope: Scope) -> Score:
    """The points of every item, in order: a later item may rest on the points of earlier ones."""
    found: list[Points] = []
    for item in sheet.items:
        known = {**scope.points, **{each.code: each.points for each in found}}
        found.append(_points(item, scope._replace(points=known)))
    items = _moved(found)
    points = {**scope.points, **{each.code: each.points for each in items}}
    total = _as_points(sheet.total.term(scope._replace(points={**points, ALL_ITEMS: _sum(items)})).figure)
    label, result = sheet.label, _result(sheet, total, scope)
    return Score(label.code, label.title, label.title_en, label.cites, total, result, tuple(items))


def _points(item: Item, scope: Scope) -> Points:
    needs = item.needs.judge(scope, item.label.code) if item.needs is not None else None
    full = item.full.term(scope)
    if needs is not None and needs.outcome == "not_met":
        return _line(item, "failed", item.otherwise.term(scope), full, needs)
    earned = item.earned.term(scope)
    if _nothing_there(earned.figure) and (needs is None or not _awaited(needs)):
        return _absent(item, earned, full, needs, scope)
    if needs is not None and needs.outcome == "undecided":
        return _line(item, "undecided", Term(Figure.missing("condition_undecided", "points")), full, needs)
    return _line(item, "scored" if earned.figure.value is not None else "undecided", earned, full, needs)


def _nothing_there(figure: Figure) -> bool:
    return figure.state == "not_applicable" or (figure.state == "missing" and figure.reason in ABSENT)


def _awaited(needs: Reason) -> bool:
    """Whether the condition waits for a figure that may yet come: a plan that was never made will not."""
    return needs.outcome == "undecided" and any(
        leaf.outcome == "undecided" and leaf.why not in ABSENT for leaf in needs.leaves()
    )


def _absent(item: Item, earned: Term, full: Term, needs: Reason | None, scope: Scope) -> Points:
    if not isinstance(item.absent, str):
        return _line(item, "stood_in", item.absent.term(scope), full, needs)
    if item.absent == "elsewhere":
        return _line(item, "left_out", _without_points(earned), full, needs)
    if item.absent == "undecided":
        return _line(item, "undecided", earned, full, needs)
    stand_in = full if item.absent == "full" else Term(Figure.of(ZERO, "points"))
    return _line(item, "stood_in", stand_in._replace(parts=earned.parts), full, needs)


def _without_points(earned: Term) -> Term:
    """An item whose points went elsewhere has none to wait for, whatever rests on them."""
    why = earned.figure
    return earned._replace(figure=Figure("not_applicable", None, "points", why.reason, dict(why.params)))


def _line(item: Item, state: str, term: Term, full: Term, needs: Reason | None) -> Points:
    label, parts = item.label, term.parts or ((term,) if term.ref else ())
    return Points(
        code=label.code,
        title=label.title,
        title_en=label.title_en,
        cites=label.cites or full.cites or term.cites,
        state=state,
        points=_as_points(term.figure),
        full=_as_points(full.figure),
        parts=tuple(part_of(part) for part in parts),
        needs=needs,
    )


def _as_points(figure: Figure) -> Figure:
    """A figure as points, without what was told beside it."""
    return Figure(figure.state, figure.value, "points", figure.reason, dict(figure.params))


def _moved(items: list[Points]) -> list[Points]:
    """The points of items left out go to those that are earned, each in proportion to its full points."""
    lost = sum((_full(item) for item in items if item.state == "left_out"), ZERO)
    base = sum((_full(item) for item in items if item.state in EARNED), ZERO)
    if not lost or not base:
        return items
    factor = 1 + lost / base
    return [_enlarged(item, factor) if item.state in EARNED else item for item in items]


def _full(item: Points) -> Fraction:
    return max(item.full.value or ZERO, ZERO)


def _enlarged(item: Points, factor: Fraction) -> Points:
    grown = item.points.value is not None and (item.full.value or ZERO) > 0
    points = (
        Figure.of(item.points.value * factor, "points")
        if grown and item.points.value is not None
        else item.points
    )
    full = (
        Figure.of(item.full.value * factor, "points") if grown and item.full.value is not None else item.full
    )
    return Points(
        item.code, item.title, item.title_en, item.cites, item.state, points, full, item.parts, item.needs
    )


def _sum(items: list[Points]) -> Figure:
    """The sum of all items that count; open as long as one of them is."""
    counted = [item.points for item in items if item.state != "left_out"]
    if items and not counted:
        return Figure.not_applicable("nothing_to_measure", "points")
    open_ = next((points for points in counted if points.value is None), None)
    if open_ is not None:
        return Figure.missing(open_.reason or "not_supplied", "points", **open_.params)
    return Figure.of(sum((points.value or ZERO for points in counted), ZERO), "points")


def _result(sheet: Sheet, total: Figure, scope: Scope) -> str:
    """The code of the highest result that the exact total reaches."""
    starts = [(result.start.term(scope).figure.value, result.code) for result in sheet.results]
    if total.value is None:
        return ""
    reached = [(start, code) for start, code in starts if start is not None and start <= total.value]
    return max(reached)[1] if reached else ""
