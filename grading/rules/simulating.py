"""A regulation tried out beside another: who stands better or worse, by which criterion, and at what cost."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from ledger.rules.figures import Evidence

from .reasons import Reason
from .schema import Rulebook
from .sifting import Ruling
from .verdict import Verdict

#: better, worse, changed without being either (or open on one side), newly covered, no longer covered, alike
Side = Literal["up", "down", "other", "in", "out", "same"]
SIDES: tuple[Side, ...] = ("up", "down", "other", "in", "out")

#: Which outcome is better where both leave a manager in the same grade.
STANDING = {"promote": 3, "keep": 3, "warn": 2, "demote": 1, "vetoed": 0}
MONTHS = {"quarter": 3, "year": 12}


class Pair(NamedTuple):
    """A manager's ruling under each of two books; None where that one does not cover the manager."""

    held: str
    old: Ruling | None
    new: Ruling | None


@dataclass(frozen=True, slots=True)
class Decider:
    """A node that came out differently under two books; None where only one of them has it."""

    before: Reason | None
    after: Reason | None

    @property
    def reason(self) -> Reason:
        """The node as the new book has it, else as the old one had it."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def moved(self) -> bool:
        """Whether the figure itself is another one, not only what it is held against."""
        both = self.before is not None and self.after is not None
        return both and self.before.value != self.after.value and self.reason.kind == "leaf"  # type: ignore[union-attr]

    def of(self, before: Evidence, after: Evidence) -> "Decider":
        """The same node for a manager who stands alike, with that manager's own figures."""
        return Decider(_filled(self.before, before), _filled(self.after, after))


def _filled(reason: Reason | None, evidence: Evidence) -> Reason | None:
    ref = reason.ref if reason is not None else None
    if reason is None or ref is None or ref not in evidence:
        return reason
    figure = evidence[ref]
    return replace(reason, value=figure.value, detail=figure.detail)


def side(pair: Pair, ladder: Mapping[str, int]) -> Side:
    """How the new ruling compares with the old one; ``ladder`` has the place of each grade, the highest 0."""
    old, new = pair.old, pair.new
    if old is None or new is None:
        return "same" if old is new else "in" if old is None else "out"
    if old[1:] == new[1:]:
        return "same"
    if old.proposed not in ladder or new.proposed not in ladder or "undecided" in (old.outcome, new.outcome):
        return "other"
    climbed = ladder[old.proposed] - ladder[new.proposed]
    better = climbed or STANDING.get(new.outcome, 3) - STANDING.get(old.outcome, 3)
    return "other" if not better else "up" if better > 0 else "down"


def deciders(old: Verdict, new: Verdict) -> tuple[Decider, ...]:
    """The nodes that made the difference, of the trees each verdict rests on, then items with other points;
    none where only the table of outcomes differs."""
    before, after = _roots(old), _roots(new)
    found = []
    for name in {**after, **before}:
        one, other = before.get(name), after.get(name)
        if one is not None and other is not None:
            found += _parted(one, other)
        elif (one or other).outcome != "met":  # type: ignore[union-attr]
            found.append(Decider(one, other))
    return tuple(found) or _scored(old, new)


def _roots(verdict: Verdict) -> dict[str, Reason]:
    """The trees by what they are to the manager; vetoes and conditions of transitions by their codes."""
    own, above = verdict.standards.get(verdict.grade), verdict.standards.get(verdict.next_grade)
    named = {"own": own, "on_post": verdict.on_post}
    named |= {each.code: each for each in (*verdict.vetoes, *verdict.rules)}
    named |= {"next": above, "entry": verdict.entry}
    return {name: tree for name, tree in named.items() if tree is not None}


def _scored(old: Verdict, new: Verdict) -> tuple[Decider, ...]:
    """The items of the scoring sheets that have other points, as leaves whose threshold is the full mark."""
    before, after = _points(old), _points(new)
    return tuple(
        Decider(before.get(code), after.get(code))
        for code in {**after, **before}
        if code not in before or code not in after or before[code].value != after[code].value
    )


def _points(verdict: Verdict) -> dict[str, Reason]:
    return {
        f"{sheet.code}.{item.code}": Reason(
            code=f"{sheet.code}.{item.code}",
            kind="points",
            outcome="undecided" if item.points.value is None else "met",
            title=item.title,
            title_en=item.title_en,
            cites=item.cites,
            value=item.points.value,
            threshold=item.full.value,
            unit="points",
            why=item.points.reason,
        )
        for sheet in verdict.scores
        for item in sheet.items
    }


def _parted(old: Reason, new: Reason) -> list[Decider]:
    """The lowest nodes beneath two trees that explain why their outcomes differ."""
    if old.outcome == new.outcome:
        return []
    before, after = _members(old), _members(new)
    found: list[Decider] = []
    for place in {**after, **before}:
        one, other = before.get(place), after.get(place)
        if one is not None and other is not None:
            found += _parted(one, other)
        # A member that only one text has counts where it speaks for what came out there.
        elif other is not None and other.outcome == new.outcome:
            found.append(Decider(None, other))
        elif one is not None and one.outcome == old.outcome:
            found.append(Decider(one, None))
    return found or [Decider(old, new)]


def _members(reason: Reason) -> dict[tuple[str, int], Reason]:
    """The children by code; members without a code of their own by their place among them."""
    seen: Counter[str] = Counter()
    found = {}
    for child in reason.children:
        code = child.code.partition(".")[2]
        found[code, seen[code]] = child
        seen[code] += 1
    return found


@dataclass(frozen=True)
class Row:
    """A row of the matrix: the grade proposed by the old book ("" for none), counts by the new one's."""

    grade: str
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of the row."""
        return sum(self.counts)


@dataclass(frozen=True)
class Matrix:
    """How many managers each pair of proposals has; rows and columns from the highest grade down."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def totals(self) -> tuple[int, ...]:
        """The sum of every column."""
        return tuple(sum(row.counts[place] for row in self.rows) for place in range(len(self.columns)))

    @property
    def total(self) -> int:
        """Everybody."""
        return sum(row.total for row in self.rows)


def matrix(pairs: Mapping[Pair, int], old: Sequence[str], new: Sequence[str]) -> Matrix:
    """The proposals under the old ladder against those under the new one; "" where not covered, if any is."""
    cells: Counter[tuple[str, str]] = Counter()
    for pair, count in pairs.items():
        cells[pair.old.proposed if pair.old else "", pair.new.proposed if pair.new else ""] += count
    rows, columns = list(old), list(new)
    rows += sorted({row for row, _ in cells} - {*rows, ""}) + [""] * any(not row for row, _ in cells)
    columns += sorted({col for _, col in cells} - {*columns, ""}) + [""] * any(not col for _, col in cells)
    return Matrix(
        tuple(columns),
        tuple(Row(row, tuple(cells[row, column] for column in columns)) for row in rows),
    )


@dataclass(frozen=True)
class HeldRow:
    """A grade held, and how many of its holders each grade is proposed for: (old, new) by column."""

    grade: str
    counts: tuple[tuple[int, int], ...]


def by_held(pairs: Mapping[Pair, int], columns: Sequence[str]) -> tuple[HeldRow, ...]:
    """Grades held against the grades proposed, under the old book beside the new one; no empty rows."""
    before: Counter[tuple[str, str]] = Counter()
    after: Counter[tuple[str, str]] = Counter()
    for pair, count in pairs.items():
        before[pair.held, pair.old.proposed if pair.old else ""] += count
        after[pair.held, pair.new.proposed if pair.new else ""] += count
    held = {grade for grade, _ in before}
    order = [grade for grade in columns if grade in held] + sorted(held - set(columns))
    return tuple(
        HeldRow(grade, tuple((before[grade, column], after[grade, column]) for column in columns))
        for grade in order
    )


def outcomes(pairs: Mapping[Pair, int]) -> list[tuple[str, int, int]]:
    """How often each outcome came out, (outcome, old, new), in a fixed order; "" for not covered."""
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for pair, count in pairs.items():
        before[pair.old.outcome if pair.old else ""] += count
        after[pair.new.outcome if pair.new else ""] += count
    order = [*STANDING, *sorted((set(before) | set(after)) - {*STANDING, "undecided", ""}), "undecided", ""]
    return [(code, before[code], after[code]) for code in order if before[code] or after[code]]


@dataclass(frozen=True)
class CostLine:
    """One grade's allowances: managers it is proposed for and yuan a month each, before and after."""

    grade: str
    old_count: int
    old_monthly: Decimal
    new_count: int
    new_monthly: Decimal
    months: int

    @property
    def old(self) -> Decimal:
        """Yuan over the months under the old book."""
        return self.old_count * self.old_monthly * self.months

    @property
    def new(self) -> Decimal:
        """Yuan over the months under the new book."""
        return self.new_count * self.new_monthly * self.months

    @property
    def difference(self) -> Decimal:
        """What the new book costs more (negative: less)."""
        return self.new - self.old


class Allowances(NamedTuple):
    """Monthly allowances by grade in one book on one day; a grade without one costs nothing."""

    book: Rulebook | None
    on: date

    def of(self, grade: str) -> Decimal:
        """Yuan a month."""
        found = self.book.allowance_on(grade=grade, on=self.on) if self.book else None
        return found or Decimal(0)


def cost(
    pairs: Mapping[Pair, int], old: Allowances, new: Allowances, *, months: int, grades: Iterable[str]
) -> tuple[CostLine, ...]:
    """Allowances of the grades proposed, over as many months as the period has; exact."""
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for pair, count in pairs.items():
        before[pair.old.proposed if pair.old else ""] += count
        after[pair.new.proposed if pair.new else ""] += count
    return tuple(
        CostLine(grade, before[grade], old.of(grade), after[grade], new.of(grade), months)
        for grade in dict.fromkeys(grades)
        if before[grade] or after[grade]
    )


def day_of_numbers(period_end: date, starts_on: date) -> date:
    """On which day's numbers a text is tried out: the period's own last day, or that day of the first year in
    which the text is in force.

    >>> day_of_numbers(date(2026, 9, 30), date(2027, 1, 1))
    datetime.date(2027, 9, 30)
    """
    if period_end >= starts_on:
        return period_end
    same = period_end.replace(year=starts_on.year)
    return same if same >= starts_on else same.replace(year=starts_on.year + 1)
