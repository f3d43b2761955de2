"""Screening of behaviour: a campaign opens a sheet for every manager, whoever is in charge fills it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from managers.models import (
    Branch,
    ClientManager,
    ConductFinding,
    LogEntry,
    ScreeningCampaign,
    ScreeningSheet,
    User,
)
from managers.permissions import check_at
from managers.services import deadlines, findings
from managers.services.stepping import Procedure, Refusal, Word, subject, take

MANAGE, FILL = "manage_conduct", "fill_screening"
WORDS: Mapping[str, Word] = {"fill": gettext_lazy("填写"), "drop": gettext_lazy("不再填写")}
SCREENING = Procedure(
    ScreeningSheet, "screening", WORDS, related=("manager__branch", "manager__user", "campaign")
)
NONE = "none"
#: What an item may be answered with.
ANSWERS = (NONE, *ConductFinding.Severity.values)
#: Who is screened: whoever belongs to the bank, on post or not.
LEFT_OUT = (ClientManager.Status.LEFT, ClientManager.Status.CANDIDATE)
MOST_ITEMS = 30


@dataclass(frozen=True)
class Answer:
    """What was found on one item: `none`, `minor` or `serious`, and in words where there is something."""

    answer: str
    note: str = ""


def open_campaign(
    *,
    title: str,
    branch: Branch,
    starts_on: date,
    ends_on: date,
    due_on: date,
    items: Sequence[str],
    by: User,
    on: date,
) -> ScreeningCampaign:
    """Open a campaign with a sheet for every manager of the branch and all below it."""
    standing = check_at(by, MANAGE, branch, on=on)
    wanted = [each.strip() for each in items if each.strip()]
    _check_campaign(title, starts_on, ends_on, due_on, wanted, on)
    with transaction.atomic():
        made = ScreeningCampaign.objects.create(
            title=title.strip(),
            branch=branch,
            starts_on=starts_on,
            ends_on=ends_on,
            due_on=due_on,
            items=wanted,
            opened_by=by,
            opened_on=on,
        )
        people = ClientManager.objects.filter(branch__path__startswith=branch.path)
        ScreeningSheet.objects.bulk_create(
            ScreeningSheet(campaign=made, manager=each) for each in people.exclude(status__in=LEFT_OUT)
        )
        LogEntry.objects.create(
            by=by,
            on_behalf_of=standing.on_behalf_of,
            action="open_campaign",
            subject=f"campaign:{made.pk}",
            detail={"rows": made.sheets.count()},
        )
        _refresh(made, on)
        return made


def fill(sheet: ScreeningSheet, answers: Sequence[Answer], *, by: User, on: date, key: str = "") -> LogEntry:
    """Answer every item of a sheet; what was found becomes a finding at once. Not of oneself, nor of kin."""

    def move(row: ScreeningSheet) -> None:
        _check_answers(row, answers)
        row.answers = [
            {"item": item, "answer": each.answer, "note": each.note.strip()}
            for item, each in zip(row.campaign.items, answers, strict=True)
        ]
        row.filled_by, row.filled_on, row.filled_at = by, on, timezone.now()
        _open_findings(row, by=by, on=on)

    with transaction.atomic():
        entry = take(SCREENING, "fill", sheet.pk, by=by, on=on, action=FILL, move=move, key=key)
        deadlines.refresh("screening", [sheet.pk], on=on)
        return entry


def close(campaign: ScreeningCampaign, *, by: User, on: date, reason: str) -> None:
    """Risk ends a campaign; sheets not filled by then are filled no more, and the reason says why."""
    standing = check_at(by, MANAGE, campaign.branch, on=on)
    if not reason.strip():
        raise Refusal(_("须写明原因；请填写后再办理。"))
    with transaction.atomic():
        row = ScreeningCampaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
        if row.closed_on is not None:
            raise Refusal(_("这次排查已于 %(day)s 结束。") % {"day": row.closed_on})
        row.closed_on, row.closed_by = on, by
        row.save(update_fields=["closed_on", "closed_by"])
        LogEntry.objects.create(
            by=by,
            on_behalf_of=standing.on_behalf_of,
            action="close_campaign",
            subject=f"campaign:{row.pk}",
            reason=reason.strip(),
        )
        waiting = row.sheets.filter(state=ScreeningSheet.State.WAITING).values_list("pk", flat=True)
        for pk in list(waiting.order_by("pk")):
            take(SCREENING, "drop", pk, by=None, on=on, action="")
        _refresh(row, on)


def _open_findings(row: ScreeningSheet, *, by: User, on: date) -> None:
    """Each item with something found, in the step that fills the sheet: a repeat of it opens none."""
    for each in row.answers:
        if each["answer"] != NONE:
            findings.opened(
                row.manager,
                source=ConductFinding.Source.SCREENING,
                severity=each["answer"],
                summary=f"{each['item']}：{each['note']}",
                opened_on=on,
                due_on=findings.due(on, each["answer"]),
                by=by,
                on=on,
                basis=subject(SCREENING, row),
            )


def _check_answers(row: ScreeningSheet, answers: Sequence[Answer]) -> None:
    if len(answers) != len(row.campaign.items) or any(each.answer not in ANSWERS for each in answers):
        raise Refusal(_("每一项都要选择“无”“一般”或“严重”；请补齐后再提交。"))
    for number, each in enumerate(answers, 1):
        if each.answer != NONE and not 4 <= len(each.note.strip()) <= 500:
            raise Refusal(_("第 %(number)s 项发现问题，请写明情况（4 至 500 个字）。") % {"number": number})


def _check_campaign(
    title: str, starts_on: date, ends_on: date, due_on: date, items: Sequence[str], on: date
) -> None:
    if not title.strip():
        raise Refusal(_("请填写排查名称。"))
    if ends_on < starts_on or due_on < on:
        raise Refusal(_("排查期间的止期不能早于起期，完成期限须是今天或以后；请更正日期。"))
    if not 1 <= len(items) <= MOST_ITEMS or any(len(each) > 200 for each in items):
        raise Refusal(_("请列出 1 至 30 个排查项目，每行一项，每项不超过 200 个字。"))


def _refresh(campaign: ScreeningCampaign, on: date) -> None:
    deadlines.refresh("screening", list(campaign.sheets.values_list("pk", flat=True)), on=on)
