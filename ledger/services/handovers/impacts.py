"""What a handover into the past would move: published figures, signed, and what was decided on them."""

import copy
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction

from ledger import metrics
from ledger.models import Bundle, Run
from ledger.queries import handovers as queries
from ledger.rules.differences import differences, written
from ledger.rules.figures import Evidence, MetricRef
from ledger.rules.windows import TO_DATE
from ledger.services.extracts import lock_ledger
from ledger.services.handovers import effects
from managers.models import Handover


@dataclass(frozen=True)
class Moved:
    """One published figure of one manager that would read otherwise, as texts."""

    employee_no: str
    on: str
    metric: str
    window: str
    floor: str
    before: str
    after: str
    difference: str


@dataclass(frozen=True)
class Relied:
    """Something decided or frozen that rests on figures of the span."""

    employee_no: str
    on: str
    what: str


@dataclass(frozen=True)
class Impact:
    """Everything an approver of a past date must have seen; `digest` is what is confirmed."""

    since: str
    moved: tuple[Moved, ...] = ()
    relied: tuple[Relied, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 of all of it."""
        return hashlib.sha256(json.dumps(self.content, sort_keys=True).encode()).hexdigest()

    @property
    def content(self) -> dict[str, Any]:
        """As JSON, to be kept with the handover."""
        return asdict(self)


#: Figures by run and manager.
Figures = Mapping[int, Mapping[int, Evidence]]
#: Told managers (by number) and a first day; gives what was decided on figures of that day or later.
Reliance = Callable[[Iterable[int], date], Iterable[Relied]]
_RELIANCES: list[Reliance] = []


def register(reliance: Reliance) -> None:
    """Have `reliance` asked whenever figures of the past would move; called once by the app that decides."""
    if reliance not in _RELIANCES:
        _RELIANCES.append(reliance)


class _Undone(Exception):
    """Takes back what was written only to be looked at."""


def impact_of(row: Handover) -> Impact:
    """What the handover would move, worked out by carrying it out and taking it back.

    Figures of both managers at the quarters' ends from its day on and on the last published date, without
    a floor. Raises Refusal where it could not be carried out.
    """
    people = [row.giver_id, row.receiver_id]
    moved: tuple[Moved, ...] = ()
    try:
        with transaction.atomic():
            lock_ledger()
            runs = queries.published_ends(row.effective_on)
            before = _figures(runs, people)
            effects.carry_out(row, by=None)
            moved = _moved(row, runs, before, _figures(runs, people))
            raise _Undone
    except _Undone:
        pass
    relied = (each for reliance in _RELIANCES for each in reliance(people, row.effective_on))
    return Impact(row.effective_on.isoformat(), moved, tuple(sorted(relied, key=str)))


def _figures(runs: Sequence[Run], people: Sequence[int]) -> Figures:
    """By run and manager every metric of the catalogue, worked out by what is known at this moment."""
    newest = Bundle.objects.latest("id").pk if runs else 0
    return {run.pk: metrics.figures(_unstored(run, newest), _refs(), people) for run in runs}


def _unstored(run: Run, newest: int) -> Run:
    """The run's date as a run that has no stored readings and knows everything."""
    fresh = copy.copy(run)
    fresh.pk, fresh.through_bundle_id, fresh.confirmed_through_id = 0, newest, newest
    return fresh


def _refs() -> list[MetricRef]:
    return [
        MetricRef(metric.code, window)
        for metric in metrics.catalogue().values()
        for window in TO_DATE
        if window in metric.windows
    ]


def _moved(
    row: Handover,
    runs: Sequence[Run],
    before: Figures,
    after: Figures,
) -> tuple[Moved, ...]:
    return tuple(
        Moved(
            manager.employee_no,
            run.business_date.isoformat(),
            one.ref.code,
            one.ref.window,
            f"{one.ref.floor:.2f}",
            written(one.before),
            written(one.after),
            one.text,
        )
        for run in runs
        for manager in (row.giver, row.receiver)
        for one in differences(before[run.pk][manager.pk], after[run.pk][manager.pk])
    )
