"""What the pages of loans have in common: names as the reader sees them, steps taken, their history."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages as notes
from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.translation import gettext as _

from credit.desk import Reader
from managers.models import LogEntry
from managers.queries import names
from managers.services.stepping import Refusal


def fresh_key() -> str:
    """The key of a form: sent twice, it counts once."""
    return uuid.uuid4().hex


def page_of(request: HttpRequest, found: Any, size: int) -> Page[Any]:
    """The page asked for: its keys first, so that what is joined to show rows is joined for these alone."""
    page = Paginator(found.values_list("pk", flat=True), size).get_page(request.GET.get("page"))
    rows = found.in_bulk(list(page.object_list))
    page.object_list = [rows[pk] for pk in page.object_list if pk in rows]
    return page


def named(rows: Iterable[Any], reader: Reader, **more: Callable[[Any], Any]) -> list[dict[str, Any]]:
    """Rows with an account as dictionaries: the row, its customer's name as the reader sees it, and more."""
    shown = [
        {
            "row": row,
            "account": row.account,
            "customer_no": row.account.customer.customer_no,
            "name": row.account.customer.name,
            "branch": row.account.customer.branch,
            **{name: work(row) for name, work in more.items()},
        }
        for row in rows
    ]
    names.for_reader(shown, reader.user, on=reader.on)
    return shown


def customer_name(account: Any, reader: Reader) -> str:
    """The name of a loan's customer as the reader sees it."""
    row = {"customer_no": account.customer.customer_no, "name": account.customer.name}
    names.for_reader([row], reader.user, on=reader.on)
    return str(row["name"])


def attempt(request: HttpRequest, work: Callable[[], object], done: str) -> bool:
    """Take a step and say so; a refusal says why on the page. Whether it was taken."""
    try:
        work()
    except Refusal as refusal:
        notes.error(request, str(refusal))
        return False
    notes.success(request, done)
    return True


def history(subject: str, words: Mapping[str, Any], *, now: str = "") -> list[dict[str, Any]]:
    """The steps of a row as they were taken, for the timeline; `now` is what it waits for."""
    kind = subject.partition(":")[0]
    rows = LogEntry.objects.filter(subject=subject).select_related("by", "on_behalf_of").order_by("id")
    taken: list[dict[str, Any]] = [
        {
            "label": words.get(row.action.removesuffix(f"_{kind}"), row.action),
            "state": "failed" if row.to_state in ("refused", "returned") else "done",
            "at": row.at,
            "by": _who(row),
            "note": row.reason,
        }
        for row in rows
    ]
    return [*taken, {"label": now, "state": "current"}] if now else taken


def _who(row: LogEntry) -> str:
    if row.by is None:
        return _("系统")
    if row.on_behalf_of is None:
        return str(row.by)
    return _("%(by)s 代 %(holder)s") % {"by": row.by, "holder": row.on_behalf_of}


def day_of(text: str) -> date | None:
    """A day as a form sends it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
