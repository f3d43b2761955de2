"""The pages of rulebook versions: read one, as page, text or PDF, and take it a step further."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages as notes
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grading import books, pdf, presenters, queries, services, simulation
from grading.models import RulebookVersion
from grading.rules.checker import RulebookError, check_bytes
from managers.models import User
from managers.permissions import check_may, may
from managers.session import signed_in

#: Longer files are no regulation; what is cut off is refused by the checker.
MOST_BYTES = 4_000_000
Step = Callable[[HttpRequest, RulebookVersion, date], str]


def readable(request: HttpRequest, pk: int) -> RulebookVersion:
    """The version, or 404 for whoever may not read it."""
    return get_object_or_404(queries.readable(signed_in(request), timezone.localdate()), pk=pk)


@login_required
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: what it says, what is new, who made it; and the steps that may be taken."""
    return shown(request, readable(request, pk))


def shown(request: HttpRequest, row: RulebookVersion) -> HttpResponse:
    """The page of a version somebody may read."""
    on = max(timezone.localdate(), row.effective_on)
    context = {**books.page(row, on), **_steps(request, row)}
    return render(request, "grading/version.html", context)


def _steps(request: HttpRequest, row: RulebookVersion) -> dict[str, Any]:
    """Which steps the reader may take, and what an adoption in the past would change."""
    user, today = signed_in(request), timezone.localdate()
    edits, adopts = (may(user, action, on=today) for action in ("edit_rulebook", "adopt_rulebook"))
    own, is_open = row.made_by_id == user.pk, row.state in RulebookVersion.OPEN
    effective = _day(request.GET.get("effective", "")) or row.effective_on
    can_adopt = adopts and not own and row.state == RulebookVersion.State.SIMULATED
    return {
        "can": {
            "edit": edits and own and row.state == RulebookVersion.State.DRAFT,
            "check": edits and row.state == RulebookVersion.State.DRAFT,
            "simulated": edits
            and row.state == RulebookVersion.State.CHECKED
            and not simulation.published_periods(1),
            "revise": edits and own and row.state in RulebookVersion.OPEN[1:],
            "withdraw": edits and is_open,
            "adopt": can_adopt,
        },
        "waits": _waits(row, own=own, adopts=adopts, edits=edits),
        "effective": effective,
        "past": effective < today,
        "reissue": _reissue(row, effective) if can_adopt and effective < today else None,
        **_kept(row, user, today),
        "simulation_url": simulation_url(row.pk),
    }


def _waits(row: RulebookVersion, *, own: bool, adopts: bool, edits: bool) -> str:
    """Why the reader cannot take the next step, where somebody else can."""
    if row.state == RulebookVersion.State.SIMULATED and own:
        return _("等待第二人通过：起草人不能通过自己的稿。")
    if row.state == RulebookVersion.State.SIMULATED and not adopts and edits:
        return _("等待总行人力或总行风险的人员通过。")
    return ""


def _reissue(row: RulebookVersion, effective: date) -> list[dict[str, str]]:
    return named(row, services.would_change(row, effective_on=effective))


def _kept(row: RulebookVersion, user: User, today: date) -> dict[str, Any]:
    """What the adoption would have changed, for those who see simulated rulings, as far as they see them."""
    if row.reissue_changes is None or not any(may(user, each, on=today) for each in simulation.LOOKING):
        return {"kept": None}
    seen = set(simulation.people(user, today).values_list("employee_no", flat=True))
    shown = [each for each in row.reissue_changes if each["employee_no"] in seen]
    return {"kept": named(row, shown), "beyond": len(row.reissue_changes) - len(shown)}


def named(row: RulebookVersion, found: list[dict[str, str]]) -> list[dict[str, str]]:
    """Frozen verdicts that would change, with grades and outcomes in words."""
    book = queries.rulebook(row)
    return [
        {
            **each,
            "old": f"{_outcome(each['old_outcome'])} · {presenters.grade_short(book, each['old_grade'])}",
            "new": f"{_outcome(each['new_outcome'])} · {presenters.grade_short(book, each['new_grade'])}"
            if each["new_outcome"]
            else _("等级不在新办法的阶梯上"),
        }
        for each in found
    ]


def _outcome(code: str) -> str:
    return presenters.outcome_word(code)


def simulation_url(pk: int) -> str:
    """The page on which a version is tried out; "" where the house has none."""
    try:
        return reverse("simulation", args=[pk])
    except NoReverseMatch:
        return ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@login_required
def version_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The version as a PDF, in the reader's language or the one asked for (?lang=zh-hans or en)."""
    row = readable(request, pk)
    asked = request.GET.get("lang", "")
    language = {"zh": "zh-hans", "zh-hans": "zh-hans", "en": "en"}.get(asked) or translation.get_language()
    with translation.override(language):
        raw = pdf.document(books.page(row, max(timezone.localdate(), row.effective_on)))
    name = f"{row.code}-v{row.number}-{'en' if str(language).startswith('en') else 'zh'}.pdf"
    return HttpResponse(
        raw, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )


@login_required
def version_text(request: HttpRequest, pk: int) -> HttpResponse:
    """The file itself, as it would be checked and published from a command line."""
    row = readable(request, pk)
    headers = {"Content-Disposition": f'attachment; filename="{row.code}-v{row.number}.toml"'}
    return HttpResponse(row.content, content_type="text/plain; charset=utf-8", headers=headers)


@login_required
@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """A file becomes a draft; one with errors is answered with every one of them and its line."""
    user, today = signed_in(request), timezone.localdate()
    check_may(user, "edit_rulebook", on=today)
    file, day = request.FILES.get("file"), _day(request.POST.get("effective_on", ""))
    if file is None or day is None:
        notes.error(request, _("请选择文件，并写明拟自哪天起生效。"))
        return redirect("rulebooks")
    checked = check_bytes(file.read(MOST_BYTES), file=file.name or "rulebook.toml")
    if checked.errors:
        context = {"name": file.name, "findings": [books.flaw(each) for each in checked.findings]}
        return render(request, "grading/upload.html", context)
    file.seek(0)
    text = file.read(MOST_BYTES).decode("utf-8-sig")
    try:
        row = services.draft(text, effective_on=day, by=user, on=today)
    except services.Refusal as refusal:
        notes.error(request, str(refusal))
        return redirect("rulebooks")
    notes.success(request, _("已保存为第 %(number)s 版草稿。") % {"number": row.number})
    return redirect("rulebook_version", pk=row.pk)


@login_required
@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take one step of a version; what is refused says why, on the page one came from."""
    row = readable(request, pk)
    if name not in STEPS:
        raise Http404
    try:
        notes.success(request, STEPS[name](request, row, timezone.localdate()))
    except Preview as preview:
        return redirect(f"{reverse('rulebook_version', args=[pk])}?effective={preview}#adopt")
    except (services.Refusal, RulebookError, ValueError) as refusal:
        notes.error(request, str(refusal))
    back = reverse("numbers_grid", args=[row.code]) + f"?draft={pk}"
    return redirect(back if request.POST.get("from") == "grid" else reverse("rulebook_version", args=[pk]))


class Preview(Exception):
    """An adoption in the past is first shown with what it would change; the text is the day."""


def _check(request: HttpRequest, row: RulebookVersion, on: date) -> str:
    done = services.check(row, by=signed_in(request), on=on)
    return _("已核对：没有错误，%(count)s 处提示已随版本保存。") % {"count": len(done.warnings)}


def _simulated(request: HttpRequest, row: RulebookVersion, on: date) -> str:
    """Without anything to try the version out on, as in a bank that has just begun."""
    if simulation.published_periods(1):
        raise services.Refusal(_("已有发布的考核期：请先试算，看过结果后在试算页记为已试算。"))
    services.simulated(row, by=signed_in(request), on=on)
    return _("已记为试算完成，等待第二人通过。")


def _revise(request: HttpRequest, row: RulebookVersion, on: date) -> str:
    services.revise(row, by=signed_in(request), on=on)
    return _("已退回起草；修改后须重新核对和试算。")


def _withdraw(request: HttpRequest, row: RulebookVersion, on: date) -> str:
    services.withdraw(row, by=signed_in(request), on=on, reason=request.POST.get("reason", ""))
    return _("已撤回；这一稿留作查阅。")


def _adopt(request: HttpRequest, row: RulebookVersion, on: date) -> str:
    effective = _day(request.POST.get("effective_on", ""))
    if effective is None:
        raise services.Refusal(_("生效日须写成 2027-01-01 这样的日期。"))
    reason = request.POST.get("reason", "")
    if effective < on and request.POST.get("previewed") != effective.isoformat():
        raise Preview(effective.isoformat())
    done = services.adopt(row, effective_on=effective, by=signed_in(request), on=on, reason=reason)
    words = {"number": done.number, "day": done.effective_on}
    return _("第 %(number)s 版已通过，自 %(day)s 起生效。") % words


STEPS: dict[str, Step] = {
    "check": _check,
    "simulated": _simulated,
    "revise": _revise,
    "withdraw": _withdraw,
    "adopt": _adopt,
}
