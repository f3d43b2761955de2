"""Who is told of a step: those whose turn it is next, and the manager once it is published."""

from collections.abc import Collection

from django.urls import reverse
from django.utils import timezone

from appraisal import deadlines
from appraisal.models import Appraisal, State
from appraisal.queries import bodies
from managers.models import User
from managers.services import deadlines as kept
from managers.services import notices

#: What the person appraised is told of a step.
TOLD_BY = {
    "measure": "appraisal_draft",
    "publish": "appraisal_published",
    "resolve": "appraisal_appeal_decided",
    "reopen": "appraisal_reopened_told",
}


def told(step: str, rows: Collection[Appraisal], by: User | None) -> None:
    """Called in the step's transaction, after the rows were written: to-dos move on with the appraisals."""
    if not rows:
        return
    # Not the day the state began: one measured again may have waited for long, and stays as overdue as it is.
    kept.refresh(deadlines.APPRAISALS.code, [row.pk for row in rows], on=timezone.localdate())
    if step in TOLD_BY:
        _tell_managers(TOLD_BY[step], [row for row in rows if step != "measure" or _has_draft(row)])


def _has_draft(row: Appraisal) -> bool:
    """Whether the manager is to look at the draft figures before the case goes on."""
    return row.state == State.MEASURED and bool(
        bodies.procedure_of(row).draft_days or "statement" in bodies.stages_of(row)
    )


def _tell_managers(code: str, rows: Collection[Appraisal]) -> None:
    """The result itself is not in the notice: it is read where it can be explained."""
    people = User.objects.filter(is_active=True, client_manager__in=[row.manager_id for row in rows])
    users = dict(people.values_list("client_manager", "pk"))
    notices.tell_all(
        notices.Message(
            to=users[row.manager_id],
            code=code,
            subject=deadlines.APPRAISALS.subject(row.pk),
            words={"period": row.cycle.period},
            url=reverse("me"),
            occasion=row.state + row.state_since.isoformat(),
        )
        for row in rows
        if row.manager_id in users
    )
