"""What the pages of the working standard share: who reads, lists, the steps on offer, the trail."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from managers.models import Assignment, ClientManager, Customer, LogEntry, User
from managers.permissions import may
from managers.queries import names
from managers.rules import masking
from managers.services.stepping import Procedure, Refusal, objection
from managers.session import signed_in

ROWS_A_PAGE = 25
Word = str | Promise


def reader(request: HttpRequest, action: str = "view_working") -> tuple[User, date]:
    """Who asks, today; refused for those who neither have a manager file nor may look at others'."""
    user, on = signed_in(request), timezone.localdate()
    if own_manager(user) is None and not may(user, action, on=on):
        raise PermissionDenied(_("您的角色不包括查看这里的记录；如确有需要，请联系安全管理员授权。"))
    return user, on


def own_manager(user: User) -> ClientManager | None:
    """The manager somebody is."""
    return getattr(user, "client_manager", None)


def portfolio(user: User, on: date) -> list[Customer]:
    """The customers a manager holds, as a select offers them."""
    held = Assignment.objects.held_on(on).filter(manager__user=user)
    return list(Customer.objects.filter(pk__in=held.values("customer")).order_by("customer_no"))


class Named:
    """Names of customers as a reader sees them: audit does not see people's."""

    def __init__(self, user: User, on: date) -> None:
        self._masked = names.masked_for(user, on)

    def __call__(self, customer: Customer | None) -> str:
        """The name, masked where it must be; empty for nobody."""
        if customer is None:
            return ""
        hidden = self._masked and customer.kind == Customer.Kind.PERSONAL
        return masking.name(customer.name) if hidden else customer.name


# --- Lists ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """One cell: what it says, what stands smaller beneath, a tag's tone, and how it is set."""

    text: Any
    sub: Any = ""
    tag: str = ""
    style: str = ""
    label: Word = ""


def listed(request: HttpRequest, found: Any, row: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """A page of rows."""
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    return {"page": page, "rows": [row(each) for each in page]}


def show_list(
    request: HttpRequest,
    found: Any,
    row: Callable[[Any], dict[str, Any]],
    *,
    columns: Sequence[Word],
    states: Sequence[tuple[str, Any]],
    **words: Any,
) -> HttpResponse:
    """`credit/working/list.html`: of one state (?state=) or all; each cell knows its column for a phone."""
    state = request.GET.get("state", "")
    shown = listed(request, found.filter(state=state) if state in dict(states) else found, row)
    for each in shown["rows"]:
        each["cells"] = [
            replace(cell, label=name) for cell, name in zip(each["cells"], columns[1:], strict=True)
        ]
    context = {"columns": columns, "states": states, "state": state, **words, **shown}
    return render(request, "credit/working/list.html", context)


def show_form(request: HttpRequest, form: Any, **words: Any) -> HttpResponse:
    """`credit/working/form.html`: title, crumb, back and submit beside the form."""
    context = {"form": form, "key": request.POST.get("key") or key(), **words}
    return render(request, "credit/working/form.html", context)


def asked(request: HttpRequest, *filters: str) -> bool:
    """Whether any of the filters was used."""
    return any(request.GET.get(name) for name in filters)


# --- Steps ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Offer:
    """A step a page may offer: what it is called, what it means, and whether it asks for a reason.

    `reason` is the label of the text it asks for, `optional` where it may stay empty; `own` steps are the
    manager's, for others it takes `action`.
    """

    name: str
    title: Word
    body: Word = ""
    action: str = ""
    reason: Word = ""
    danger: bool = False
    own: bool = False
    optional: bool = False


def offered(procedure: Procedure, row: Any, offers: Sequence[Offer], *, user: User, on: date) -> list[Offer]:
    """Those of the steps that the reader could take now."""
    mine = row.manager.user_id == user.pk if hasattr(row, "manager") else False
    return [
        each
        for each in offers
        if not objection(procedure, each.name, row, by=user, on=on, action=each.action, own=each.own and mine)
    ]


def take_step(
    request: HttpRequest,
    name: str,
    row: Any,
    steps: Mapping[str, Callable[..., Any]],
    offers: Sequence[Offer],
    *,
    done: Mapping[str, Word],
    back: str,
    **more: Any,
) -> HttpResponse:
    """Take one step and go back to the page; a refusal says why there. `more` goes to the step."""
    if name not in steps:
        raise Http404
    said: dict[str, Any] = {"by": signed_in(request), "on": timezone.localdate()}
    said["key"] = request.POST.get("key", "")
    if any(each.name == name and each.reason for each in offers):
        said["reason"] = request.POST.get("reason", "")
    try:
        steps[name](row.pk, **said, **more)
    except Refusal as refusal:
        notes.error(request, str(refusal))
    else:
        notes.success(request, str(done[name]))
    return redirect(back, row.pk)


def key() -> str:
    """A key that makes the same form sent twice one act."""
    return uuid.uuid4().hex


def trail(procedure: Procedure, row: Any, *, reasons: Iterable[str] = ()) -> list[dict[str, Any]]:
    """The steps of a row as `components/timeline.html` shows them."""
    actions = [f"{name}_{procedure.kind}" for name in procedure.words]
    found = LogEntry.objects.filter(subject=f"{procedure.kind}:{row.pk}", action__in=actions)
    entries = found.select_related("by", "on_behalf_of").order_by("id")
    return [_entry(procedure, each, set(reasons)) for each in entries]


def _entry(procedure: Procedure, entry: LogEntry, failed: set[str]) -> dict[str, Any]:
    who = str(entry.by) if entry.by else _("系统作业")
    if entry.on_behalf_of:
        who = _("%(who)s（代 %(holder)s）") % {"who": who, "holder": entry.on_behalf_of}
    step = entry.action.removesuffix(f"_{procedure.kind}")
    return {
        "label": procedure.words[step],
        "state": "failed" if step in failed else "done",
        "at": entry.at,
        "by": who,
        "note": entry.reason,
    }


@dataclass(frozen=True)
class Record:
    """What `credit/working/record.html` shows of one paper."""

    title: str
    crumb: str
    back: str
    state: str
    tag: str
    sub: str = ""
    facts: Sequence[tuple[Word, Any]] = field(default_factory=tuple)
    steps: Sequence[Offer] = ()
    step_url: str = ""
    paper: str = ""


def pdf(name: str, content: bytes) -> HttpResponse:
    """A paper to take away."""
    headers = {
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "",
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type="application/pdf", headers=headers)
