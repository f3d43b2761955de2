"""Simulation: a text of a regulation tried out on published periods, for the managers a person may see."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q, QuerySet

from grading import queries
from grading.comparing import Result, Text, batches, compare, left_out
from grading.evidence import additions, layered, serving_since
from grading.rules import simulating
from grading.rules.distributing import Dial, turned
from grading.rules.schema import Rulebook
from grading.rules.sifting import Court
from ledger import metrics
from ledger import queries as ledger
from ledger.models import Run
from ledger.rules import windows
from ledger.rules.windows import Period
from managers.models import ClientManager, User
from managers.models.scope import Scope, grants_on
from managers.roles import ROLES

#: Any of these permissions lets a person see what a text would mean for the managers in reach.
LOOKING = ("edit_rulebook", "adopt_rulebook", "view_drafts")


def reach(user: User, on: date) -> Scope:
    """How far the roles that let a person look at simulations reach."""
    held = [
        (ROLES[grant.role].reach, grant.branch.path)
        for grant in grants_on(user, on)
        if grant.role in ROLES and set(LOOKING) & set(ROLES[grant.role].may)
    ]
    return Scope(
        everything=any(found == "all" for found, _ in held),
        paths=frozenset(path for found, path in held if found == "subtree" and path),
        manager=None,
    )


def people(user: User | None, on: date) -> QuerySet[ClientManager]:
    """The managers whose simulated rulings a person may see; everyone's for the platform itself (None)."""
    if user is None:
        return ClientManager.objects.all()
    scope = reach(user, on)
    visible = ClientManager.objects.visible_to(user, on)
    if scope.everything:
        return visible
    inside = Q(pk__in=[])
    for path in scope.paths:
        inside |= Q(branch__path__startswith=path)
    return visible.filter(inside)


def published_periods(limit: int = 12) -> list[Period]:
    """Quarters and years whose last day is published, the newest first, a year before its last quarter."""
    ends = Q()
    for month, day in ((3, 31), (6, 30), (9, 30), (12, 31)):
        ends |= Q(business_date__month=month, business_date__day=day)
    days = Run.objects.filter(ends, is_current=True).order_by("-business_date")
    found: list[Period] = []
    for last in days.values_list("business_date", flat=True)[:limit]:
        found += [windows.period(f"{last.year:04d}")] * (last.month == 12)
        found.append(windows.period(f"{last.year:04d}Q{(last.month + 2) // 3}"))
    return found[:limit]


def simulate(
    book: Rulebook, periods: Iterable[Period], *, among: QuerySet[ClientManager], starts_on: date
) -> Iterator[Result]:
    """A text beside the version in force at the end of each period, or beside the stored verdicts.

    `starts_on` is the day the text is to take effect: of a period that ends before it, the numbers of the
    same day in the first year of its force are tried out. NotPublished where a period has no figures.
    """
    courts: list[Court] = []
    for period in periods:
        run = ledger.current_run(period.end)
        new = Text(book, simulating.day_of_numbers(period.end, starts_on))
        old, code = in_force(book.scheme.code, period), book.scheme.code
        yield compare(period, run, old=old, new=new, among=among, stored=code, courts=courts)


def in_force(code: str, period: Period) -> list[Text]:
    """The versions of a scheme in force on a period's last day, each before those that go before it."""
    known = [each for each in queries.counting(code) if each.effective_on <= period.end]
    return [
        Text(queries.rulebook(version), period.end, f"v{version.number}")
        for place, version in enumerate(known)
        if not any(queries.covers(later, version) for later in known[place + 1 :])
    ]


def turn(
    book: Rulebook, dial: Dial, amount: Decimal, period: Period, *, among: QuerySet[ClientManager], on: date
) -> Result:
    """What if one number were another: the book as it is beside the book with the number turned."""
    run = ledger.current_run(period.end)
    new = Text(turned(book, dial, amount), on)
    return compare(period, run, old=[Text(book, on)], new=new, among=among)


@dataclass
class Figures:
    """One figure of everybody a number concerns: by grade held, and how many lack it, by why."""

    by_grade: dict[str, list[Fraction]] = field(default_factory=dict)
    lacking: Counter[str] = field(default_factory=Counter)

    @property
    def all(self) -> list[Fraction]:
        """Every figure there is."""
        return [value for values in self.by_grade.values() for value in values]


def figures(book: Rulebook, dial: Dial, period: Period, run: Run, among: QuerySet[ClientManager]) -> Figures:
    """The figure a dial is held against, of everyone the book covers, or of the grade's holders alone."""
    found = Figures()
    for batch in batches(among, period):
        grades = queries.grades_on(period.end, [person.pk for person in batch])
        people = {person.pk: person for person in batch}
        held = {
            person.pk: grades[person.pk]
            for person in batch
            if not left_out(book, person, grades.get(person.pk, ""), period)
            and (not dial.own or grades[person.pk] == dial.grade)
        }
        added = additions(period.end, held)
        since = serving_since(book, {pk: people[pk].since for pk in held})
        for pk, answers in metrics.figures(run, [dial.ref], held).items():
            adding = added.get(pk, {})
            own = layered(answers, book, since=since[pk], on=period.end, adding=adding)
            figure = own[dial.ref]
            if figure.value is None:
                found.lacking[figure.state] += 1
            else:
                found.by_grade.setdefault(held[pk], []).append(figure.value)
    return found


def summary(results: Iterable[Result]) -> dict[str, Any]:
    """What was looked at and what came out, as JSON keeps it with the version."""
    return {
        result.period.code: {
            "run": result.run,
            "judged": result.judged,
            **{side: result.count(side) for side in simulating.SIDES},
            "cost_old": str(sum(line.old for line in result.cost)),
            "cost_new": str(sum(line.new for line in result.cost)),
        }
        for result in results
    }
