"""What is due on the reader's loans: overdue, today, within a week; and the address of the calendar."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from credit import due
from credit.desk import Reader
from credit.models import CalendarToken
from managers.queries import names


@login_required
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """The due list; a secret just made for the calendar is shown once."""
    reader = Reader.of(request)
    groups, found = [], due.grouped(reader)
    for code, title, items in found:
        rows = [
            {
                "item": item,
                "customer_no": item.account.customer.customer_no,
                "name": item.account.customer.name,
            }
            for item in items
        ]
        names.for_reader(rows, reader.user, on=reader.on)
        groups.append({"code": code, "title": title, "rows": rows})
    secret = request.session.pop("calendar_secret", "")
    address = request.build_absolute_uri(reverse("credit_calendar"))
    context = {
        "groups": groups,
        "most": due.MOST if due.is_cut(found) else None,
        "nothing": not any(group["rows"] for group in groups),
        "on": reader.on,
        "own": reader.own,
        "calendar": f"{address}?token={secret}" if secret else "",
        "subscribed": CalendarToken.objects.filter(user=reader.user).first(),
    }
    return render(request, "credit/today.html", context)
