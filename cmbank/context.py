"""What the shell of every page shows: the reader's unit, how fresh the figures are, and where to go."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from appraisal.models import State
from appraisal.queries import seats
from credit.models import LoanProposal
from ledger import presenters
from ledger.handover_sheets import ACTIONS, Reader
from managers.models import Handover, Notice, User
from managers.models.scope import grants_on, grants_read_once
from managers.roles import ROLES

#: From here on the bell says "99+".
MOST_UNREAD = 99
#: The parts of the list of pages, in their order; the first has no heading.
SECTIONS = ("", "appraisal", "people", "credit", "loans", "working", "look_up", "system", "own")


def shell(request: HttpRequest) -> dict[str, Any]:
    """`shell` for templates/base.html; nothing for those not logged in.

    Read when a template first asks for it: a refusal, a fragment and a paper have no shell.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"shell": SimpleLazyObject(lambda: _shell(user, request.path))}


def _shell(user: Any, path: str) -> dict[str, Any]:
    on = timezone.localdate()
    with grants_read_once():
        held = [grant for grant in grants_on(user, on) if grant.role in ROLES]
        may = _actions(held)
        items = sorted(_items(user, may, on), key=lambda item: SECTIONS.index(item["group"]))
    headings = _headings()
    nav = [_active(item, path) | {"section": headings.get(item["group"], "")} for item in items]
    return {
        "unit": _unit(user, held),
        "freshness": presenters.freshness(on),
        "nav": nav,
        "may": may,
        "unread": _unread(user),
        "here": next((item["label"] for item in nav if item["active"]), _("客户经理管理")),
    }


def _headings() -> dict[str, str]:
    return {
        "appraisal": _("考核"),
        "people": _("人员"),
        "credit": _("信贷"),
        "loans": _("贷后"),
        "working": _("工作规范"),
        "look_up": _("查阅"),
        "system": _("系统"),
        "own": _("与我有关"),
    }


def _unit(user: User, held: list[Any]) -> str:
    """Where the person works: the manager's branch, or branch and role of the first grant."""
    own = getattr(user, "client_manager", None)
    if own is not None:
        return str(own.branch)
    return f"{held[0].branch} · {ROLES[held[0].role].name}" if held else ""


def _unread(user: User) -> int | str:
    """How many notices the person has not seen; counted no further than a bell can show."""
    count = Notice.objects.filter(to=user).unread().order_by()[: MOST_UNREAD + 1].count()
    return count if count <= MOST_UNREAD else f"{MOST_UNREAD}+"


def _actions(held: list[Any]) -> set[str]:
    return {action for grant in held for action in ROLES[grant.role].may}


def _items(user: User, may: set[str], on: date) -> Iterator[dict[str, Any]]:
    """The pages the person may open, with what waits there."""
    own = getattr(user, "client_manager", None)
    if own is not None:
        yield _item(_("我的工作台"), reverse("me"), also=reverse("manager", args=[own.employee_no]))
    if may & {"open_cycle", "view_appraisals"}:
        yield from _cases(user, may, on)
    yield from _adjustments(may)
    yield from _careers(may)
    if own is not None or "view_people" in may:
        group = "people" if "view_people" in may else ""
        yield _item(_("客户移交"), reverse("handovers"), _handovers_waiting(user, on), section=group)
    yield from _development(may)
    yield from _keeping(user, may)
    yield from _lending(user, own, may, on)
    yield from _working(own, may)
    yield from _after_loans(own, may)
    look_up = "look_up"
    yield _item(_("现行办法"), reverse("rulebooks"), section=look_up)
    if "view_runs" in may:
        yield _item(_("日终批次"), reverse("runs"), section=look_up)
        yield _item(_("数据批次"), reverse("bundles"), section=look_up)
        yield _item(_("期间关账"), reverse("closings"), section=look_up)
    yield from _accountability(may)
    yield from _own_items(own, may)


def _adjustments(may: set[str]) -> Iterator[dict[str, Any]]:
    """What two people add to computed figures."""
    if may & {"propose_adjustment", "approve_adjustment"}:
        yield _item(_("指标调整"), reverse("adjustments"), section="appraisal")


def _after_loans(own: Any, may: set[str]) -> Iterator[dict[str, Any]]:
    """Loans after they were granted."""
    if own is None and "view_loans" not in may:
        return
    section = "loans"
    yield _item(_("今日贷后"), reverse("credit_today"), section=section, also="/credit/loans/")
    yield _item(_("五级分类"), reverse("classifications"), section=section)
    yield _item(_("贷后检查"), reverse("loan_inspections"), section=section)
    yield _item(_("到期通知"), reverse("maturities"), section=section)
    yield _item(_("贷款终结"), reverse("endings"), section=section)


def _accountability(may: set[str]) -> Iterator[dict[str, Any]]:
    """Who did what, who sees what, and who is who."""
    look_up = "look_up"
    if "view_log" in may:
        yield _item(_("操作日志"), reverse("audit"), section=look_up) | {"but": reverse("audit_why")}
    if "explain_access" in may:
        yield _item(_("为何可见"), reverse("audit_why"), section=look_up)
    if "reveal_identity" in may:
        yield _item(_("按身份证号查找"), reverse("find_person"), section=look_up)


def _lending(user: User, own: Any, may: set[str], on: date) -> Iterator[dict[str, Any]]:
    """Credit files, and loans that wait for a decision."""
    if own is not None or "view_credit_file" in may:
        section = "credit"
        waiting = LoanProposal.objects.visible_to(user, on).filter(state=LoanProposal.State.PROPOSED)
        count = waiting.count() if "approve_loan" in may else None
        yield _item(_("信贷档案"), reverse("credit_files"), section=section, also="/credit/investigations/")
        yield _item(_("贷款申报"), reverse("loan_proposals"), count, section=section)


def _working(own: Any, may: set[str]) -> Iterator[dict[str, Any]]:
    """What the working standard has people keep."""
    working = "working"
    if own is not None or "view_working" in may:
        yield _item(_("工作日志"), reverse("work_log"), section=working)
        yield _item(_("市场调查"), reverse("research"), section=working)
        yield _item(_("营销计划"), reverse("plans"), section=working)
        yield _item(_("银企合作协议"), reverse("agreements"), section=working)
        yield _item(_("满意度调查"), reverse("surveys"), section=working)
    if own is not None or "view_complaints" in may:
        yield _item(_("客户投诉"), reverse("complaints"), section=working)


def _careers(may: set[str]) -> Iterator[dict[str, Any]]:
    """Personnel files, and what is decided about them."""
    if "view_people" in may:
        yield _item(_("人员"), reverse("people"), section="people")
    if may & {"view_people", "screen_qualification", "recognise_qualification"}:
        yield _item(_("资格认定"), reverse("qualifications"), section="people")
    if may & {"view_people", "propose_grade_change", "approve_grade_change"}:
        yield _item(_("等级变动"), reverse("grade_changes"), section="people")


def _development(may: set[str]) -> Iterator[dict[str, Any]]:
    """Training, rotation and leave, conduct."""
    if "view_training" in may:
        yield _item(_("培训与证书"), reverse("training"), section="people")
    if "view_rotation" in may:
        yield _item(_("轮岗与休假"), reverse("rotation"), section="people")
    if may & {"view_conduct", "fill_screening"}:
        yield _item(_("行为管理"), reverse("conduct"), section="people")
    elif "inspect_branch" in may:
        yield _item(_("交叉检查"), reverse("inspections"), section="people")


def _keeping(user: User, may: set[str]) -> Iterator[dict[str, Any]]:
    """What keepers keep."""
    if may & {"manage_grants", "view_log"}:
        yield _item(_("授权"), reverse("access"), section="system") | {"but": reverse("relations")}
    if user.is_staff:
        yield _item(_("管理后台"), reverse("admin:index"), section="system")


def _own_items(own: Any, may: set[str]) -> Iterator[dict[str, Any]]:
    """What concerns the reader: whom to stand aside from, and who acts meanwhile."""
    if own is not None:
        url = reverse("development", args=[own.employee_no])
        yield _item(_("培训与操守"), url, section="own")
    if may or own is not None:
        yield _item(_("回避关系"), reverse("relations"), section="own")
    if may:
        yield _item(_("我的委托"), reverse("delegations"), section="own")


def _item(
    label: str, url: str, count: int | None = None, *, section: str = "", also: str = ""
) -> dict[str, Any]:
    """One entry of a section of SECTIONS; `also` is another address that belongs to it."""
    return {"label": label, "url": url, "count": count, "group": section, "also": also}


def _cases(user: User, may: set[str], on: date) -> Iterator[dict[str, Any]]:
    """The desks of the procedure; one statement counts them all, members of a group have their own part."""
    counts, group = seats.counts(user, on), "appraisal"
    if "clear_appraisal" in may:
        yield _item(_("考核审批队列"), reverse("queue"), counts.get(State.IN_RISK_QUEUE, 0), section=group)
    if "decide_appraisal" in may:
        scores = seats.to_score(user, on) if any(counts.get(state) for state in seats.SCORED) else {}
        votes = seats.to_decide(user, on) if any(counts.get(state) for state in seats.VOTED) else {}
        yield _item(_("小组评议"), reverse("scoring"), len(seats.awaited(scores)), section=group)
        yield _item(_("考核决定"), reverse("decisions"), len(seats.awaited(votes)), section=group)
    dossiers = reverse("dossier", args=[0]).removesuffix("0/")
    yield _item(_("考核周期"), reverse("cycles"), section=group, also=dossiers)
    if "view_appraisals" in may:
        yield _item(_("回溯复核"), reverse("lookbacks"), counts["look_backs"], section=group)


def _handovers_waiting(user: User, on: date) -> int:
    """How many handovers wait for a step of this person."""
    reader = Reader.of(user, on)
    if not (reader.ties.own or any(reader.paths[action] for action in ACTIONS.values())):
        return 0
    open_ones = Handover.objects.visible_to(user, on).filter(state__in=Handover.UNDECIDED)
    return sum(1 for row in open_ones.select_related("giver__branch") if reader.turn(row))


def _active(item: dict[str, Any], path: str) -> dict[str, Any]:
    """Whether the page open belongs to the entry; `but` is the beginning of addresses that have their own."""
    but = item.get("but")
    inside = path.startswith(tuple(filter(None, (item["url"], item["also"]))))
    return item | {"active": inside and not (but and path.startswith(but))}
