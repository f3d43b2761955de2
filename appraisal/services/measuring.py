"""Measure: judge managers on the published figures, freeze the evidence, and raise the flags."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import transaction

from appraisal import permissions, queries
from appraisal.models import MEASURABLE, Appraisal, Cycle, State, Step
from appraisal.rules import flags
from appraisal.services import steps
from appraisal.services.cycles import Opened, open_cycle, version_for
from appraisal.services.refusals import Refusal
from grading import queries as grading
from grading import services as grades
from grading.models import RulebookVersion, Verdict
from ledger import queries as ledger
from ledger.models import Run
from ledger.rules import windows
from ledger.rules.figures import Evidence
from ledger.rules.windows import Period
from managers.models import User
from managers.permissions import check_may

#: Evidence of so many managers is held at a time.
BATCH = 500
#: Ties of whoever measures, as codes of `messages.LEFT_OUT`.
LEFT_TO_OTHERS = {"own": "self", "kin": "tied", "superior": "tied"}


@dataclass
class Measured:
    """What a measurement did: log rows written, how many stood as they were, who could not be judged."""

    steps: list[Step] = field(default_factory=list)
    unchanged: int = 0
    left: list[queries.LeftOut] = field(default_factory=list)


@dataclass(frozen=True)
class Reading:
    """One appraisal as the current figures would have it: the verdict to freeze and its flags."""

    verdict: Verdict
    flags: list[flags.Flag]

    def differs(self, row: Appraisal) -> bool:
        """Whether the appraisal does not rest on just this already."""
        return _basis(row.verdict) != _basis(self.verdict) or row.flags != self.flags


def measure(
    target: Cycle | Appraisal, *, by: User | None, on: date, reason: str = "", key: str = ""
) -> Measured:
    """Freeze evidence and verdict of every open appraisal of a cycle, or of one appraisal.

    Opened ones become measured, or undecided where the verdict waits for data. Those measured, undecided or
    returned get a new verdict only where figures, grade or rulebook have changed; a returned one that is
    named itself always goes on, with HR's answer in `reason`. Nobody measures the own appraisal; `by` None
    is the platform. Refusal where the period's last day is not published.
    """
    with transaction.atomic():
        if isinstance(target, Cycle):
            return _measure_cycle(target, by=by, on=on)
        return _measure_one(target, by=by, on=on, reason=reason, key=key)


def appraise(scheme: str, period: str, *, by: User | None, on: date) -> tuple[Opened, Measured]:
    """Open a cycle if needed and measure it, both or neither."""
    with transaction.atomic():
        opened = open_cycle(scheme, period, by=by, on=on)
        return opened, measure(opened.cycle, by=by, on=on)


def _measure_cycle(cycle: Cycle, *, by: User | None, on: date) -> Measured:
    """Batch after batch in the order in which steps lock; evidence is let go once it is stored."""
    waiting = list(cycle.appraisals.filter(state__in=MEASURABLE).order_by("pk").values_list("pk", flat=True))
    done, bench, acting = Measured(), Bench(cycle), dict[int, User]()
    for start in range(0, len(waiting), BATCH):
        allowed = _allowed(steps.locked(waiting[start : start + BATCH]), done, acting, by=by, on=on)
        rows = [row for row in allowed if row.state in MEASURABLE]
        changed = {}
        for row, reading in bench.read(rows, left=done.left):
            if row.state in (State.OPENED, State.REOPENED) or reading.differs(row):
                changed[row] = reading
            else:
                done.unchanged += 1
        done.steps += _store(changed, by=by, acting=acting).values()
        _let_go(changed)
    return done


def _let_go(rows: Iterable[Appraisal]) -> None:
    """Forget stored verdicts; who asks an appraisal for its verdict again has it read from the database."""
    for row in rows:
        Appraisal._meta.get_field("verdict").delete_cached_value(row)


def _allowed(
    rows: list[Appraisal], done: Measured, acting: dict[int, User], *, by: User | None, on: date
) -> Iterator[Appraisal]:
    """The rows in reach; those of oneself, kin and superiors are left to others, and said.

    Whom a row is measured for goes to `acting`, where the right to it was delegated.
    """
    if by is None:
        yield from rows
        return
    check_may(by, "open_cycle", on=on)
    reader = permissions.Reader(by, on)
    for row in rows:
        objection = reader.standing("measure", row.manager)
        if objection in LEFT_TO_OTHERS:
            done.left.append(queries.LeftOut(row.manager, LEFT_TO_OTHERS[str(objection)]))
        elif objection != "out_of_reach":
            if isinstance(objection, User):
                acting[row.pk] = objection
            yield row


def _measure_one(appraisal: Appraisal, *, by: User | None, on: date, reason: str, key: str) -> Measured:
    done = Measured()
    (row,) = steps.locked([appraisal.pk])
    acting: dict[int, User] = {}
    earlier = steps.answered("measure", [row], by=by, key=key)
    if earlier:
        return Measured(list(earlier.values()))
    if by is not None:
        acting = permissions.check_may("measure", [row], by=by, on=on)
        steps.check_seats("measure", [row], by=by, acting=acting)
    if row.state not in MEASURABLE:
        raise steps.wrong_state("measure", row)
    if by is not None and row.state == State.RETURNED and not reason.strip():
        raise Refusal("answer_needed")
    for found, reading in read(row.cycle, [row], left=done.left):
        if found.state in (State.OPENED, State.RETURNED, State.REOPENED) or reading.differs(found):
            done.steps = list(_store({found: reading}, by=by, acting=acting, reason=reason, key=key).values())
        else:
            done.unchanged = 1
    return done


def read(
    cycle: Cycle, rows: Iterable[Appraisal], left: list[queries.LeftOut] | None = None
) -> list[tuple[Appraisal, Reading]]:
    """What the figures now published say of each appraisal; who cannot be judged goes to `left`."""
    return Bench(cycle).read(rows, left=left)


class Bench:
    """A cycle on the figures now published: everyone by the version for their branch and line, in batches."""

    def __init__(self, cycle: Cycle) -> None:
        self.period = windows.period(cycle.period)
        version_for(cycle.scheme, self.period)
        self.version_of = grading.chooser(cycle.scheme, self.period.end)
        self.run = _run(cycle)
        self.sittings: dict[RulebookVersion, grades.Sitting] = {}

    def read(
        self, rows: Iterable[Appraisal], left: list[queries.LeftOut] | None = None
    ) -> list[tuple[Appraisal, Reading]]:
        """What the figures say of these appraisals, in their order."""
        left = [] if left is None else left
        groups: dict[RulebookVersion, list[Appraisal]] = {}
        for row in rows:
            version = self.version_of(row.manager)
            if version is None:
                left.append(queries.LeftOut(row.manager, "not_covered"))
            else:
                groups.setdefault(version, []).append(row)
        found = [each for version, group in groups.items() for each in self._read(version, group, left)]
        return sorted(found, key=lambda each: each[0].pk)

    def _read(
        self, version: RulebookVersion, rows: list[Appraisal], left: list[queries.LeftOut]
    ) -> Iterator[tuple[Appraisal, Reading]]:
        rows = _on_ladder(rows, version, self.period, left)
        people, book = [row.manager for row in rows], grading.rulebook(version)
        if version not in self.sittings:
            self.sittings[version] = grades.Sitting(version, run=self.run, period=self.period)
        facts, judged = _facts(people, self.run, self.period), self.sittings[version].judge(people)
        for row, each in zip(rows, judged, strict=True):
            yield (
                row,
                Reading(
                    grades.frozen(each, version=version, run=self.run, period=self.period),
                    flags.flags(each.verdict, _stated(facts[row.manager_id], each.evidence), book=book),
                ),
            )


def _run(cycle: Cycle) -> Run:
    try:
        return ledger.current_run(cycle.ends_on)
    except ledger.NotPublished:
        raise Refusal("not_published", day=cycle.ends_on) from None


def _on_ladder(
    rows: list[Appraisal], version: RulebookVersion, period: Period, left: list[queries.LeftOut]
) -> list[Appraisal]:
    """Grades may have been recorded since the cycle was opened: whoever has left the ladder waits."""
    ladder = {grade.code for grade in grading.rulebook(version).grades}
    held = grading.grades_on(period.end, [row.manager_id for row in rows])
    left.extend(
        queries.LeftOut(row.manager, "grade_not_on_ladder")
        for row in rows
        if held.get(row.manager_id) not in ladder
    )
    return [row for row in rows if held.get(row.manager_id) in ladder]


def _facts(people: list[Any], run: Run, period: Period) -> dict[int, flags.Facts]:
    ids = [manager.pk for manager in people]
    deposits = queries.deposits_at_end(run, ids) if ids else {}
    moved = queries.transfers(period, ids)
    return {
        manager.pk: flags.Facts(
            *deposits[manager.pk],
            moved.get(manager.pk, 0),
            manager.post_started_on,
            period.start,
            period.end,
        )
        for manager in people
    }


def _stated(facts: flags.Facts, evidence: Evidence) -> flags.Facts:
    """The facts, and whether any figure was scaled."""
    return replace(facts, scaled=any("served" in figure.detail for figure in evidence.values()))


def _store(
    changed: dict[Appraisal, Reading],
    *,
    by: User | None,
    acting: Mapping[int, User],
    reason: str = "",
    key: str = "",
) -> dict[int, Step]:
    """Freeze the verdicts, move each appraisal to where its verdict puts it, and log."""
    verdicts = grades.freeze(reading.verdict for reading in changed.values())
    from_states = {row.pk: row.state for row in changed}
    for (row, reading), verdict in zip(changed.items(), verdicts, strict=True):
        row.verdict, row.flags, row.returned_to = verdict, reading.flags, ""
        row.decided_outcome, row.decided_grade = "", ""
        _move(row, State.UNDECIDED if verdict.outcome == "undecided" else State.MEASURED)
    return steps.written("measure", list(changed), from_states, by=by, reason=reason, key=key, acting=acting)


def _move(row: Appraisal, target: str) -> None:
    """Where the new evidence says what the old one said, the appraisal stays where it is."""
    if row.state == target:
        return
    if target == State.UNDECIDED:
        row.await_data()
    else:
        row.measure()


def _basis(verdict: Verdict | None) -> Any:
    """All that a verdict rests on and says, in the form JSON gives back."""
    if verdict is None:
        return None
    content = [verdict.rulebook_id, verdict.grade_code, verdict.evidence, verdict.result]
    return json.loads(json.dumps(content))


def outdated(rows: Iterable[Appraisal]) -> list[Appraisal]:
    """Appraisals (of any cycles) whose verdict the figures now published no longer bear out."""
    by_cycle: dict[int, list[Appraisal]] = {}
    for row in rows:
        by_cycle.setdefault(row.cycle_id, []).append(row)
    found = []
    for group in by_cycle.values():
        readings = dict(read(group[0].cycle, group))
        found += [
            row
            for row in group
            if row not in readings or _basis(row.verdict) != _basis(readings[row].verdict)
        ]
    return found
