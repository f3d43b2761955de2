"""Peers of a manager under a rulebook: who they are, and where a figure stands among theirs, read once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

from grading.queries import grades_on
from grading.rules.arithmetic import PointsOf
from grading.rules.conditions import every_operand
from grading.rules.newcomers import on_post_by
from grading.rules.operands import NOT_SUPPLIED, Operand, Scope
from grading.rules.peers import Group
from grading.rules.ranking import PEERS_OF, OfPeers, ranked
from grading.rules.schema import Rulebook, numbers_in_force
from grading.rules.scoring import Sheet
from grading.rules.verdict import scored
from ledger.rules.figures import Figure, MetricRef
from ledger.rules.windows import period_of
from managers.models import ClientManager

Ask = Callable[[set[MetricRef], Sequence[ClientManager]], Mapping[int, Mapping[MetricRef, Figure]]]
#: Who is compared with each other.
ON_POST = (ClientManager.Status.ON_POST, ClientManager.Status.TRAINEE)
#: Figures of so many peers are read at a time.
BATCH = 2_000


def peers_under(book: Rulebook, on: date, *, kind: str) -> list[ClientManager]:
    """Everyone a book judges for a period: on post, of its lines and branches, with a grade of its ladder.

    Newcomers whom the book leaves out of the period are nobody's peers either.
    """
    scheme = book.scheme
    joined = min(on, on_post_by(book.procedure, period_of(kind, on)))
    people = ClientManager.objects.filter(status__in=ON_POST, post_started_on__lte=joined)
    people = people.select_related("branch").order_by("employee_no")
    if scheme.lines:
        people = people.filter(line__in=scheme.lines)
    codes, held = {grade.code for grade in book.grades}, grades_on(on)
    inside = {f"/{code}/" for code in scheme.branches}
    return [
        each
        for each in people
        if held.get(each.pk) in codes and (not inside or any(code in each.branch.path for code in inside))
    ]


class Peers:
    """The groups of one book on one day; `ask` gives the figures of people for questions about themselves.

    `kind` is the kind of period judged, whose sheets give the points that are compared.
    """

    def __init__(
        self, book: Rulebook, on: date, ask: Ask, *, kind: str, also: Sequence[Rulebook] = ()
    ) -> None:
        self.book, self.on, self.ask, self.kind = book, on, ask, kind
        self.also = also
        self._figures: dict[MetricRef, dict[int, Figure]] = {}
        self._groups: dict[tuple[MetricRef, str], dict[object, Group]] = {}

    @cached_property
    def ranked(self) -> dict[str, tuple[Rulebook, OfPeers]]:
        """The calculations that are compared, each with the book that has it; looked for only once asked."""
        books = (*self.also, self.book)
        return {key: (each, found) for each in books for key, found in ranked(each).items()}

    @cached_property
    def people(self) -> list[ClientManager]:
        """Everyone who is compared."""
        return peers_under(self.book, self.on, kind=self.kind)

    @cached_property
    def grades(self) -> dict[int, str]:
        """The grade of each of them."""
        return grades_on(self.on, [peer.pk for peer in self.people])

    def figures(
        self, refs: Iterable[MetricRef], managers: Sequence[ClientManager]
    ) -> dict[int, dict[MetricRef, Figure]]:
        """The answers to questions about peers, by manager id."""
        asked = list(refs)
        self._read({own_of(ref) for ref in asked})
        grades = grades_on(self.on, [manager.pk for manager in managers])
        return {
            manager.pk: {ref: self._answer(ref, manager, grades.get(manager.pk, "")) for ref in asked}
            for manager in managers
        }

    def _answer(self, ref: MetricRef, manager: ClientManager, grade: str) -> Figure:
        params, own = dict(ref.params), own_of(ref)
        group = self._grouped(own, params["among"]).get(_group(params["among"], manager, grade), Group({}))
        return group.answer(params["peers"], self._figures[own].get(manager.pk))

    def _grouped(self, own: MetricRef, among: str) -> dict[object, Group]:
        if (own, among) not in self._groups:
            found: dict[object, dict[int, Figure]] = defaultdict(dict)
            for peer in self.people:
                key = _group(among, peer, self.grades.get(peer.pk, ""))
                found[key][peer.pk] = self._figures[own][peer.pk]
            self._groups[own, among] = {key: Group(figures) for key, figures in found.items()}
        return self._groups[own, among]

    def _read(self, refs: set[MetricRef]) -> None:
        """The figures of everyone for questions not asked before."""
        new = refs - set(self._figures)
        for start in range(0, len(self.people) if new else 0, BATCH):
            batch = self.people[start : start + BATCH]
            plain = self.ask({ref for ref in new if ref.code != PEERS_OF}, batch)
            for ref in new:
                found = self._worked_out(ref, batch) if ref.code == PEERS_OF else _column(ref, plain)
                self._figures.setdefault(ref, {}).update(found)
        for ref in new:
            self._figures.setdefault(ref, {})

    def _worked_out(self, ref: MetricRef, people: Sequence[ClientManager]) -> dict[int, Figure]:
        """A calculation for each of some people: by their own figures, grade, branch and points."""
        params = dict(ref.params)
        if params["of"] not in self.ranked:
            return {peer.pk: NOT_SUPPLIED for peer in people}
        book, asked = self.ranked[params["of"]]
        numbers, ago = numbers_in_force(book, self.on), int(params.get("ago", 0))
        scopes = {
            peer.pk: Scope(self.grades.get(peer.pk, ""), numbers, {}, self.on, ago, peer.branch.path)
            for peer in people
        }
        sheets = self._sheets(book, asked.inner)
        kinds = {(scope.grade, scope.branch): scope for scope in scopes.values()}
        refs = {each for scope in kinds.values() for each in self._refs(asked.inner, sheets, scope)}
        found = self.ask(refs, people)
        return {
            pk: self._figure(book, asked.inner, scope._replace(evidence=found[pk]), sheets)
            for pk, scope in scopes.items()
        }

    def _sheets(self, book: Rulebook, inner: Operand) -> list[Sheet]:
        """The sheets a calculation rests on: all of the period where it names points."""
        points = any(isinstance(each, PointsOf) for each in every_operand(inner))
        return [sheet for sheet in book.sheets if points and self.kind in sheet.periods]

    def _refs(self, inner: Operand, sheets: Sequence[Sheet], scope: Scope) -> Iterator[MetricRef]:
        yield from inner.refs(scope)
        for sheet in sheets:
            yield from sheet.refs(scope._replace(ago=0))

    def _figure(self, book: Rulebook, inner: Operand, scope: Scope, sheets: Sequence[Sheet]) -> Figure:
        if sheets:
            _scores, after = scored(book, scope._replace(ago=0), self.kind)
            scope = scope._replace(points=after.points)
        return inner.term(scope).figure


def _column(ref: MetricRef, found: Mapping[int, Mapping[MetricRef, Figure]]) -> dict[int, Figure]:
    return {pk: each[ref] for pk, each in found.items()}


def own_of(ref: MetricRef) -> MetricRef:
    """The question without the peers: what is asked of each of them."""
    params = tuple(pair for pair in ref.params if pair[0] not in ("peers", "among"))
    return ref._replace(params=params)


def _group(among: str, manager: ClientManager, grade: str) -> object:
    keys = {"grade": grade, "branch": manager.branch_id, "line": manager.line}
    return keys.get(among, "all")
