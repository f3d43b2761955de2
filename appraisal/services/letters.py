"""Print papers that are not of one appraisal: handover lists, letters of a grade, the minutes of a day."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from appraisal import permissions
from appraisal.models import Cycle
from appraisal.papers import Produced, Sheet, digest_of, document, handing, letters, meetings
from appraisal.queries.meetings import Meeting
from appraisal.services.papers import Printed
from appraisal.services.refusals import Refusal
from grading import career_presenters
from grading.models import GradeChange
from managers.models import Handover, LogEntry, User
from managers.permissions import may

SEES_DECISIONS = ("view_appraisals", "decide_appraisal")
SEES_CHANGES = ("propose_grade_change", "approve_grade_change", "view_people")


def print_handover(row: Handover, *, by: User, on: date, at: datetime) -> Printed:
    """The list of a handover for its sides and for those who look after them; the copy is logged.

    PermissionDenied for other roles, Refusal for a handover that does not come about.
    """
    sides = (row.giver, row.receiver)
    reads = any(permissions.is_own(by, side) or may(by, "view_people", on=on, about=side) for side in sides)
    if not reads:
        raise _denied()
    if row.state not in Handover.LISTED:
        raise Refusal("no_list", state=row.get_state_display())
    sheet = handing.handover_list(row, reader=by, on=on)
    name = f"{sheet.head.title}-{row.giver.name}-{row.receiver.name}-{row.effective_on}.pdf"
    return _printed(sheet, name, "print_handover", f"handover:{row.pk}", by, at, {"state": row.state})


def print_letter(change: GradeChange, *, by: User, on: date, at: datetime) -> Printed:
    """The letter of an approved change; for the person concerned once it is scheduled. The copy is logged."""
    own = permissions.is_own(by, change.manager)
    if not own and not any(may(by, each, on=on, about=change.manager) for each in SEES_CHANGES):
        raise _denied()
    if not career_presenters.has_letter(change, own=own):
        raise Refusal("no_letter_yet", state=change.get_state_display())
    sheet = letters.grade_letter(change)
    name = f"{sheet.head.title}-{change.manager.name}-{change.effective_on}.pdf"
    subject = f"grade_change:{change.pk}"
    return _printed(sheet, name, "print_letter", subject, by, at, {"state": change.state})


def print_minutes(found: list[Meeting], cycle: Cycle, *, by: User, on: date, at: datetime) -> Printed:
    """The minutes of the one meeting among those found; the copy is logged.

    The reader's own case is left out: how each member voted is not for the person concerned.
    """
    if not any(may(by, each, on=on) for each in SEES_DECISIONS):
        raise _denied()
    found = [each for each in (_within(each, by, on) for each in found) if each.decisions]
    if len(found) > 1:
        names = "、".join(each.branch for each in found)
        raise Refusal("several_meetings", count=len(found), names=names)
    meeting, left_out = _without_own(found[0], by) if found else (None, 0)
    if meeting is None or not meeting.decisions:
        raise Refusal("no_meeting")
    sheet = meetings.minutes(meeting, left_out=left_out)
    name = f"{sheet.head.title}-{meeting.branch}-{meeting.on}.pdf"
    detail = {"on": meeting.on.isoformat(), "decisions": len(meeting.decisions)}
    return _printed(sheet, name, "print_minutes", f"cycle:{cycle.pk}", by, at, detail)


def _within(meeting: Meeting, by: User, on: date) -> Meeting:
    """The meeting as far as roles that read appraisals reach: the scope alone may come from another role."""
    reach = [permissions.reach(by, each, on=on) for each in SEES_DECISIONS]
    kept = [
        each
        for each in meeting.decisions
        if any(permissions.within(scope, each.appraisal.manager) for scope in reach)
    ]
    return replace(meeting, decisions=kept)


def _without_own(meeting: Meeting, by: User) -> tuple[Meeting, int]:
    kept = [each for each in meeting.decisions if not permissions.is_own(by, each.appraisal.manager)]
    return replace(meeting, decisions=kept), len(meeting.decisions) - len(kept)


def _denied() -> PermissionDenied:
    return PermissionDenied(_("您的角色不包括查看这份文书；如确有需要，请联系安全管理员授权。"))


def _printed(
    sheet: Sheet, name: str, action: str, subject: str, by: User, at: datetime, detail: dict[str, Any]
) -> Printed:
    """The bytes, and the log entry by which the copy can be checked."""
    content = document(sheet, Produced(at, str(by)))
    facts = {"number": sheet.head.number, "language": sheet.head.language, "sha256": digest_of(sheet)}
    LogEntry.objects.create(by=by, action=action, subject=subject, detail=facts | detail)
    return Printed(name, content)
