"""培训: plans, a session with its roll and results, certificates; and one manager's whole record."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from managers.conduct.acting import MOST_BYTES, ROWS_A_PAGE, accepted, admit, attempt, has, people_for
from managers.conduct.forms import CertificateForm, PlanForm, UploadForm
from managers.models import (
    Attendance,
    Certificate,
    ClientManager,
    ConductFinding,
    LeaveRecord,
    ResultSheet,
    TrainingPlan,
    TrainingSession,
    User,
)
from managers.models.scope import scope_for
from managers.permissions import check_at, check_within, may
from managers.queries import rotation
from managers.queries import training as reads
from managers.services import certificates as papers
from managers.services import results, training
from managers.services.stepping import Refusal
from managers.session import signed_in

VIEW, MANAGE = "view_training", "manage_training"
STATUS_TAGS = {"due": "none", "present": "ok", "absent": "attention", "excused": "quiet"}


@login_required
def plans(request: HttpRequest) -> HttpResponse:
    """Every plan of one's branches; posted: one is laid down."""
    user, on = signed_in(request), timezone.localdate()
    admit(user, on, VIEW)
    form = None
    if has(user, MANAGE, on):
        form = PlanForm(request.POST or None, scope=scope_for(user, MANAGE, on), initial={"starts_on": on})
        key = request.POST.get("key", "")
        made = accepted(form, lambda given: training.plan(**given, by=user, on=on, key=key))
        if made is not None:
            notes.success(request, _("培训计划已制定。"))
            return redirect("training_plan", made.pk)
    found = TrainingPlan.objects.visible_to(user, on).select_related("branch")
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "on": on, "key": uuid4().hex}
    return render(request, "conduct/training.html", context)


def _plan(request: HttpRequest, pk: int) -> TrainingPlan:
    visible = TrainingPlan.objects.visible_to(signed_in(request), timezone.localdate())
    return get_object_or_404(visible.select_related("branch", "made_by"), pk=pk)


def _manages(user: User, plan: TrainingPlan, on: date, check: Callable[..., Any] = check_at) -> bool:
    """Whether somebody may change a plan, or with `check_within` run it for the own people."""
    try:
        check(user, MANAGE, plan.branch, on=on)
    except PermissionDenied:
        return False
    return plan.cancelled_on is None


@login_required
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan with its sessions; posted: a session is added."""
    user, on = signed_in(request), timezone.localdate()
    found = _plan(request, pk)
    if request.method == "POST":
        given, place = request.POST.get("held_on", ""), request.POST.get("place", "")
        return attempt(
            request,
            lambda: training.add_session(found, held_on=_day(given), place=place, by=user, on=on),
            _("场次已增加。"),
            ("training_plan", pk),
        )
    context = {
        "plan": found,
        "lines": [str(ClientManager.Line(each).label) for each in found.lines],
        "sessions": reads.sessions(found),
        "manages": _manages(user, found, on),
        "on": on,
    }
    return render(request, "conduct/training_plan.html", context)


@login_required
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """A plan goes no further."""
    user, on, found = signed_in(request), timezone.localdate(), _plan(request, pk)
    reason = request.POST.get("reason", "")
    return attempt(
        request,
        lambda: training.cancel(found, by=user, on=on, reason=reason),
        _("培训计划已取消。"),
        ("training_plan", pk),
    )


def _session(request: HttpRequest, pk: int) -> TrainingSession:
    visible = TrainingSession.objects.visible_to(signed_in(request), timezone.localdate())
    return get_object_or_404(visible.select_related("plan__branch"), pk=pk)


@login_required
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """One session: who was due, came and passed, as far as one sees; posted: who came is entered."""
    user, on = signed_in(request), timezone.localdate()
    found = _session(request, pk)
    if request.method == "POST":
        given = dict(_statuses(request.POST))
        return attempt(
            request,
            lambda: training.mark(found, given, by=user, on=on),
            _("出席情况已登记。"),
            ("training_session", pk),
        )
    seen = Attendance.objects.visible_to(user, on).filter(session=found)
    roll = seen.select_related(*reads.RELATED).order_by("manager__employee_no")
    page = Paginator(roll, ROWS_A_PAGE * 4).get_page(request.GET.get("page"))
    manages = _manages(user, found.plan, on, check_within)
    context = {
        "session": found,
        "plan": found.plan,
        "page": page,
        "lines": [
            {"line": each, "tone": STATUS_TAGS[each.attendance.status]}
            for each in reads.roll(page.object_list)
        ],
        "statuses": Attendance.Status.choices,
        "manages": manages,
        "held": found.held_on <= on,
        "form": UploadForm(initial={"exam_on": max(found.held_on, on)}) if manages else None,
        "sheets": ResultSheet.objects.filter(session=found, uploaded_by=user),
        "on": on,
    }
    return render(request, "conduct/training_session.html", context)


def _statuses(posted: Mapping[str, Any]) -> list[tuple[int, str]]:
    names = [each for each in posted if each.startswith("m-") and each[2:].isdecimal()]
    return [(int(each[2:]), str(posted[each])) for each in names]


@login_required
@require_POST
def call_roll(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody who is due stands on the roll."""
    user, on, found = signed_in(request), timezone.localdate(), _session(request, pk)
    return attempt(
        request,
        lambda: training.call_roll(found, by=user, on=on),
        _("应训名单已生成。"),
        ("training_session", pk),
    )


@login_required
@require_POST
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """A sheet of results is read and shown before anything is entered."""
    user, on, found = signed_in(request), timezone.localdate(), _session(request, pk)
    form = UploadForm(request.POST, request.FILES)
    try:
        if not form.is_valid() or form.cleaned_data["file"].size > MOST_BYTES:
            raise Refusal(_("请填写考试日期，并选择不超过 1 MB 的 CSV 文件。"))
        file, exam_on = form.cleaned_data["file"], form.cleaned_data["exam_on"]
        made = results.stage(
            found, file.read(), file_name=file.name or "results.csv", exam_on=exam_on, by=user, on=on
        )
    except (Refusal, PermissionDenied) as refusal:
        notes.error(request, str(refusal))
        return redirect("training_session", pk)
    return redirect("training_sheet", made.pk)


@login_required
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """One staged sheet, row by row; posted by its uploader: entered as a whole, once."""
    user, on = signed_in(request), timezone.localdate()
    admit(user, on, MANAGE)
    mine = ResultSheet.objects.filter(uploaded_by=user).select_related("session__plan")
    found = get_object_or_404(mine, pk=pk)
    if request.method == "POST":
        try:
            passed, failed = results.enter(found, by=user, on=on)
            words = {"passed": passed, "failed": failed}
            notes.success(request, _("已登记：合格 %(passed)s 人，未合格 %(failed)s 人。") % words)
        except (Refusal, PermissionDenied) as refusal:
            notes.error(request, str(refusal))
        return redirect("training_sheet", pk)
    rows = [each | {"problem": results.problem_word(each["problem"])} for each in found.rows]
    bad = sum(bool(each["problem"]) for each in rows)
    context = {"sheet": found, "plan": found.session.plan, "rows": rows, "bad": bad, "count": len(rows)}
    return render(request, "conduct/training_sheet.html", context)


@login_required
def certificates(request: HttpRequest) -> HttpResponse:
    """Certificates in one's scope, the next to run out first; posted: one is entered."""
    user, on = signed_in(request), timezone.localdate()
    admit(user, on, VIEW)
    form = None
    if has(user, MANAGE, on):
        form = CertificateForm(request.POST or None, people=people_for(user, MANAGE, on))
        if accepted(form, lambda given: _certificate(given, user, on)) is not None:
            notes.success(request, _("证书已登记。"))
            return redirect("certificates")
    found = Certificate.objects.visible_to(user, on).filter(voided_on=None)
    found = found.select_related("manager__branch").order_by("expires_on", "manager__employee_no")
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    rows = [{"row": each, "tag": certificate_tag(each, on)} for each in page]
    context = {"page": page, "rows": rows, "form": form, "manages": form is not None}
    return render(request, "conduct/certificates.html", context)


def _certificate(given: dict[str, Any], user: User, on: date) -> Certificate:
    facts = {name: value for name, value in given.items() if name != "employee_no"}
    return papers.record(given["employee_no"], **facts, by=user, on=on)


def certificate_tag(row: Certificate, on: date) -> tuple[str, str]:
    """The look of a certificate and what it is called."""
    if row.voided_on is not None:
        return "quiet", _("已作废")
    if row.expires_on is None:
        return "ok", _("长期有效")
    left = (row.expires_on - on).days
    if left < 0:
        return "not_met", _("已到期")
    return ("attention", _("还有 %(days)s 天") % {"days": left}) if left <= 60 else ("ok", _("有效"))


@login_required
@require_POST
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """A certificate holds no more."""
    user, on = signed_in(request), timezone.localdate()
    get_object_or_404(Certificate.objects.visible_to(user, on), pk=pk)
    day, reason = request.POST.get("voided_on", ""), request.POST.get("reason", "")
    return attempt(
        request,
        lambda: papers.void(pk, voided_on=_day(day), by=user, on=on, at=timezone.now(), reason=reason),
        _("证书已作废。"),
        "certificates",
    )


@login_required
def development(request: HttpRequest, employee_no: str) -> HttpResponse:
    """One manager: training, certificates, tenure and leave; of findings only what one may see."""
    user, on = signed_in(request), timezone.localdate()
    visible = ClientManager.objects.visible_to(user, on).select_related("branch")
    who = get_object_or_404(visible, employee_no=employee_no)
    own = who.user_id == user.pk
    learns = own or may(user, VIEW, on=on, about=who)
    rotates = own or may(user, "view_rotation", on=on, about=who)
    seen = ConductFinding.objects.visible_to(user, on).filter(manager=who)
    if not (learns or rotates or seen.exists()):
        raise PermissionDenied(_("您的角色不包括查看这些资料；如确有需要，请联系安全管理员授权。"))
    own_roll = Attendance.objects.filter(manager=who).select_related(*reads.RELATED)
    roll = own_roll.order_by("-session__held_on")[:ROWS_A_PAGE]
    held = Certificate.objects.filter(manager=who)
    context = {
        "who": who,
        "own": own,
        "learns": learns,
        "rotates": rotates,
        "lines": [{"line": each, "tone": STATUS_TAGS[each.attendance.status]} for each in reads.roll(roll)]
        if learns
        else [],
        "hours": reads.hours(who.pk, on.year) if learns else None,
        "certificates": [{"row": each, "tag": certificate_tag(each, on)} for each in held] if learns else [],
        "standing": next(iter(rotation.standings([who.pk], on)), None) if rotates else None,
        "leaves": LeaveRecord.objects.filter(manager=who).select_related("stand_in") if rotates else [],
        "findings": seen,
        "on": on,
    }
    return render(request, "conduct/development.html", context)


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Refusal(_("日期须写成 2027-01-01 这样。")) from None
