"""Training: a plan with its sessions, the roll of each session, and who came."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from managers import grades
from managers.models import Attendance, Branch, ClientManager, LogEntry, TrainingPlan, TrainingSession, User
from managers.models.scope import inside, scope_for
from managers.permissions import check_at, check_within, ties
from managers.rules import training as rules
from managers.services import deadlines
from managers.services.stepping import Refusal

MANAGE = "manage_training"
#: Who is trained: people on their way to the post or on it.
TRAINED = (ClientManager.Status.TRAINEE, ClientManager.Status.ON_POST)


def plan(
    *,
    title: str,
    branch: Branch,
    starts_on: date,
    hours: Decimal,
    by: User,
    on: date,
    content: str = "",
    lines: Collection[str] = (),
    grade_codes: Collection[str] = (),
    weekly: bool = False,
    ends_on: date | None = None,
    pass_mark: Decimal | None = None,
    retake_days: int = 14,
    key: str = "",
) -> TrainingPlan:
    """Lay down a course for a branch and all below it, with a session on each of its days.

    The same `key` by the same person gives the plan there is.
    """
    standing = check_at(by, MANAGE, branch, on=on)
    last = ends_on or starts_on
    _check_plan(title, starts_on, last, hours, pass_mark, lines)
    with transaction.atomic():
        wanted = sha256(f"make_training/{by.pk}/{key}".encode()).hexdigest() if key else None
        earlier = LogEntry.objects.filter(key=wanted).first() if wanted else None
        if earlier is not None:
            return TrainingPlan.objects.get(pk=earlier.detail["plan"])
        made = TrainingPlan.objects.create(
            title=title.strip(),
            content=content.strip(),
            branch=branch,
            lines=sorted(lines),
            grades=sorted(grade_codes),
            rhythm=TrainingPlan.Rhythm.WEEKLY if weekly else TrainingPlan.Rhythm.ONCE,
            starts_on=starts_on,
            ends_on=last,
            hours=hours,
            pass_mark=pass_mark,
            retake_days=retake_days,
            made_by=by,
        )
        days = rules.meetings(starts_on, last, weekly=weekly)
        TrainingSession.objects.bulk_create(TrainingSession(plan=made, held_on=day) for day in days)
        _log("make_training", made, by, standing.on_behalf_of, {"plan": made.pk, "rows": len(days)}, wanted)
        return made


def add_session(of: TrainingPlan, *, held_on: date, place: str, by: User, on: date) -> TrainingSession:
    """One more day of a plan, within its days; the same day again gives the session there is."""
    standing = check_at(by, MANAGE, of.branch, on=on)
    with transaction.atomic():
        row = _locked(of)
        if not row.starts_on <= held_on <= row.ends_on:
            words = {"from": row.starts_on, "to": row.ends_on}
            raise Refusal(_("场次须在计划期间内（%(from)s 至 %(to)s）；请改日期，或另立计划。") % words)
        made, new = TrainingSession.objects.get_or_create(
            plan=row, held_on=held_on, defaults={"place": place.strip()}
        )
        if new:
            _log("add_session_training", row, by, standing.on_behalf_of, {"on": held_on.isoformat()})
        return made


def cancel(of: TrainingPlan, *, by: User, on: date, reason: str) -> None:
    """The plan goes no further; what was entered stays, and nobody is asked for an exam any more."""
    standing = check_at(by, MANAGE, of.branch, on=on)
    if not reason.strip():
        raise Refusal(_("须写明原因；请填写后再办理。"))
    with transaction.atomic():
        row = _locked(of)
        row.cancelled_on, row.cancelled_by = on, by
        row.save(update_fields=["cancelled_on", "cancelled_by"])
        _log("cancel_training", row, by, standing.on_behalf_of, {}, reason=reason)
        refresh(row, on=on)


def call_roll(session: TrainingSession, *, by: User, on: date) -> int:
    """List everybody who is due at a session that has been held; how many are new on the roll.

    Whoever joins before results are entered is added by calling it again; nobody is taken off.
    """
    check_within(by, MANAGE, session.plan.branch, on=on)
    if session.held_on > on:
        raise Refusal(_("这一场 %(day)s 才举行；请在当日或之后点名。") % {"day": session.held_on})
    with transaction.atomic():
        _locked(session.plan)
        new = [Attendance(session=session, manager=each) for each in missing_from_roll(session)]
        Attendance.objects.bulk_create(new)
        TrainingSession.objects.filter(pk=session.pk, called_on=None).update(called_on=on)
        return len(new)


def missing_from_roll(session: TrainingSession) -> list[ClientManager]:
    """Managers the plan is for who do not stand on the roll of a session."""
    of = session.plan
    found = ClientManager.objects.filter(branch__path__startswith=of.branch.path, status__in=TRAINED)
    found = found.exclude(attendances__session=session).order_by("employee_no")
    people = list(found.filter(line__in=of.lines) if of.lines else found)
    held = grades.held_on(session.held_on, [each.pk for each in people]) if of.grades else {}
    return [
        each
        for each in people
        if rules.covers(of.lines, of.grades, line=each.line, grade=held.get(each.pk, each.grade_code))
    ]


def mark(session: TrainingSession, statuses: Mapping[int, str], *, by: User, on: date) -> int:
    """Enter who came (manager id: status), of one's own branches; how many changed.

    Nobody enters it of themselves or of kin.
    """
    check_within(by, MANAGE, session.plan.branch, on=on)
    tied, reach = ties(by, on=on), inside(scope_for(by, MANAGE, on), "manager__branch__path")
    with transaction.atomic():
        rows = Attendance.objects.select_for_update(of=("self",)).filter(reach)
        rows = rows.filter(session=session, manager__in=statuses)
        changed = [each for each in rows.order_by("pk") if statuses[each.manager_id] != each.status]
        for each in changed:
            _check_mark(statuses[each.manager_id], tied.to(each.manager_id))
            each.status, each.recorded_by = statuses[each.manager_id], by
        Attendance.objects.bulk_update(changed, ["status", "recorded_by"], batch_size=500)
        refresh(session.plan, on=on)
        return len(changed)


def refresh(of: TrainingPlan, *, on: date) -> None:
    """Whoever has not passed is asked, whoever has is asked no more."""
    rows = Attendance.objects.filter(session__plan=of, session__results__isnull=False)
    deadlines.refresh("training", list(rows.distinct().values_list("pk", flat=True)), on=on)


def _check_mark(status: str, tie: str) -> None:
    if status not in Attendance.Status.values:
        raise Refusal(_("没有这种出席情况；请刷新页面后重新选择。"))
    if tie:
        raise Refusal(_("不能登记本人或须回避的人的出席情况；请由他人登记。"))


def _check_plan(
    title: str,
    starts_on: date,
    ends_on: date,
    hours: Decimal,
    pass_mark: Decimal | None,
    lines: Collection[str],
) -> None:
    if not title.strip():
        raise Refusal(_("请填写课程名称。"))
    if ends_on < starts_on or (ends_on - starts_on).days >= rules.MOST_SESSIONS * 7:
        raise Refusal(_("止期不能早于起期，一个计划最长 54 周；请更正日期。"))
    if hours <= 0 or (pass_mark is not None and not 0 < pass_mark <= 1000):
        raise Refusal(_("学时须大于 0，合格线须在 0 至 1000 之间；请核对。"))
    if set(lines) - set(ClientManager.Line.values):
        raise Refusal(_("没有这个条线；请重新选择。"))


def _locked(of: TrainingPlan) -> TrainingPlan:
    row = TrainingPlan.objects.select_for_update(of=("self",)).select_related("branch").get(pk=of.pk)
    if row.cancelled_on is not None:
        raise Refusal(_("这个计划已于 %(day)s 取消；请另立计划。") % {"day": row.cancelled_on})
    return row


def _log(
    action: str,
    row: TrainingPlan,
    by: User,
    acting_for: User | None,
    detail: Mapping[str, object],
    key: str | None = None,
    reason: str = "",
) -> None:
    LogEntry.objects.create(
        by=by,
        on_behalf_of=acting_for,
        action=action,
        subject=f"training:{row.pk}",
        detail=dict(detail),
        reason=reason.strip(),
        key=key,
    )
