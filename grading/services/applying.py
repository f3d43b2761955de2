"""Applying for a grade: which rulebook it is under, who may, how long after a failed exam."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading import queries
from grading.models import RulebookVersion
from grading.rules import careers
from grading.rules.schema import Rulebook
from grading.services import proposals
from managers.models import ClientManager, LogEntry, Qualification, User
from managers.permissions import check_may, ties
from managers.rules.separation import Seats
from managers.services.stepping import Procedure, Refusal, Word, subject, token

State = Qualification.State
#: What each step is called.
WORDS: Mapping[str, Word] = {
    "apply": gettext_lazy("申请"),
    "see": gettext_lazy("核验材料"),
    "screen": gettext_lazy("资格审查"),
    "pass_exam": gettext_lazy("登记考试合格"),
    "fail_exam": gettext_lazy("登记考试未合格"),
    "recognise": gettext_lazy("认定"),
    "appoint": gettext_lazy("聘任"),
    "reject": gettext_lazy("不予认定"),
    "withdraw": gettext_lazy("撤回申请"),
    "expire": gettext_lazy("证书到期"),
    "revoke": gettext_lazy("撤销认定"),
}
#: Whoever has prepared a case does not decide it, and the other way round.
PREPARES = ("apply", "see", "screen", "pass_exam")
QUALIFICATION = Procedure(
    Qualification,
    "qualification",
    WORDS,
    Seats({"recognise": PREPARES, "screen": ("recognise",), "appoint": ("recognise",), "revoke": PREPARES}),
    related=("manager__branch", "manager__user"),
)
#: Who may be found fit: people on their way to the post or on it.
MAY_APPLY = (ClientManager.Status.CANDIDATE, ClientManager.Status.TRAINEE, ClientManager.Status.ON_POST)


def apply(
    manager: ClientManager,
    *,
    grade: str,
    by: User,
    on: date,
    scheme: str = "",
    reason: str = "",
    key: str = "",
) -> Qualification:
    """The manager, or HR for a candidate without a login, applies for a grade; Refusal says why not."""
    with transaction.atomic():
        row = (
            ClientManager.objects.select_for_update(of=("self",)).select_related("branch").get(pk=manager.pk)
        )
        wanted = token(QUALIFICATION, "apply", row, by, key)
        earlier = LogEntry.objects.filter(key=wanted).first() if wanted else None
        if earlier is not None:
            return Qualification.objects.get(pk=earlier.detail["qualification"])
        acting_for = None
        if ties(by, on=on).to(row.pk) != "own":
            acting_for = check_may(by, "screen_qualification", on=on, about=row).on_behalf_of
        version = version_for(row, scheme, grade, on)
        facts = _application(row, version, grade, on=on, reason=reason)
        made = Qualification.objects.create(
            manager=row, grade_code=grade, applied_on=on, applied_by=by, reason=reason.strip(), **facts
        )
        LogEntry.objects.create(
            by=by,
            on_behalf_of=acting_for,
            action="apply_qualification",
            subject=subject(QUALIFICATION, made),
            to_state=made.state,
            reason=reason.strip(),
            detail={"qualification": made.pk, "grade": grade},
            key=wanted,
        )
        return made


def version_for(manager: ClientManager, scheme: str, grade: str, on: date) -> RulebookVersion:
    """The rulebook an application is under; Refusal where none covers the manager and has the grade."""
    found = queries.in_force(on, branch=manager.branch, line=manager.line)
    for version in found.filter(code=scheme) if scheme else found:
        if any(each.code == grade for each in queries.rulebook(version).grades):
            return version
    raise Refusal(_("适用于所在条线和机构的办法没有这一等级；请选择阶梯上的等级。"))


def _application(
    manager: ClientManager, version: RulebookVersion, grade: str, *, on: date, reason: str
) -> dict[str, Any]:
    """The columns of an application that may be made."""
    book = queries.rulebook(version)
    if manager.status not in MAY_APPLY:
        status = manager.get_status_display()
        raise Refusal(_("现在的状态是“%(status)s”，不能申请资格认定。") % {"status": status})
    open_one = manager.qualifications.filter(scheme=version.code, state__in=Qualification.OPEN).first()
    if open_one is not None:
        raise Refusal(_("已有一份在办的资格认定；请先办完或撤回。"))
    _check_wait(manager, book, grade, on)
    held = queries.grades_on(on, [manager.pk]).get(manager.pk, "")
    step = careers.step_to([each.code for each in book.grades], held, grade)
    if step == "down":
        raise Refusal(_("已持有更高的等级，不需要再申请这一等级。"))
    leap = step == "leap"
    return {
        "scheme": version.code,
        "rulebook": f"{version.code} v{version.number}",
        "approver": proposals.leapfrog(book, reason) if leap else book.grade(grade).approver,
        "leapfrog": leap,
    }


def _check_wait(manager: ClientManager, book: Rulebook, grade: str, on: date) -> None:
    """Refuse before the wait after a failed exam is over."""
    failed = manager.qualifications.filter(
        scheme=book.scheme.code, grade_code=grade, state=State.FAILED, exam_on__isnull=False
    )
    last = failed.order_by("-exam_on").first()
    if last is None or last.exam_on is None:
        return
    again = careers.reapply_on(last.exam_on, book.procedure.reapply_months)
    if on < again:
        words = {"day": last.exam_on, "again": again}
        raise Refusal(_("%(day)s 的考试未合格；按办法 %(again)s 起才能再次申请。") % words)
