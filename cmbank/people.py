"""人员: find somebody, and the file on one page: status, postings, qualification, grades, appraisals."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from appraisal import presenters as procedure
from appraisal.models import Appraisal
from appraisal.queries import RELATED
from grading import career_presenters as words
from grading import posted, queries
from grading.models import GradeChange
from grading.rules import careers as ladder
from managers.models import Branch, ClientManager, Qualification, User
from managers.permissions import check_may, may
from managers.services import careers
from managers.services.stepping import Refusal, objection
from managers.session import signed_in

ROWS_A_PAGE = 25
STATUS_TAGS = {
    "candidate": "info",
    "trainee": "info",
    "on_post": "ok",
    "suspended": "attention",
    "back_office": "quiet",
    "left": "quiet",
}
#: What opens the page of training, tenure and leave.
DEVELOPMENT = ("view_training", "view_rotation")
#: The steps HR takes by itself; the others follow from appointment and grade.
STEPS = ("suspend", "reinstate", "leave")


@login_required
def people(request: HttpRequest) -> HttpResponse:
    """The managers in one's scope, found by number, name or pinyin."""
    user, on = signed_in(request), timezone.localdate()
    check_may(user, "view_people", on=on)
    query, status = request.GET.get("q", "").strip(), request.GET.get("status", "")
    found = _found(ClientManager.objects.visible_to(user, on), query, status)
    page = Paginator(found.order_by("employee_no"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    held = queries.grades_on(on, [each.pk for each in page])
    names = words.Names(on)
    rows = [
        {"who": each, "grade": names.anywhere(held.get(each.pk, "")), "tone": STATUS_TAGS[each.status]}
        for each in page
    ]
    context = {
        "page": page,
        "rows": rows,
        "query": query,
        "status": status,
        "statuses": ClientManager.Status.choices,
        "lines": ClientManager.Line.choices,
        "branches": _branches(user, on) if may(user, "manage_career", on=on) else [],
    }
    return render(request, "managers/people.html", context)


def _branches(user: User, on: date) -> list[tuple[str, str]]:
    """The branches of one's scope, in the order of the tree."""
    return list(Branch.objects.visible_to(user, on).order_by("path").values_list("code", "name"))


@login_required
@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """HR opens the file of a candidate."""
    user, on = signed_in(request), timezone.localdate()
    number = posted.text(request, "employee_no")
    try:
        branch = Branch.objects.visible_to(user, on).filter(code=posted.text(request, "branch")).first()
        if branch is None:
            raise Refusal(_("请选择机构。"))
        careers.register(
            employee_no=number,
            name=posted.text(request, "name"),
            branch=branch,
            line=posted.text(request, "line"),
            hired_on=posted.day(request, "hired_on"),
            by=user,
            on=on,
        )
    except (Refusal, PermissionDenied) as refusal:
        notes.error(request, str(refusal))
        return redirect("people")
    notes.success(request, _("候选人档案已建立；可在下面代为申请资格认定。"))
    return redirect("person", number)


def _found(visible: QuerySet[ClientManager], query: str, status: str) -> QuerySet[ClientManager]:
    found = visible.select_related("branch")
    if query:
        named = Q(name__icontains=query) | Q(pinyin__icontains=query.lower())
        found = found.filter(Q(employee_no__startswith=query) | named)
    return found.filter(status=status) if status in ClientManager.Status.values else found


@login_required
def person(request: HttpRequest, employee_no: str) -> HttpResponse:
    """One personnel file, with the steps the reader may take; the own one for reading and applying."""
    user, on = signed_in(request), timezone.localdate()
    who = _readable(request, employee_no, on)
    own = who.user_id == user.pk
    names = words.Names(on)
    held = queries.grades_on(on, [who.pk]).get(who.pk, "")
    version = queries.covering(who, held, on) if held else None
    scheme = version.code if version is not None else ""
    cases = _appraisals(request, who, own=own, on=on)
    context = {
        "who": who,
        "own": own,
        "develops": own or any(may(user, each, on=on, about=who) for each in DEVELOPMENT),
        "on": on,
        "key": uuid4().hex,
        "tone": STATUS_TAGS[who.status],
        "grade": names.grade(scheme, held),
        "postings": who.postings.select_related("branch").order_by("-starts_on"),
        "qualifications": [
            words.qualification_row(row, names)
            for row in Qualification.objects.filter(manager=who).select_related("manager")
        ],
        **_grades(who, names, own=own),
        "appraisals": cases,
        "dossiers": set() if own else {row["pk"] for row in cases},
        **_offers(request, who, own=own, on=on),
        "apply": _ladder(who, names, held, on)
        if own or may(user, "screen_qualification", on=on, about=who)
        else [],
        "propose": _proposals(request, who, scheme, names, own=own, on=on),
    }
    return render(request, "managers/person.html", context)


def _readable(request: HttpRequest, employee_no: str, on: date) -> ClientManager:
    user = signed_in(request)
    visible = ClientManager.objects.visible_to(user, on).select_related("branch", "user")
    who = get_object_or_404(visible, employee_no=employee_no)
    if who.user_id != user.pk and not may(user, "view_people", on=on, about=who):
        raise PermissionDenied(_("您的角色不包括查看人员档案；如确有需要，请联系安全管理员授权。"))
    return who


def _grades(who: ClientManager, names: words.Names, *, own: bool) -> dict[str, Any]:
    """Every record with the change it came from, and the changes still on their way."""
    changes = list(GradeChange.objects.filter(manager=who).select_related("manager"))
    by_record = {each.record_id: each for each in changes if each.record_id is not None}
    told = (GradeChange.State.SCHEDULED,) if own else GradeChange.OPEN
    records = list(queries.grade_history(who.pk))
    bases = words.basis_words(record.basis for record in records)
    history = [
        {
            "on": record.effective_on,
            "grade": names.anywhere(record.grade_code),
            "ended": not record.grade_code,
            "basis": bases[record.basis],
            "appraisal": _appraisal_of(record.basis),
            "change": by_record.get(record.pk),
        }
        for record in records
    ]
    coming = [
        row | {"letter": words.has_letter(row["row"], own=own), "appraisal": _appraisal_of(row["row"].basis)}
        for row in words.change_rows([each for each in changes if each.state in told], names)
    ]
    return {"history": history, "coming": coming}


def _appraisal_of(basis: str) -> int | None:
    """The appraisal a grade rests on, if it does."""
    kind, _colon, number = basis.partition(":")
    return int(number.partition("/")[0]) if kind == "appraisal" else None


def _appraisals(request: HttpRequest, who: ClientManager, *, own: bool, on: date) -> list[dict[str, Any]]:
    """The appraisals, newest first, for those who may see them; the result only once it is published."""
    if not own and not may(signed_in(request), "view_appraisals", on=on, about=who):
        return []
    rows = Appraisal.objects.filter(manager=who).select_related(*RELATED).order_by("-cycle__ends_on", "-pk")
    return [
        {
            "pk": row.pk,
            "period": procedure.period_name(row.cycle.period),
            "tag": procedure.state_tag(row.state),
            "result": procedure.result(row),
        }
        for row in rows
    ]


def _offers(request: HttpRequest, who: ClientManager, *, own: bool, on: date) -> dict[str, Any]:
    """The steps of the career this person may take now, and why the others are closed."""
    user = signed_in(request)
    if own or not may(user, "manage_career", on=on, about=who):
        return {"can": {}, "refused": [], "branches": []}
    open_now = {each.name for each in who.get_available_status_transitions()}  # type: ignore[attr-defined]
    why = {
        name: objection(careers.CAREER, name, who, by=user, on=on, action="manage_career")
        for name in STEPS
        if name in open_now
    }
    moves = who.status != ClientManager.Status.LEFT
    return {
        "can": {name: True for name, each in why.items() if not each},
        "refused": sorted({each for each in why.values() if each}),
        "branches": _branches(user, on) if moves else [],
    }


def _ladder(who: ClientManager, names: words.Names, held: str, on: date) -> list[tuple[str, str]]:
    """The grades one may apply for: same or next on every ladder that covers line and branch."""
    if any(each.state in Qualification.OPEN for each in who.qualifications.all()):
        return []
    found = []
    for version in queries.in_force(on, branch=who.branch, line=who.line):
        book = queries.rulebook(version)
        codes = [each.code for each in book.grades]
        leaps = bool(book.procedure.leapfrog)
        for code in codes:
            step = ladder.step_to(codes, held, code)
            if step in ("same", "next") or (step == "leap" and leaps):
                label = f"{names.scheme(version.code)} · {names.grade(version.code, code)}"
                found.append((f"{version.code}:{code}", label))
    return found


def _proposals(
    request: HttpRequest, who: ClientManager, scheme: str, names: words.Names, *, own: bool, on: date
) -> dict[str, Any] | None:
    """The form that proposes a change: kinds and the grades of the ladder; None for those who may not."""
    if own or not scheme or not may(signed_in(request), "propose_grade_change", on=on, about=who):
        return None
    kinds = [pair for pair in GradeChange.Kind.choices if pair[0] != GradeChange.Kind.APPOINT]
    return {
        "kinds": kinds,
        "grades": [(each.code, names.grade(scheme, each.code)) for each in names.books[scheme].grades],
    }


@login_required
@require_POST
def step(request: HttpRequest, employee_no: str, name: str) -> HttpResponse:
    """Take one step of a career; what is refused says why, on the same page."""
    on = timezone.localdate()
    who = _readable(request, employee_no, on)
    if name not in TAKEN:
        raise Http404
    try:
        notes.success(request, TAKEN[name](request, who, on))
    except (Refusal, PermissionDenied) as refusal:
        notes.error(request, str(refusal))
    return redirect("person", employee_no)


def _suspend(request: HttpRequest, who: ClientManager, on: date) -> str:
    careers.suspend(who, **_facts(request, on), at=timezone.now())
    return _("已停职；登录、会话、令牌与委托已同时终止。")


def _reinstate(request: HttpRequest, who: ClientManager, on: date) -> str:
    careers.reinstate(who, **_facts(request, on))
    return _("已复职。")


def _leave(request: HttpRequest, who: ClientManager, on: date) -> str:
    careers.leave(who, **_facts(request, on), at=timezone.now())
    return _("已办理离职；延期薪酬留在台账，到期照常处理。")


def _transfer(request: HttpRequest, who: ClientManager, on: date) -> str:
    branches = Branch.objects.visible_to(signed_in(request), on)
    branch = branches.filter(code=posted.text(request, "branch")).first()
    if branch is None:
        raise Refusal(_("请选择调入的机构。"))
    careers.transfer(
        who,
        branch,
        starts_on=posted.day(request, "starts_on"),
        position=posted.text(request, "position")[:80],
        by=signed_in(request),
        on=on,
        reason=posted.text(request, "reason"),
    )
    return _("任职已变动；名下客户须另行移交。")


def _facts(request: HttpRequest, on: date) -> dict[str, Any]:
    reason, key = posted.text(request, "reason"), posted.text(request, "key")
    return {"by": signed_in(request), "on": on, "reason": reason, "key": key}


TAKEN: dict[str, Callable[[HttpRequest, ClientManager, date], str]] = {
    "suspend": _suspend,
    "reinstate": _reinstate,
    "leave": _leave,
    "transfer": _transfer,
}
