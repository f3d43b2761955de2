"""How two versions of a date differ, manager by manager, out of the stored readings alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Min, Model

from ledger import metrics, queries
from ledger.models import Bundle, PeriodClosing, Run
from ledger.rules import differences as rules
from ledger.rules.differences import Cause, Difference
from ledger.rules.figures import MetricRef
from ledger.rules.windows import TO_DATE
from ledger.sql import statement
from managers.models import ClientManager

_KEY = ("pk", "run", "manager", "window")


@dataclass(frozen=True)
class Changed:
    """One manager's figures that differ, and why."""

    manager: ClientManager
    differences: tuple[Difference, ...]
    cause: Cause

    def lines(self) -> Iterator[str]:
        """One line of text a figure."""
        return (rules.line(self.manager.employee_no, each, self.cause) for each in self.differences)


def differing(earlier: Run, later: Run) -> list[int]:
    """Managers whose stored rows differ between two versions; all of them where more than rows does."""
    earlier, later = _as_published(earlier), _as_published(later)
    if _basis(earlier) != _basis(later):
        return sorted({*queries.people_of(earlier), *queries.people_of(later)})
    given = {"earlier": earlier.pk, "later": later.pk}
    found: set[int] = set()
    with connection.cursor() as cursor:
        for source in metrics.sources():
            cursor.execute(_comparison(source.stored), given)
            found |= {manager for (manager,) in cursor.fetchall()}
    return sorted(found)


def _as_published(run: Run) -> Run:
    """The run to be read without anything learnt since; a copy, the caller's stays as it is."""
    copy = Run.objects.get(pk=run.pk)
    copy.as_published = True
    return copy


def _basis(run: Run) -> object:
    """What figures rest on beside the rows."""
    return run.floors, queries.feeds_known(run), queries.history_known(run)


def _comparison(stored: type[Model]) -> str:
    columns = [each.column for each in stored._meta.concrete_fields if each.name not in _KEY]
    return statement("differing_managers").format(
        table=stored._meta.db_table,
        earlier=", ".join(f"e.{column}" for column in ("manager_id", *columns)),
        later=", ".join(f"l.{column}" for column in ("manager_id", *columns)),
    )


def changes(earlier: Run, later: Run, managers: Iterable[int] | None = None) -> list[Changed]:
    """Every manager (of `managers`) with figures that differ between two versions of a date, by number.

    All metrics of the catalogue, windows to date and floors of the later version, exactly.
    """
    people = differing(earlier, later)
    if managers is not None:
        wanted = set(managers)
        people = [manager for manager in people if manager in wanted]
    if not people:
        return []
    refs = _refs(later)
    before = metrics.figures(_as_published(earlier), refs, people)
    after = metrics.figures(_as_published(later), refs, people)
    causes = _causes(earlier, later, people)
    found = (
        Changed(manager, tuple(rules.differences(before[manager.pk], after[manager.pk])), causes[manager.pk])
        for manager in ClientManager.objects.filter(pk__in=people).order_by("employee_no")
    )
    return [each for each in found if each.differences]


def of_one(earlier: Run, later: Run, manager: ClientManager, ref: MetricRef) -> Changed | None:
    """One figure of one manager, also at a floor that is stored nowhere; None where it is the same."""
    before, after = (
        metrics.figures(_as_published(run), [ref], [manager.pk])[manager.pk] for run in (earlier, later)
    )
    found = tuple(rules.differences(before, after))
    if not found:
        return None
    return Changed(manager, found, _causes(earlier, later, [manager.pk])[manager.pk])


def _refs(run: Run) -> list[MetricRef]:
    return [
        MetricRef(metric.code, window, floor)
        for metric in metrics.catalogue().values()
        for window in TO_DATE
        if window in metric.windows
        for floor in run.floors
    ]


def _causes(earlier: Run, later: Run, people: Sequence[int]) -> dict[int, Cause]:
    """What each manager's differences come from; where no customer was changed, the bundles as a whole.

    The causes lie between the two versions, whichever way they are compared.
    """
    older, newer = sorted((earlier, later), key=lambda run: run.version)
    after = _confirmed(older)
    given: dict[str, Any] = {
        "managers": list(people),
        "after": after,
        "through": newer.through_bundle_id,
        "day": newer.business_date,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("causes"), given)
        found = {manager: Cause(since, tuple(bundles)) for manager, since, bundles in cursor.fetchall()}
    whole = _whole(after, newer)
    return {manager: found.get(manager, whole) for manager in people}


def _confirmed(run: Run) -> int:
    """The last bundle that changed nothing in a version."""
    return int(run.confirmed_through_id or run.through_bundle_id or 0)


def _whole(after: int, later: Run) -> Cause:
    between = Bundle.objects.filter(
        id__gt=after, id__lte=later.through_bundle_id or 0, affects_from__lte=later.business_date
    )
    numbers = between.order_by("id").values_list("id", flat=True)
    return Cause(between.aggregate(since=Min("affects_from"))["since"], tuple(numbers))


def since_closing(closing: PeriodClosing, managers: Iterable[int] | None = None) -> list[Changed]:
    """How the newest version of a closed period's last date differs from the figures closed.

    The closed figures stay; this is what a look-back would have to weigh.
    """
    newest = newest_version(closing)
    return [] if newest == closing.run else changes(closing.run, newest, managers)


def newest_version(closing: PeriodClosing) -> Run:
    """The version of a closed period's last date that readers would see, were it not closed."""
    newest = Run.objects.filter(business_date=closing.run.business_date, is_current=True).first()
    return newest or closing.run
