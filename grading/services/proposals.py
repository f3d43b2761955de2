"""What a change of grade must satisfy before it is proposed, and still when its day has come."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from grading import queries
from grading.models import GradeChange, RulebookVersion, Verdict
from grading.rules import careers
from grading.rules.schema import Rulebook
from grading.rules.verdict import Verdict as Judged
from managers.models import ClientManager, Qualification
from managers.queries import conduct
from managers.services.stepping import Refusal

Kind = GradeChange.Kind
#: Where on the ladder each kind of change may lead.
LEADS = {
    Kind.PROMOTE: ("next", "leap"),
    Kind.DEMOTE: ("down",),
    Kind.EXTEND: ("same",),
    Kind.CORRECT: ("next", "leap", "down"),
}
#: Kinds that give a term anew.
WITH_TERM = (Kind.APPOINT, Kind.PROMOTE, Kind.EXTEND)
#: Kinds by which somebody rises: none while a serious finding about their conduct is unsettled.
RISING = (Kind.APPOINT, Kind.PROMOTE)


def check(
    manager: ClientManager, kind: str, to_grade: str, *, effective_on: date, on: date, reason: str
) -> dict[str, Any]:
    """The columns of a change that may be proposed; Refusal says why it may not and what to do."""
    if not reason.strip():
        raise Refusal(_("须写明原因；请填写后再办理。"))
    if kind not in (*LEADS, Kind.REMOVE):
        raise Refusal(_("不能直接提议“聘任”；请从资格认定办理。"))
    if GradeChange.objects.filter(manager=manager, state__in=GradeChange.OPEN).exists():
        raise Refusal(_("这位客户经理还有未了结的等级变动；请先办完或取消。"))
    check_day(manager, effective_on)
    held = held_now(manager)
    if not held:
        raise Refusal(_("现在没有等级，不能变动；请先办理资格认定与聘任。"))
    if kind == Kind.REMOVE:
        return facts(manager, kind, "", effective_on=effective_on)
    found = facts(manager, kind, to_grade, effective_on=effective_on)
    return found | _checked_step(
        manager, kind, held, to_grade, effective_on=effective_on, on=on, reason=reason
    )


def facts(
    manager: ClientManager, kind: str, to_grade: str, *, effective_on: date, scheme: str = ""
) -> dict[str, Any]:
    """Scheme, grade so far, authority and term of a change, from the rulebook in force on its day."""
    held = held_now(manager)
    version = _version(manager, scheme, to_grade or held, effective_on)
    book = queries.rulebook(version) if version is not None else None
    months = book.scheme.term_months if book is not None and kind in WITH_TERM else 0
    return {
        "scheme": version.code if version is not None else scheme,
        "from_grade": held,
        "authority": _authority(book, held, to_grade) if book is not None else "",
        "term_ends_on": careers.term_end(effective_on, months) if months else None,
    }


def held_now(manager: ClientManager) -> str:
    """The grade of the last record, whatever its day; "" where there is none or it ends the grade."""
    last = queries.latest_records([manager.pk]).get(manager.pk)
    return last.grade_code if last is not None else ""


def check_day(manager: ClientManager, effective_on: date) -> None:
    """Refuse a day before the last record: it would say nothing, because the later record holds."""
    last = queries.latest_records([manager.pk]).get(manager.pk)
    if last is not None and effective_on < last.effective_on:
        raise Refusal(
            _("等级记录已到 %(day)s；生效日不能早于这一天，过去的等级不能改写。") % {"day": last.effective_on}
        )


def check_ground(change: GradeChange) -> None:
    """Refuse to let a change take effect that was made on another grade than the one held now."""
    if held_now(change.manager) != change.from_grade:
        raise Refusal(_("批准以后等级已另有变动，这项变动的依据不再成立；请取消后重新提议。"))


def check_traineeship(manager: ClientManager, book: Rulebook, to_grade: str, effective_on: date) -> None:
    """Refuse to end a traineeship before its time, or without results that reach the grade."""
    ends_on = traineeship_end(manager, book)
    if ends_on is not None and effective_on <= ends_on:
        raise Refusal(_("见习期至 %(day)s；期满后才能聘任上一级。") % {"day": ends_on})
    stored = Verdict.objects.filter(manager=manager, rulebook__code=book.scheme.code)
    last = stored.order_by("-on", "-id").first()
    tree = Judged.from_dict(last.result).standards.get(to_grade) if last is not None else None
    if tree is None or tree.outcome != "met":
        title = book.grade(to_grade).short
        raise Refusal(
            _("见习期满按实际业绩聘任：最近一次考核结论没有达到“%(grade)s”标准。") % {"grade": title}
        )


def traineeship_end(manager: ClientManager, book: Rulebook) -> date | None:
    """The last day of the traineeship a manager is in; None for whoever is in none."""
    last = queries.latest_records([manager.pk]).get(manager.pk)
    if last is None or last.grade_code != careers.TRAINEE:
        return None
    return careers.term_end(last.effective_on, book.scheme.term_months)


def leapfrog(book: Rulebook, reason: str) -> str:
    """Who approves a leap under this rulebook; Refusal where it allows none, or no reason is given."""
    if not book.procedure.leapfrog:
        raise Refusal(_("《%(book)s》不允许越级；请逐级申请。") % {"book": book.scheme.title})
    if not reason.strip():
        raise Refusal(_("越级须写明理由；请填写后再办理。"))
    return book.procedure.leapfrog


def conduct_objection(manager: ClientManager, on: date) -> str:
    """Why somebody may not rise as their conduct stands, without saying what was found; "" if they may."""
    since = conduct.blocks(manager, on)
    if since is None:
        return ""
    words = {"who": manager, "day": since}
    return (
        _("%(who)s 自 %(day)s 起有未了结的严重行为问题，了结前不能晋升或聘任；请待风险部门了结后再办。")
        % words
    )


def check_conduct(manager: ClientManager, kind: str, on: date) -> None:
    """Refuse a change by which somebody rises while a serious finding is unsettled."""
    why = conduct_objection(manager, on) if kind in RISING else ""
    if why:
        raise Refusal(why)


def _checked_step(
    manager: ClientManager, kind: str, held: str, to_grade: str, *, effective_on: date, on: date, reason: str
) -> dict[str, Any]:
    """The direction fits the kind; a leap has its own authority, a traineeship its year and results."""
    version = _version(manager, "", to_grade, effective_on)
    if version is None:
        raise Refusal(_("适用的办法没有这一等级；请选择阶梯上的等级。"))
    book = queries.rulebook(version)
    step = careers.step_to([each.code for each in book.grades], held, to_grade)
    if step not in LEADS[Kind(kind)]:
        words = {"kind": Kind(kind).label, "grade": book.grade(to_grade).short}
        raise Refusal(_("从现等级到“%(grade)s”不是“%(kind)s”；请核对类别与等级。") % words)
    if step in LEADS[Kind.PROMOTE]:
        check_conduct(manager, Kind.PROMOTE, on)
    if kind == Kind.PROMOTE and held == careers.TRAINEE:
        check_traineeship(manager, book, to_grade, effective_on)
    if kind == Kind.PROMOTE and step == "leap":
        return {"leapfrog": True, "authority": leapfrog(book, reason)}
    return {}


def _version(manager: ClientManager, scheme: str, grade: str, on: date) -> RulebookVersion | None:
    if not scheme:
        return queries.covering(manager, grade, on)
    found = queries.in_force(on, branch=manager.branch, line=manager.line).filter(code=scheme)
    return found.first()


def _authority(book: Rulebook, held: str, to_grade: str) -> str:
    """Who decides: the authority for the higher of the two grades."""
    concerned = [each for each in book.grades if each.code in (held, to_grade)]
    return concerned[0].approver if concerned else ""


def certificate_in_force(manager: ClientManager, scheme: str, grade: str, on: date) -> Qualification | None:
    """The certificate that holds for a grade on a day, if any."""
    found = manager.qualifications.filter(scheme=scheme, grade_code=grade, state__in=Qualification.HELD)
    return found.filter(issued_on__lte=on, expires_on__gte=on).order_by("-expires_on").first()
