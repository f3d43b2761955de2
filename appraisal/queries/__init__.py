"""Reads of the procedure: the queue, the steps of an appraisal, who is left out, what flags rest on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from appraisal import messages, permissions
from appraisal.models import TOLD, Appraisal, Cycle, State, Step
from appraisal.queries import bodies
from appraisal.rules import flags, procedure, scope
from grading import queries as grading
from grading.models import RulebookVersion
from grading.rules import newcomers
from grading.rules.schema import Rulebook
from ledger import queries as ledger
from ledger.models import Run
from ledger.rules import windows
from ledger.rules.windows import Period, Window
from managers.models import Assignment, ClientManager, User

# What a page about appraisals touches of each; without it every row would ask again.
RELATED = ("cycle", "manager__branch", "verdict__rulebook", "verdict__run")


@dataclass(frozen=True)
class LeftOut:
    """A manager without an appraisal in a cycle, and why: a code of `messages.LEFT_OUT`."""

    manager: ClientManager
    code: str

    @property
    def text(self) -> str:
        """Why, in the reader's language."""
        return str(messages.LEFT_OUT[self.code])


def visible(user: User, on: date) -> QuerySet[Appraisal]:
    """The appraisals a user may see on a day, with all that a page shows of them."""
    return Appraisal.objects.visible_to(user, on).select_related(*RELATED)


def queue(user: User, on: date) -> QuerySet[Appraisal]:
    """What waits for the risk department within a user's scope, the longest waiting first."""
    return visible(user, on).filter(state=State.IN_RISK_QUEUE).order_by("state_since", "pk")


def statement(appraisal: Appraisal) -> Step | None:
    """The manager's own statement on the case as it stands, or the step that went on without one."""
    found = steps(appraisal).filter(name__in=("state", "skip_statement"), to_state=State.SELF_STATED)
    return found.last()


def own_cases(manager: ClientManager) -> list[Appraisal]:
    """The appraisals of a manager that are not at their end, and the latest one; the latest first."""
    found = (
        Appraisal.objects.filter(manager=manager).select_related(*RELATED).order_by("-cycle__ends_on", "-pk")
    )
    return [row for number, row in enumerate(found[:6]) if not number or row.state != State.CLOSED]


def latest_of(manager: ClientManager) -> Appraisal | None:
    """The appraisal of a manager in the latest cycle, if any; whoever asks has checked the scope."""
    found = Appraisal.objects.filter(manager=manager).select_related(*RELATED)
    return found.order_by("-cycle__ends_on", "-pk").first()


def steps(appraisal: Appraisal) -> QuerySet[Step]:
    """What happened to an appraisal, in order."""
    return Step.objects.filter(appraisal=appraisal).select_related("by", "verdict").order_by("id")


def return_reasons(appraisals: Iterable[int]) -> dict[int, str]:
    """Why appraisals came back the last time, by id."""
    found = Step.objects.filter(appraisal__in=list(appraisals), name="send_back").order_by("id")
    return dict(found.values_list("appraisal_id", "reason"))


def by_state(cycle: Cycle) -> dict[str, int]:
    """How many appraisals of a cycle are in each state; every state is named."""
    counts = dict(cycle.appraisals.values_list("state").annotate(Count("id")).order_by())
    return {state: counts.get(state, 0) for state in State.values}


def by_outcome(cycle: Cycle) -> dict[str, int]:
    """How many verdicts of a cycle came out how."""
    counted = cycle.appraisals.filter(verdict__isnull=False).values_list("verdict__outcome")
    return dict(counted.annotate(Count("id")).order_by("verdict__outcome"))


def next_steps(appraisal: Appraisal, *, by: User, on: date) -> list[str]:
    """The steps a user may take now: state, role, scope and separation all allow them."""
    ready = {each.name for each in appraisal.get_available_state_transitions()}  # type: ignore[attr-defined]
    reader, taken = permissions.Reader(by, on), _Taken(appraisal)
    return [
        name
        for name in procedure.STEPS
        if ready & set(procedure.METHODS.get(name, (name,)))
        and _asked(name, appraisal, on)
        and _seated(name, appraisal, reader, taken)
    ]


class _Taken(dict[User, list[str]]):
    """The steps of one appraisal that a person has taken, asked for once a person."""

    def __init__(self, appraisal: Appraisal) -> None:
        self.appraisal = appraisal

    def __missing__(self, person: User) -> list[str]:
        self[person] = taken_by(person, [self.appraisal]).get(self.appraisal.pk, [])
        return self[person]


def _seated(name: str, appraisal: Appraisal, reader: permissions.Reader, taken: _Taken) -> bool:
    """Whether role, scope and seats let the reader take a step, and whoever they would act for."""
    holder = reader.standing(name, appraisal.manager)
    if isinstance(holder, str):
        return False
    people = [reader.by] if holder is None else [reader.by, holder]
    return not any(procedure.conflicting(name, taken[person]) for person in people)


def _asked(name: str, row: Appraisal, on: date) -> bool:
    """Whether the rulebook wants this step of this appraisal now, whoever takes it."""
    if row.verdict is None:
        return True
    stages = bodies.stages_of(row)
    if name in procedure.STAGE_OF:
        return procedure.STAGE_OF[name] == procedure.lacking(row.state, stages)
    if name == "submit":
        return not procedure.lacking(row.state, stages)
    if name == "resume":
        return bool(procedure.RETURNS.get(row.returned_to))
    return name != "close" or bodies.appeal_until(row) < on


def taken_by(user: User, appraisals: Iterable[Appraisal]) -> dict[int, list[str]]:
    """The steps a user has taken already, or had taken by somebody acting for them, by appraisal id."""
    found: dict[int, list[str]] = {}
    taken = Step.objects.filter(
        Q(by=user) | Q(on_behalf_of=user), appraisal__in=[row.pk for row in appraisals]
    )
    for appraisal, name in taken.values_list("appraisal_id", "name"):
        found.setdefault(appraisal, []).append(name)
    return found


def decided(scheme: str, managers: Iterable[int]) -> dict[tuple[int, str], str]:
    """What was decided of managers under a scheme and told them: outcomes by manager id and period.

    In the words of a rulebook, which knows no extension: the grade is kept.
    """
    found = Appraisal.objects.filter(
        state__in=TOLD, cycle__scheme=scheme, manager__in=list(managers)
    ).values_list("manager_id", "cycle__period", "decided_outcome")
    kept = {Appraisal.Outcome.EXTEND.value: Appraisal.Outcome.KEEP.value}
    return {(manager, period): kept.get(outcome, outcome) for manager, period, outcome in found}


def unlogged() -> QuerySet[Appraisal]:
    """Appraisals whose state is not the one their last step led to: somebody went round the services."""
    last = Step.objects.filter(appraisal=OuterRef("pk")).order_by("-id").values("to_state")[:1]
    return Appraisal.objects.annotate(logged=Subquery(last)).exclude(state=F("logged"))


def candidates(
    version: RulebookVersion, period: Period, people: QuerySet[ClientManager]
) -> Iterator[tuple[ClientManager, str]]:
    """Each manager with the code of `messages.LEFT_OUT` that keeps them out, "" for whoever is in scope.

    Everyone by the version in force for their branch and line; `version` is any version of the scheme.
    """
    version_of = grading.chooser(version.code, period.end)
    grades = grading.grades_on(period.end)
    for manager in people.select_related("branch").order_by("employee_no").iterator(chunk_size=2_000):
        bounds = _bounds(grading.rulebook(version_of(manager) or version), period)
        code = scope.left_out(_candidate(manager, grades.get(manager.pk, "")), bounds)
        yield manager, code


def _bounds(book: Rulebook, period: Period) -> scope.Bounds:
    return scope.Bounds(
        book.scheme.lines,
        book.scheme.branches,
        [grade.code for grade in book.grades],
        period.end,
        newcomers.on_post_by(book.procedure, period),
    )


def _candidate(manager: ClientManager, grade: str) -> scope.Candidate:
    return scope.Candidate(manager.line, manager.status, manager.post_started_on, manager.branch.path, grade)


def left_out(cycle: Cycle, people: QuerySet[ClientManager]) -> list[LeftOut]:
    """Which of these managers have no appraisal in the cycle, and why."""
    version = grading.version_in_force(cycle.scheme, cycle.ends_on)
    inside = set(cycle.appraisals.values_list("manager_id", flat=True))
    return [
        LeftOut(manager, code or "not_opened")
        for manager, code in candidates(version, windows.period(cycle.period), people)
        if manager.pk not in inside
    ]


def deposits_at_end(run: Run, managers: list[int]) -> dict[int, tuple[Fraction, Fraction]]:
    """Daily averages (CNY) credited to each manager over the last days and over the quarter they end.

    One statement for everyone, the same as the nights use: prefix sums, so the span costs nothing.
    """
    end = run.business_date
    last_days = Window("last_days", end - timedelta(days=flags.LAST_DAYS - 1), end)
    spans = [last_days, windows.window("quarter", end)]
    rows = ledger.live(spans, [Decimal(0)], managers, run=run.pk).values()
    found = {(row.manager_id, row.window): Fraction(row.deposit_product) / row.days for row in rows}
    return {manager: (found[manager, "last_days"], found[manager, "quarter"]) for manager in managers}


def transfers(period: Period, managers: list[int]) -> dict[int, int]:
    """Customers whose holder or share changed inside the period, counted per manager; 0 has no entry.

    A customer's first assignment is no change, nor is one that begins on the period's first day.
    """
    earlier = Assignment.objects.current().filter(
        customer=OuterRef("customer"), starts_on__lt=OuterRef("starts_on")
    )
    taken_over = Q(starts_on__gt=period.start, starts_on__lte=period.end) & Exists(earlier)
    given_up = Q(ends_on__gte=period.start, ends_on__lt=period.end)
    changed = Assignment.objects.current().filter(taken_over | given_up, manager__in=managers)
    counted = changed.order_by().values_list("manager").annotate(Count("customer", distinct=True))
    return dict(counted)
