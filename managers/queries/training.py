"""How training stands: a session's roll with its results, and one manager's record."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from managers.models import Attendance, TrainingPlan, TrainingResult, TrainingSession

Status = Attendance.Status


#: What `roll` needs of each attendance.
RELATED = ("manager__branch", "session__plan")


@dataclass(frozen=True)
class Line:
    """One person of a roll: whether they came, and their results, the latest exam first."""

    attendance: Attendance
    results: list[TrainingResult]
    exam: bool

    @property
    def passed(self) -> bool:
        """Whether some exam of the session was passed."""
        return any(each.passed for each in self.results)

    @property
    def outstanding(self) -> bool:
        """Whether an exam is still to be passed."""
        return self.exam and not self.passed and self.attendance.status != Status.EXCUSED


def roll(rows: Iterable[Attendance]) -> list[Line]:
    """The lines of attendances (read with manager and plan), with all their results in one statement."""
    held = list(rows)
    found: dict[tuple[int, int], list[TrainingResult]] = {}
    sessions = {each.session_id for each in held}
    results = TrainingResult.objects.filter(
        session__in=sessions, manager__in={each.manager_id for each in held}
    )
    for result in results.order_by("-exam_on", "-pk"):
        found.setdefault((result.session_id, result.manager_id), []).append(result)
    return [
        Line(
            each,
            found.get((each.session_id, each.manager_id), []),
            each.session.plan.pass_mark is not None,
        )
        for each in held
    ]


def hours(manager: int, year: int) -> Decimal:
    """How many hours of training a manager attended in a calendar year."""
    came = Attendance.objects.filter(manager=manager, status=Status.PRESENT, session__held_on__year=year)
    return Decimal(came.aggregate(all=Sum("session__plan__hours"))["all"] or 0)


def outstanding(ids: Collection[int] | None = None) -> QuerySet[Attendance]:
    """Who stands on a roll whose exam has results, has none that passes, and is not excused."""
    examined = TrainingResult.objects.filter(session=OuterRef("session"))
    passed = examined.filter(manager=OuterRef("manager"), passed=True)
    rows = Attendance.objects.filter(
        Exists(examined), ~Exists(passed), session__plan__cancelled_on=None, session__plan__pass_mark__gt=0
    ).exclude(status=Status.EXCUSED)
    rows = rows.filter(manager__status__in=["trainee", "on_post"])
    return rows if ids is None else rows.filter(pk__in=ids)


def sessions(plan: TrainingPlan) -> QuerySet[TrainingSession]:
    """The sessions of a plan with how many were due, came, and passed."""
    counted = plan.sessions.annotate(
        due=Count("roll", distinct=True),
        came=Count("roll", filter=Q(roll__status=Status.PRESENT), distinct=True),
        passed=Count("results__manager", filter=Q(results__passed=True), distinct=True),
        examined=Count("results__manager", distinct=True),
    )
    return counted.order_by("held_on")
