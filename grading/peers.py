"""Peers of a manager under a rulebook: who they are, and where a figure stands among theirs, read once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property

from grading.queries import grades_on
from grading.rules.peers import Group
from grading.rules.schema import Rulebook
from ledger.rules.figures import Figure, MetricRef
from managers.models import ClientManager

Ask = Callable[[set[MetricRef], Sequence[ClientManager]], Mapping[int, Mapping[MetricRef, Figure]]]
#: Who is compared with each other.
ON_POST = (ClientManager.Status.ON_POST, ClientManager.Status.TRAINEE)
#: Figures of so many peers are read at a time.
BATCH = 2_000


def peers_under(book: Rulebook, on: date) -> list[ClientManager]:
    """Everyone a book is meant for: on post, of its lines and branches, with a grade of its ladder."""
    scheme = book.scheme
    people = ClientManager.objects.filter(status__in=ON_POST, post_started_on__lte=on)
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
    """The groups of one book on one day; `ask` gives the figures of people for questions about themselves."""

    def __init__(self, book: Rulebook, on: date, ask: Ask) -> None:
        self.book, self.on, self.ask = book, on, ask
        self._figures: dict[MetricRef, dict[int, Figure]] = {}
        self._groups: dict[tuple[MetricRef, str], dict[object, Group]] = {}

    @cached_property
    def people(self) -> list[ClientManager]:
        """Everyone who is compared."""
        return peers_under(self.book, self.on)

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
            found = self.ask(new, self.people[start : start + BATCH])
            for ref in new:
                self._figures.setdefault(ref, {}).update({pk: each[ref] for pk, each in found.items()})
        for ref in new:
            self._figures.setdefault(ref, {})


def own_of(ref: MetricRef) -> MetricRef:
    """The question without the peers: what is asked of each of them."""
    params = tuple(pair for pair in ref.params if pair[0] not in ("peers", "among"))
    return ref._replace(params=params)


def _group(among: str, manager: ClientManager, grade: str) -> object:
    keys = {"grade": grade, "branch": manager.branch_id, "line": manager.line}
    return keys.get(among, "all")
