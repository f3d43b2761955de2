"""行为排查: what is going on in conduct, one campaign with its sheets, and a sheet to fill."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from managers.conduct.acting import ROWS_A_PAGE, Names, accepted, admit, attempt, has
from managers.conduct.forms import CampaignForm
from managers.models import ScreeningCampaign, ScreeningSheet
from managers.models.scope import scope_for
from managers.permissions import check_at, may
from managers.services import screening
from managers.services.screening import Answer
from managers.services.stepping import Refusal, objection
from managers.session import signed_in

VIEW, MANAGE, FILL = "view_conduct", "manage_conduct", "fill_screening"
ANSWERS = {"none": "ok", "minor": "attention", "serious": "not_met"}


@login_required
def conduct(request: HttpRequest) -> HttpResponse:
    """Campaigns of one's branches; posted by risk: one is opened."""
    user, on = signed_in(request), timezone.localdate()
    admit(user, on, VIEW, FILL)
    form = None
    if has(user, MANAGE, on):
        initial = {"starts_on": on.replace(day=1), "ends_on": on, "items": "\n".join(_usual_items())}
        form = CampaignForm(request.POST or None, scope=scope_for(user, MANAGE, on), initial=initial)
        made = accepted(form, lambda given: screening.open_campaign(**given, by=user, on=on))
        if made is not None:
            notes.success(request, _("排查已发起；各机构负责人会收到待办。"))
            return redirect("campaign", made.pk)
    found = ScreeningCampaign.objects.visible_to(user, on).select_related("branch")
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": _progress(request, page.object_list, on),
        "form": form,
        "views": has(user, VIEW, on),
        "on": on,
    }
    return render(request, "conduct/campaigns.html", context)


def _usual_items() -> list[str]:
    """What is usually looked at, to begin with."""
    return [
        _("参与民间借贷、非法集资或违规担保"),
        _("与客户有非正常资金往来"),
        _("经商办企业或兼职"),
        _("参与赌博、消费与收入明显不符"),
        _("代客户保管重要物品、代办业务"),
    ]


def _progress(request: HttpRequest, campaigns: Any, on: date) -> list[dict[str, Any]]:
    """Each campaign with how many sheets one sees are filled; one statement for all."""
    seen = ScreeningSheet.objects.visible_to(signed_in(request), on)
    counted = seen.filter(campaign__in=list(campaigns)).order_by().values("campaign")
    counts = {
        each["campaign"]: each
        for each in counted.annotate(all=Count("pk"), filled=Count("pk", filter=Q(state="filled")))
    }
    nothing = {"all": 0, "filled": 0}
    return [{"row": each, "counts": counts.get(each.pk, nothing)} for each in campaigns]


@login_required
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """One campaign with the sheets one sees."""
    user, on = signed_in(request), timezone.localdate()
    admit(user, on, VIEW, FILL)
    found = get_object_or_404(
        ScreeningCampaign.objects.visible_to(user, on).select_related("branch", "opened_by"), pk=pk
    )
    seen = ScreeningSheet.objects.visible_to(user, on).filter(campaign=found)
    sheets = seen.select_related("manager__branch", "filled_by").order_by("manager__employee_no")
    page = Paginator(sheets, ROWS_A_PAGE * 2).get_page(request.GET.get("page"))
    names = Names(user, on)
    rows = [{"row": each, "name": names.of(each.manager), "worst": _worst(each)} for each in page]
    context = {"campaign": found, "page": page, "rows": rows, "closes": _closes(request, found), "on": on}
    return render(request, "conduct/campaign.html", context)


def _worst(sheet: ScreeningSheet) -> tuple[str, str] | None:
    """The gravest answer of a filled sheet."""
    if sheet.state != ScreeningSheet.State.FILLED:
        return None
    given = {each["answer"] for each in sheet.answers}
    return next(look(each) for each in ("serious", "minor", "none") if each in given)


def look(answer: str) -> tuple[str, str]:
    """The colour and the word of an answer."""
    words = {"none": _("无"), "minor": _("一般"), "serious": _("严重")}
    return ANSWERS[answer], words[answer]


def _closes(request: HttpRequest, found: ScreeningCampaign) -> bool:
    try:
        check_at(signed_in(request), MANAGE, found.branch, on=timezone.localdate())
    except PermissionDenied:
        return False
    return found.closed_on is None


@login_required
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Risk ends a campaign."""
    user, on = signed_in(request), timezone.localdate()
    found = get_object_or_404(ScreeningCampaign.objects.visible_to(user, on), pk=pk)
    reason = request.POST.get("reason", "")
    return attempt(
        request,
        lambda: screening.close(found, by=user, on=on, reason=reason),
        _("排查已结束。"),
        ("campaign", pk),
    )


@login_required
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet: to be filled, or as it was; posted: it is filled."""
    user, on = signed_in(request), timezone.localdate()
    admit(user, on, VIEW, FILL)
    seen = ScreeningSheet.objects.visible_to(user, on)
    found = get_object_or_404(seen.select_related("campaign__branch", "manager__branch", "filled_by"), pk=pk)
    said = [""] * len(found.campaign.items)
    answers = [Answer(*each) for each in zip(said, said, strict=True)]
    if request.method == "POST":
        answers = _answers(request, len(said))
        try:
            screening.fill(found, answers, by=user, on=on, key=request.POST.get("key", ""))
        except (Refusal, PermissionDenied) as refusal:
            notes.error(request, str(refusal))
        else:
            notes.success(request, _("排查表已提交。"))
            return redirect("campaign", found.campaign_id)
    waiting = found.state == ScreeningSheet.State.WAITING
    context = {
        "sheet": found,
        "name": Names(user, on).of(found.manager),
        "questions": [
            {"number": number, "item": item, "said": each}
            for number, (item, each) in enumerate(zip(found.campaign.items, answers, strict=True), 1)
        ],
        "choices": [(each, *look(each)) for each in ANSWERS],
        "answers": [each | {"look": look(each["answer"])} for each in found.answers],
        "fills": waiting and may(user, FILL, on=on, about=found.manager),
        "why": objection(screening.SCREENING, "fill", found, by=user, on=on, action=FILL) if waiting else "",
        "key": uuid4().hex,
    }
    return render(request, "conduct/screening_sheet.html", context)


def _answers(request: HttpRequest, count: int) -> list[Answer]:
    given = request.POST
    return [
        Answer(given.get(f"answer-{number}", ""), given.get(f"note-{number}", "")[:1000])
        for number in range(1, count + 1)
    ]
