"""What the desks of risk and of the group share: the list with its filters, and the evidence beside it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import messages as notes
from django.core.paginator import Paginator
from django.db.models import Case, F, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal import messages, presenters, queries, services
from appraisal.forms import NO_FLAG, DeskFilter
from appraisal.models import Appraisal
from appraisal.rules import flags
from grading import presenters as grades
from grading import queries as grading
from grading import standings
from ledger import queries as ledger
from ledger.rules import windows
from managers.backoffice import history_url
from managers.permissions import check_may, may
from managers.services import identity
from managers.session import signed_in

ROWS_A_PAGE = 25


@dataclass(frozen=True)
class Desk:
    """A desk: where it is, in which states its appraisals wait, and what one must be allowed to do."""

    url: str
    states: tuple[str, ...]
    action: str


def listed(request: HttpRequest, desk: Desk, on: date, *, first: Iterable[int] = ()) -> dict[str, Any]:
    """The list of a desk as filtered, the cases of `first` before the others, and the one chosen."""
    check_may(signed_in(request), desk.action, on=on)
    every = waiting(request, desk.states, on)
    found_here = every.filter(state=desk.states[0])
    form = DeskFilter(request.GET, branches=_branches(found_here), grades=_grades(found_here))
    chosen = form.chosen()
    found = filtered(found_here, chosen)
    mine = list(first)
    if mine:
        ordered = Case(When(pk__in=mine, then=0), default=1)
        found = found.order_by(ordered, "state_since", "pk")
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    now = timezone.now()
    return {
        "desk": desk.url,
        "form": form,
        "chosen": chosen,
        "page": page,
        "found": found,
        "rows": [presenters.row(each, now) for each in page],
        "query": urlencode(chosen),
        "opened": bool(request.GET.get("id")),
        **_chips(found_here, chosen),
        **_panel(request, page.object_list, every, on),
    }


def waiting(request: HttpRequest, states: tuple[str, ...], on: date) -> QuerySet[Appraisal]:
    """What waits in these states within the reader's scope, the longest waiting first."""
    found = queries.visible(signed_in(request), on).filter(state__in=states)
    return found.order_by("state_since", "pk")


def _branches(waiting: QuerySet[Appraisal]) -> list[tuple[str, str]]:
    pairs = waiting.order_by("manager__branch__path").values_list(
        "manager__branch__code", "manager__branch__name"
    )
    return list(dict.fromkeys(pairs))


def _grades(waiting: QuerySet[Appraisal]) -> list[tuple[str, str]]:
    """The grades in the list, from the top of the ladder; one rulebook names them."""
    codes = set(waiting.order_by().values_list("verdict__grade_code", flat=True).distinct())
    first = waiting.first()
    if first is None or first.verdict is None:
        return []
    book = grading.rulebook(first.verdict.rulebook)
    return [(grade.code, grades.short(grade)) for grade in book.grades if grade.code in codes]


def filtered(waiting: QuerySet[Appraisal], chosen: dict[str, str]) -> QuerySet[Appraisal]:
    """What is left of a list by the filters chosen."""
    found = waiting
    for name, value in chosen.items():
        found = _FILTERS[name](found, value)
    return found


def _by_flag(found: QuerySet[Appraisal], code: str) -> QuerySet[Appraisal]:
    return found.filter(flags=[]) if code == NO_FLAG else found.filter(flags__contains=[{"code": code}])


def _by_move(found: QuerySet[Appraisal], move: str) -> QuerySet[Appraisal]:
    same = Q(verdict__proposed_grade=F("verdict__grade_code"))
    if move == "same":
        return found.filter(same)
    return found.exclude(same).filter(verdict__outcome="promote" if move == "up" else "demote")


_FILTERS: dict[str, Callable[[QuerySet[Appraisal], str], QuerySet[Appraisal]]] = {
    "flag": _by_flag,
    "branch": lambda found, code: found.filter(manager__branch__code=code),
    "grade": lambda found, code: found.filter(verdict__grade_code=code),
    "proposed": _by_move,
    "age": lambda found, days: found.filter(state_since__lt=timezone.now() - timedelta(days=int(days))),
}


def _chips(waiting: QuerySet[Appraisal], chosen: dict[str, str]) -> dict[str, Any]:
    """The flags there are with their numbers, as filters; the chip of the one chosen takes it back."""
    raised = list(waiting.values_list("flags", flat=True))
    counts = Counter(code for each in raised for code in {flag["code"] for flag in each})
    counts[NO_FLAG] = sum(1 for each in raised if not each)
    known = [
        (code, messages.flag_name(code), messages.flag_tone({"code": code})) for code in _occurring(counts)
    ]
    chips = [*known, (NO_FLAG, _("无标记"), "ok")]
    rest = {name: value for name, value in chosen.items() if name != "flag"}
    return {
        "total": len(raised),
        "flagged": len(raised) - counts[NO_FLAG],
        "chips": [
            {
                "label": f"{label} {counts[code]}",
                "state": tone,
                "current": chosen.get("flag") == code,
                "url": "?" + urlencode(rest if chosen.get("flag") == code else {**rest, "flag": code}),
            }
            for code, label, tone in chips
            if counts[code]
        ],
    }


def _occurring(counts: Counter[str]) -> list[str]:
    """The codes of flags that occur, the gravest first."""
    return [code for code in flags.CODES if counts[code]]


def _panel(request: HttpRequest, shown: Any, every: QuerySet[Appraisal], on: date) -> dict[str, Any]:
    """The evidence of the appraisal chosen, else of the first in the list."""
    asked = request.GET.get("id", "")
    selected: Appraisal | None = next(iter(shown), None) or every.first()
    if asked.isascii() and asked.isdecimal():
        selected = get_object_or_404(every, pk=int(asked))
    if selected is None or selected.verdict is None:
        return {"selected": None}
    user = signed_in(request)
    identity.note_reading(selected.manager, by=user, on=on, subject=f"appraisal:{selected.pk}")
    return {
        "selected": presenters.row(selected, timezone.now()),
        "evidence": presenters.evidence(selected, before(selected)),
        "steps": presenters.timeline(selected, queries.steps(selected), named=True),
        "key": uuid4().hex,
        "papers": services.papers_of(selected, by=user),
        "history_url": history_url(Appraisal, selected.pk) if may(user, "view_log", on=on) else "",
        "may_step": queries.next_steps(selected, by=user, on=on),
        "sees_customers": may(user, "view_people", on=on, about=selected.manager),
    }


def before(appraisal: Appraisal) -> Any:
    """The verdict on the last day of the quarter before, where that night is published."""
    stored = appraisal.verdict
    assert stored is not None
    try:
        run = ledger.current_run(windows.window("previous_quarter", stored.on).end)
    except ledger.NotPublished:
        return None
    return standings.judged(appraisal.manager, version=stored.rulebook, run=run)


def step(
    request: HttpRequest, desk: Desk, pk: int, take: Callable[[Appraisal, date, str], str]
) -> HttpResponse:
    """Take a step on an appraisal in one's scope and come back to the list, with what was said.

    `take` is given the appraisal, the day and the key of the request, and gives back what to say.
    """
    on = timezone.localdate()
    check_may(signed_in(request), desk.action, on=on)
    row = get_object_or_404(queries.visible(signed_in(request), on), pk=pk)
    back = request.POST.get("query", "")
    try:
        said = take(row, on, request.POST.get("key", ""))
    except services.Refusal as refusal:
        notes.error(request, str(refusal))
        back = urlencode({"id": pk}) + (f"&{back}" if back else "") if row.state in desk.states else back
    else:
        notes.success(request, said % {"who": row.manager.name})
    return redirect(f"{reverse(desk.url)}?{back}" if back else reverse(desk.url))
