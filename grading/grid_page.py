"""The numbers grid: next year's standards entered cell by cell, beside those in force, kept as a draft."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from grading import books, grids, presenters, queries, services, texts, version_pages
from grading.grids import Key
from grading.models import RulebookVersion
from grading.rules import checker
from grading.rules.findings import Finding
from managers.permissions import may
from managers.session import signed_in

LONGEST_CITATION = 200


@dataclass
class Work:
    """What a request is about: the draft if any, the version it is compared with, the day, the entries."""

    base: RulebookVersion
    draft: RulebookVersion | None
    on: date
    cites: str = ""
    given: dict[Key, str] = field(default_factory=dict)
    wrong: dict[Key, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def shown(self) -> RulebookVersion:
        """The version whose numbers stand in the cells."""
        return self.draft or self.base


@login_required
def grid(request: HttpRequest, code: str) -> HttpResponse:
    """The grid of a scheme for a day, or of a draft; posted: its entries become a draft."""
    work = _work(request, code)
    if request.method == "POST":
        if not may(signed_in(request), "edit_rulebook", on=timezone.localdate()):
            raise PermissionDenied(_("您的角色不包括起草管理办法；如确有需要，请联系安全管理员授权。"))
        kept = _keep(request, work)
        if kept is not None:
            notes.success(request, _("已保存为第 %(number)s 版草稿。") % {"number": kept.number})
            return redirect(f"{reverse('numbers_grid', args=[code])}?draft={kept.pk}")
    return render(request, "grading/grid.html", _context(request, work))


def _work(request: HttpRequest, code: str) -> Work:
    """The draft or version an address or a form names; 404 where there is none to be read."""
    asked = request.POST if request.method == "POST" else request.GET
    versions = queries.readable(signed_in(request), timezone.localdate()).filter(code=code)
    draft = get_object_or_404(versions, pk=asked["draft"]) if asked.get("draft", "").isdigit() else None
    on = _day(asked.get("on", "")) or (draft.effective_on if draft else _next_year())
    if draft is not None:
        return Work(draft.based_on or draft, draft, on)
    if asked.get("base", "").isdigit():
        return Work(get_object_or_404(versions, pk=asked["base"]), None, on)
    try:
        return Work(queries.version_in_force(code, on), None, on)
    except queries.NoRulebook:
        raise Http404(_("这一天没有生效的办法。")) from None


def _next_year() -> date:
    return date(timezone.localdate().year + 1, 1, 1)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _keep(request: HttpRequest, work: Work) -> RulebookVersion | None:
    """The draft that the entries make; None where something in them is wrong, which `work` then says."""
    base = queries.rulebook(work.base)
    work.given = _entries(request, work)
    read = grids.read(base, work.given)
    work.wrong, work.cites = dict(read.errors), request.POST.get("cites", "").strip()[:LONGEST_CITATION]
    day = _day(request.POST.get("on", ""))
    if day is None:
        work.errors["on"] = _("生效日须写成 2027-01-01 这样的日期。")
    if work.wrong or day is None:
        return None
    numbers = _numbers(work, read.amounts)
    if not numbers:
        work.errors["all"] = _("没有改动：至少改一个数再保存。")
    elif any(not number.cites for number in numbers):
        work.errors["cites"] = _("请写明依据，如文号或条款；每个新数都要有出处。")
    return None if work.errors else _stored(request, work, numbers)


def _entries(request: HttpRequest, work: Work) -> dict[Key, str]:
    """What was entered, by cell; cells that never had a number and got none are left out."""
    found = grids.cells(queries.rulebook(work.base), queries.rulebook(work.shown), work.on)
    given = {key: request.POST[cell.name].strip() for key, cell in found.items() if cell.name in request.POST}
    return {key: text for key, text in given.items() if text or found[key].old is not None}


def _numbers(work: Work, amounts: dict[Key, Decimal | None] | Any) -> list[texts.NewNumber]:
    base, shown = queries.rulebook(work.base), queries.rulebook(work.shown)
    kept = grids.cited(base, shown, amounts, work.on) if work.draft is not None else {}
    return grids.new_numbers(base, amounts, on=work.on, cites=work.cites, kept=kept)


def _stored(request: HttpRequest, work: Work, numbers: list[texts.NewNumber]) -> RulebookVersion | None:
    """The new text as a draft, or in the draft there is; its errors in the cells they point at."""
    text = texts.with_numbers(work.base.content, numbers, starts_on=work.on)
    step: dict[str, Any] = {"effective_on": work.on, "by": signed_in(request), "on": timezone.localdate()}
    try:
        if work.draft is not None:
            return services.rewrite(work.draft, text, **step)
        return services.draft(text, based_on=work.base, **step)
    except checker.RulebookError as problem:
        work.findings = problem.findings
        work.wrong = grids.located(problem.findings, queries.rulebook(work.base))
    except services.Refusal as refusal:
        work.errors["all"] = str(refusal)
    return None


def _context(request: HttpRequest, work: Work) -> dict[str, Any]:
    base, shown = queries.rulebook(work.base), queries.rulebook(work.shown)
    found = grids.cells(base, shown, work.on, work.given, work.wrong)
    row, user = work.draft, signed_in(request)
    edits = may(user, "edit_rulebook", on=timezone.localdate())
    return {
        "work": work,
        "title": presenters.titled(shown.scheme),
        "grades": [presenters.short(grade) for grade in shown.grades],
        "rows": grids.rows(shown, found),
        "changed": sum(cell.changed for cell in found.values()),
        "wrong": len(work.wrong),
        "editable": edits and (row is None or (row.state == "draft" and row.made_by_id == user.pk)),
        "can_check": edits and row is not None and row.state == RulebookVersion.State.DRAFT,
        "findings": [books.flaw(each) for each in _findings(work)],
        "drafts": _drafts(request, work),
        "tone": books.STATE_TONES[work.shown.state],
        "simulation_url": version_pages.simulation_url(row.pk) if row is not None else "",
    }


def _findings(work: Work) -> tuple[Finding, ...]:
    """What the checker says of the entries that were not kept, or of the text shown."""
    return work.findings or checker.check(work.shown.content).findings


def _drafts(request: HttpRequest, work: Work) -> list[RulebookVersion]:
    """Other drafts of the scheme that are still on their way."""
    versions = queries.readable(signed_in(request), timezone.localdate())
    drafts = versions.filter(code=work.base.code, state__in=RulebookVersion.OPEN).order_by("-number")
    return [each for each in drafts if work.draft is None or each.pk != work.draft.pk]
