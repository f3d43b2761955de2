"""Print a paper of an appraisal: who may, from which state on, and a log entry for every copy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from appraisal import permissions
from appraisal.models import STANDING, Appraisal, State
from appraisal.papers import Produced, Sheet, building, digest_of, document, recording
from appraisal.services.refusals import Refusal
from managers.models import LogEntry, User
from managers.permissions import may


@dataclass(frozen=True)
class Printed:
    """A paper as PDF/A, with the name of its file."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Kind:
    """A kind of paper: the states that have it, for everyone and for the person appraised, and its sheet."""

    states: tuple[str, ...]
    own_states: tuple[str, ...]
    build: Callable[[Appraisal, bool], Sheet]


KINDS: Mapping[str, Kind] = {
    "form": Kind(
        building.FORM_STATES,
        building.NOTICE_STATES,
        lambda appraisal, named: building.appraisal_form(appraisal, named=named),
    ),
    "notice": Kind(
        building.NOTICE_STATES,
        building.NOTICE_STATES,
        lambda appraisal, _named: building.decision_notice(appraisal),
    ),
    # How each member voted is not for the person concerned.
    "votes": Kind(STANDING, (), lambda appraisal, _named: recording.vote_record(appraisal)),
}


def papers_of(appraisal: Appraisal, *, by: User) -> list[str]:
    """The kinds of paper there are of an appraisal now, for somebody who may see it."""
    own = permissions.is_own(by, appraisal.manager)
    return [name for name, kind in KINDS.items() if appraisal.state in _states(kind, own=own)]


def _states(kind: Kind, *, own: bool) -> tuple[str, ...]:
    return kind.own_states if own else kind.states


def print_paper(appraisal: Appraisal, kind: str, *, by: User, on: date, at: datetime) -> Printed:
    """A copy of a paper for a person who sees the appraisal, made at a moment; the copy is logged.

    The person appraised gets the papers of a published appraisal, without the names of who took the steps.
    PermissionDenied where the role does not read appraisals, Refusal where the state has no such paper.
    """
    own = permissions.is_own(by, appraisal.manager)
    may_read = (
        _states(KINDS[kind], own=True) if own else may(by, "view_appraisals", on=on, about=appraisal.manager)
    )
    if not may_read:
        raise PermissionDenied(_("您的角色不包括查看这份文书；如确有需要，请联系安全管理员授权。"))
    if kind not in papers_of(appraisal, by=by):
        raise _too_early(appraisal, kind, own=own)
    sheet = KINDS[kind].build(appraisal, not own)
    content = document(sheet, Produced(at, str(by)))
    _log(appraisal, kind, sheet, by=by)
    name = f"{sheet.head.title}-{appraisal.manager.name}-{appraisal.cycle.period}.pdf"
    return Printed(name, content)


def _too_early(appraisal: Appraisal, kind: str, *, own: bool) -> Refusal:
    return Refusal(
        "no_paper_yet",
        who=appraisal.manager,
        state=State(appraisal.state).label,
        needed=State(_states(KINDS[kind], own=own)[0]).label,
    )


def _log(appraisal: Appraisal, kind: str, sheet: Sheet, *, by: User) -> None:
    LogEntry.objects.create(
        by=by,
        action=f"print_{kind}",
        subject=f"appraisal:{appraisal.pk}",
        detail={
            "number": sheet.head.number,
            "language": sheet.head.language,
            "sha256": digest_of(sheet),
            "state": appraisal.state,
        },
    )
