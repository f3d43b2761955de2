"""The calendar feed of a person's inspections and maturities: opened by a secret, which can be renewed."""

from datetime import date, datetime, timedelta

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from credit import calendar
from credit.desk import Reader
from credit.queries.afterloan import maturities
from credit.services.afterloan import maturing
from managers.models import ClientManager
from managers.session import not_activity

#: How far back and ahead the feed reaches.
BACK, AHEAD = timedelta(days=30), timedelta(days=180)


@require_GET
@not_activity
def feed(request: HttpRequest) -> HttpResponse:
    """The feed as iCalendar: loan accounts and days, no names; 404 without a secret that is in force."""
    user = maturities.whose_calendar(request.GET.get("token", ""))
    own = ClientManager.objects.filter(user=user).first() if user else None
    if own is None:
        raise Http404
    on: date = timezone.localdate()
    at: datetime = timezone.now()
    with translation.override("zh-hans"):
        text = calendar.feed(own, first=on - BACK, last=on + AHEAD, on=on, at=at)
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer["Cache-Control"] = "private, no-store"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@login_required
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """A new address for the calendar, shown once; the one before no longer opens it."""
    reader = Reader.of(request)
    if reader.own is None:
        notes.error(request, _("日历只对客户经理开放。"))
        return redirect("credit_today")
    request.session["calendar_secret"] = maturing.renew_calendar(by=reader.user)
    notes.success(request, _("新地址已生成，只显示这一次；旧地址即刻失效。"))
    return redirect("credit_today")
