"""Two texts of a regulation side by side: everybody of a period judged under both, on figures read once."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import NamedTuple

from django.db.models import QuerySet

from grading import queries
from grading.evidence import Additions, Gatherer, additions, in_the_ledger, layered, serving_since
from grading.models import Verdict
from grading.rules import newcomers, simulating
from grading.rules.schema import Rulebook
from grading.rules.sifting import Court, Key, Ruling, ladder_of
from grading.rules.simulating import Allowances, CostLine, Decider, Pair
from grading.rules.verdict import Verdict as Judged
from ledger import metrics
from ledger.models import Run
from ledger.rules.figures import Adding, Evidence, Figure, MetricRef
from ledger.rules.windows import Period
from managers.models import ClientManager

#: Whom regulations appraise; as in `appraisal.rules.scope`.
APPRAISED = ("on_post", "trainee")
#: Figures of so many managers are held at a time.
BATCH = 2_000
#: So many explanations of pairs of rulings are kept in mind.
MOST_KEPT = 5_000


@dataclass(frozen=True)
class Person:
    """Whom a line of the result is about."""

    pk: int
    employee_no: str
    name: str
    branch: str
    branch_code: str
    branch_path: str
    line: str
    since: date


@dataclass(frozen=True)
class Change:
    """A manager for whom something else comes out, with what made the difference and the words for it."""

    person: Person
    side: simulating.Side
    pair: Pair
    deciders: tuple[Decider, ...]
    why: str
    why_en: str
    cites: str


@dataclass
class Result:
    """One period: every pair of rulings counted, the changes by name, who is left out and how many.

    `numbers_on` is the day whose numbers of the new book were used; `stored` counts the managers whose old
    ruling is a stored verdict, `restated` those of them for whom today's figures say otherwise.
    """

    period: Period
    run: int
    version: int
    numbers_on: date
    old: tuple[str, ...]
    pairs: Counter[Pair] = field(default_factory=Counter)
    changes: list[Change] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    cost: tuple[CostLine, ...] = ()
    stored: int = 0
    restated: int = 0

    @property
    def judged(self) -> int:
        """Managers whom at least one of the two books covers."""
        return self.pairs.total()

    def count(self, side: simulating.Side) -> int:
        """Changes to one side."""
        return sum(1 for change in self.changes if change.side == side)


@dataclass(frozen=True)
class Text:
    """A book with the day whose numbers count."""

    book: Rulebook
    on: date
    name: str = ""

    def applies(self, person: Person) -> bool:
        """Whether the book is meant for the manager's line and branch."""
        return not out_of_scope(self.book, person)


def compare(
    period: Period,
    run: Run,
    *,
    old: Sequence[Text],
    new: Text,
    among: QuerySet[ClientManager],
    stored: str = "",
    courts: list[Court] | None = None,
) -> Result:
    """Everybody judged under both books on figures read once; memory is that of one batch and the changes.

    Of several old books the last one that is meant for a manager counts. Verdicts stored under the scheme
    `stored` stand before what the old book would say today. `courts` of other periods are taken up again
    where the same numbers are in force.
    """
    result = Result(period, run.pk, run.version, new.on, tuple(text.name for text in old))
    bench = _Bench(period, old, new, [] if courts is None else courts)
    for batch in batches(among, period):
        ids = [person.pk for person in batch]
        grades = queries.grades_on(period.end, ids)
        known = _stored(stored, period, ids) if stored else {}
        figures = bench.figures(run, batch, grades)
        bench.prepare(batch, run.business_date)
        for person in batch:
            grade = grades.get(person.pk, "")
            bench.judge(person, grade, figures.get(person.pk, {}), known.get(person.pk), result)
        bench.settle(result)
    result.changes.sort(key=lambda change: change.person.employee_no)
    result.cost = bench.cost(result.pairs)
    return result


def batches(among: QuerySet[ClientManager], period: Period) -> Iterator[list[Person]]:
    """Managers on post by the period's end, in the order of their numbers."""
    rows = (
        among.filter(status__in=APPRAISED, post_started_on__lte=period.end)
        .order_by("employee_no")
        .values_list(
            "pk",
            "employee_no",
            "name",
            "branch__name",
            "branch__code",
            "branch__path",
            "line",
            "post_started_on",
        )
        .iterator(chunk_size=BATCH)
    )
    while batch := [Person(*row) for row in islice(rows, BATCH)]:
        yield batch


def _stored(code: str, period: Period, ids: Sequence[int]) -> dict[int, tuple[int, Ruling]]:
    """The latest stored ruling of each manager for the period, with the number of its verdict."""
    rows = (
        Verdict.objects.filter(rulebook__code=code, period=period.code, manager__in=ids)
        .order_by("manager_id", "-id")
        .distinct("manager_id")
        .values_list("manager_id", "id", "grade_code", "outcome", "proposed_grade")
    )
    return {manager: (pk, Ruling(*ruling)) for manager, pk, *ruling in rows}


def out_of_scope(book: Rulebook, person: Person) -> str:
    """Why a book is not meant for a manager; "" where it is."""
    scheme = book.scheme
    if scheme.lines and person.line not in scheme.lines:
        return "other_line"
    inside = any(f"/{code}/" in person.branch_path for code in scheme.branches)
    return "other_branch" if scheme.branches and not inside else ""


def left_out(book: Rulebook, person: Person, grade: str, period: Period) -> str:
    """Why a book does not judge a manager of a grade for a period; "" where it does."""
    out = out_of_scope(book, person)
    if not out and person.since > newcomers.on_post_by(book.procedure, period):
        out = "joined_in_period"
    if out or not grade:
        return out or "no_grade"
    return "" if any(each.code == grade for each in book.grades) else "grade_not_on_ladder"


class _Sides(NamedTuple):
    """One manager's figures as the old and the new book want them."""

    old: Evidence
    new: Evidence


class _Bench:
    """The books of one period, and what is known of managers who stand alike before both."""

    def __init__(self, period: Period, old: Sequence[Text], new: Text, courts: list[Court]) -> None:
        self.period, self.old, self.new = period, old, new
        self.before = [_court(courts, text, period.kind) for text in old]
        self.after = _court(courts, new, period.kind)
        self.gatherer: Gatherer | None = None
        self.added: Additions = {}
        self.since: dict[str, Mapping[int, date]] = {}
        self.ladder: dict[str, int] = {}
        for text in (*old, new):
            self.ladder |= ladder_of(text.book)
        self.kept: dict[tuple[int, Key, Key], Change] = {}
        self.restated: dict[int, tuple[Person, simulating.Side, Pair, Evidence]] = {}

    def prepare(self, batch: Sequence[Person], on: date) -> None:
        """Read what is laid over the figures of a batch: what was added, and since when newcomers serve."""
        self.added = additions(on, [person.pk for person in batch])
        posts = {person.pk: person.since for person in batch}
        for text in (*self.old, self.new):
            self.since[text.book.procedure.newcomers] = serving_since(text.book, posts)

    def figures(
        self, run: Run, batch: Sequence[Person], grades: Mapping[int, str]
    ) -> dict[int, dict[MetricRef, Figure]]:
        """The figures of a batch, read for each grade (and branch with numbers of its own) together."""
        alike: dict[frozenset[MetricRef], list[int]] = {}
        asked: dict[tuple[str, str], frozenset[MetricRef]] = {}
        for person in batch:
            grade = grades.get(person.pk, "")
            if (grade, person.branch_path) not in asked:
                asked[grade, person.branch_path] = self._refs(grade, person.branch_path)
            alike.setdefault(asked[grade, person.branch_path], []).append(person.pk)
        return {
            pk: found for refs, people in alike.items() for pk, found in self._read(run, refs, people).items()
        }

    def _read(
        self, run: Run, refs: frozenset[MetricRef], ids: list[int]
    ) -> dict[int, dict[MetricRef, Figure]]:
        """Figures of the ledger by themselves; what rests on peers, events or the own past as in earnest."""
        if in_the_ledger(refs):
            return metrics.figures(run, refs, ids)
        people = list(ClientManager.objects.filter(pk__in=ids).select_related("branch"))
        self.gatherer = self.gatherer or self._gatherer(run)
        return self.gatherer.computed(refs, people)

    def _gatherer(self, run: Run) -> Gatherer:
        also = [text.book for text in self.old]
        return Gatherer(run, book=self.new.book, period=self.period.code, also=also)

    def _refs(self, grade: str, branch: str) -> frozenset[MetricRef]:
        courts = [court for court in (*self.before, self.after) if grade in court.grades]
        return frozenset().union(*(court.refs(grade, branch) for court in courts))

    def place(self, person: Person) -> int:
        """Which old book is the manager's, -1 for none."""
        found = (place for place, text in enumerate(self.old) if text.applies(person))
        return max(found, default=-1)

    def judge(
        self,
        person: Person,
        grade: str,
        evidence: Evidence,
        stored: tuple[int, Ruling] | None,
        result: Result,
    ) -> None:
        """One manager under both books, entered into the result."""
        out, place = left_out(self.new.book, person, grade, self.period), self.place(person)
        sides = self._as_wanted(place, person, evidence)
        new = None if out else self.after.ruling(grade, sides.new, person.branch_path)
        live = None
        if place >= 0 and not left_out(self.old[place].book, person, grade, self.period):
            live = self.before[place].ruling(grade, sides.old, person.branch_path)
        old = stored[1] if stored else live
        if old is None and new is None:
            result.left_out[out] += 1
            return
        pair = Pair(grade, old, new)
        result.pairs[pair] += 1
        result.stored += stored is not None
        result.restated += stored is not None and old != live
        side = simulating.side(pair, self.ladder)
        if side != "same" and stored and old != live and new is not None:
            self.restated[stored[0]] = (person, side, pair, sides.new)
        elif side != "same":
            result.changes.append(self._change(person, side, pair, sides, place))

    def _as_wanted(self, place: int, person: Person, evidence: Evidence) -> "_Sides":
        """The figures as each book wants them of this manager."""
        adding = self.added.get(person.pk, {})
        books = (self.old[place].book if place >= 0 else self.new.book, self.new.book)
        return _Sides(*(self._layered(evidence, book, person, adding) for book in books))

    def _layered(
        self, evidence: Evidence, book: Rulebook, person: Person, adding: Mapping[tuple[str, str], Adding]
    ) -> Evidence:
        since = self.since[book.procedure.newcomers][person.pk]
        return layered(evidence, book, since=since, on=self.period.end, adding=adding)

    def settle(self, result: Result) -> None:
        """Explain the changes against stored verdicts that today's figures do not bear out, read together."""
        if self.restated:
            rows = Verdict.objects.filter(pk__in=self.restated).values_list("pk", "result")
            for pk, stored in rows.iterator(chunk_size=BATCH):
                person, side, pair, evidence = self.restated[pk]
                old = Judged.from_dict(stored)
                result.changes.append(self._explained(person, side, pair, old, evidence))
            self.restated.clear()

    def _change(
        self, person: Person, side: simulating.Side, pair: Pair, sides: "_Sides", place: int
    ) -> Change:
        """What made the difference; worked out once for managers who stand alike before both books."""
        if pair.new is None or pair.old is None:
            new = self.after.verdict(pair.held, sides.new, person.branch_path) if pair.new else None
            return Change(person, side, pair, (), *_words(new))
        court = self.before[place]
        keys = place, court.key(pair.held, sides.old), self.after.key(pair.held, sides.new)
        known = self.kept.get(keys) if all(keys[1:]) else None
        if known is not None:
            own = tuple(each.of(sides.old, sides.new) for each in known.deciders)
            return Change(person, side, pair, own, known.why, known.why_en, known.cites)
        if len(self.kept) >= MOST_KEPT:
            self.kept.clear()
        old = court.verdict(pair.held, sides.old, person.branch_path)
        self.kept[keys] = self._explained(person, side, pair, old, sides.new)
        return self.kept[keys]

    def _explained(
        self, person: Person, side: simulating.Side, pair: Pair, old: Judged, evidence: Evidence
    ) -> Change:
        new = self.after.verdict(pair.held, evidence, person.branch_path)
        return Change(person, side, pair, simulating.deciders(old, new), *_words(new))

    def cost(self, pairs: Counter[Pair]) -> tuple[CostLine, ...]:
        """Allowances over as many months as the period has."""
        latest = self.old[-1] if self.old else None
        return simulating.cost(
            pairs,
            Allowances(latest.book if latest else None, latest.on if latest else self.new.on),
            Allowances(self.new.book, self.new.on),
            months=simulating.MONTHS[self.period.kind],
            grades=sorted(self.ladder, key=lambda code: self.ladder[code]),
        )


def _court(courts: list[Court], text: Text, kind: str) -> Court:
    """The court for a text, one used before where it rules alike."""
    for court in courts:
        if court.alike(text.book, text.on, kind):
            return court
    courts.append(Court(text.book, on=text.on, period_kind=kind))
    return courts[-1]


def _words(verdict: Judged | None) -> tuple[str, str, str]:
    return (verdict.why, verdict.why_en, verdict.cites) if verdict else ("", "", "")
