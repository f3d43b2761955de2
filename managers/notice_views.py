"""通知与待办: what waits for the reader, what is new, what was; and how it reaches them by e-mail."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from managers import notices as texts
from managers.forms import NoticeSettingsForm
from managers.models import Notice, NoticeSettings, User
from managers.models.notices import Tone
from managers.services import notices as services
from managers.session import signed_in

ROWS_A_PAGE = 25
#: News shown below the to-dos before a page of their own has them all.
NEWS_SHOWN = 20
MARKS = {Tone.TODO: "info", Tone.REMINDER: "attention", Tone.ESCALATION: "error", Tone.NEWS: "quiet"}


@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """The to-dos by due day, then what is unread, then what was; `?show=all` pages through everything."""
    user, on = signed_in(request), timezone.localdate()
    if request.GET.get("show") == "all":
        page = Paginator(_own(user, on).order_by("-id"), ROWS_A_PAGE).get_page(request.GET.get("page"))
        return render(request, "managers/notices_all.html", {"page": page, "rows": rows(page, on)})
    waiting = _own(user, on).waiting()
    kinds = _kinds(waiting)
    code = request.GET.get("code", "")
    chosen = code if code in [kind["code"] for kind in kinds] else ""
    listed = waiting.filter(code=chosen) if chosen else waiting
    page = Paginator(listed.order_by("due_on", "id"), ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": rows(page, on),
        "kinds": kinds,
        "chosen": chosen,
        "total": sum(kind["count"] for kind in kinds),
        "overdue": waiting.filter(due_on__lt=on).count(),
        **_news(_own(user, on), on),
    }
    return render(request, "managers/notices.html", context)


def _own(user: User, on: date) -> Any:
    return Notice.objects.all().visible_to(user, on)


def _kinds(waiting: Any) -> list[dict[str, Any]]:
    """The to-dos counted by what they are about, the most first."""
    counted = waiting.order_by().values_list("code").annotate(count=Count("pk")).order_by("-count", "code")
    return [
        {"code": code, "label": f"{texts.text(code).name} {count}", "count": count, "url": f"?code={code}"}
        for code, count in counted
    ]


def _news(own: Any, on: date) -> dict[str, Any]:
    """What asks for nothing (any more): the unread, then the latest of the rest."""
    rest = own.exclude(pk__in=own.waiting().values("pk")).order_by("-id")
    unread = list(rest.unread()[: NEWS_SHOWN + 1])
    older = list(rest.exclude(read_at=None, done_at=None)[: NEWS_SHOWN + 1])
    return {
        "unread": rows(unread[:NEWS_SHOWN], on),
        "older": rows(older[:NEWS_SHOWN], on),
        "more": len(unread) > NEWS_SHOWN or len(older) > NEWS_SHOWN,
    }


def rows(found: Iterable[Notice], on: date) -> list[dict[str, Any]]:
    """Notices in the reader's language, with how long is left."""
    return [
        {
            "notice": notice,
            "tone": Tone(notice.tone).label,
            "tag": "quiet" if notice.done_at else MARKS[Tone(notice.tone)],
            "title": texts.title(notice),
            "body": texts.body(notice),
            "open": notice.is_waiting,
            "left": texts.remaining(notice.due_on, on) if notice.is_waiting else "",
            "late": notice.due_on is not None and notice.due_on < on,
        }
        for notice in found
    ]


@login_required
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a notice leads; opening it is reading it."""
    user = signed_in(request)
    found = get_object_or_404(_own(user, timezone.localdate()), pk=pk)
    services.read(found, by=user)
    return redirect(found.url or "notices")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Everything is read; what waits goes on waiting."""
    count = services.read_all(by=signed_in(request))
    notes.success(
        request, _("已全部标为已读（%(count)s 条）；待办仍然保留，办理后自动消失。") % {"count": count}
    )
    return redirect("notices")


@login_required
def notice_settings(request: HttpRequest) -> HttpResponse:
    """What is sent by e-mail, and in which language."""
    user = signed_in(request)
    held = NoticeSettings.objects.filter(user=user).first() or NoticeSettings(user=user)
    form = NoticeSettingsForm(initial={"mailed": held.mailed, "language": held.language})
    if request.method == "POST":
        # Nothing ticked is an answer too: the form is bound although it may carry no tone.
        form = NoticeSettingsForm(request.POST)
        if form.is_valid():
            services.choose(by=user, **form.cleaned_data)
            notes.success(request, _("已保存。"))
            return redirect("notice_settings")
    context = {"form": form, "address": user.email, "mails": bool(settings.SITE_URL)}
    return render(request, "managers/notice_settings.html", context)
