"""The work log: entries written and corrected by their manager, and looked at by the head."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from credit.models import LogReview, WorkLogEntry
from credit.services.working.procedures import WORK_LOG, answered, held, in_turn, log, own_file, said
from managers.models import ClientManager, Customer, StoredFile, User
from managers.permissions import check_may
from managers.services import files
from managers.services.stepping import Refusal

#: How many days back an entry may be dated: later it is no log any more.
DAYS_BACK = 31
PICTURES = ("image/jpeg", "image/png")


@dataclass(frozen=True)
class Written:
    """What one entry says."""

    kind: str
    day: date
    text: str
    next_step: str = ""
    next_on: date | None = None


def write(
    customer: Customer,
    written: Written,
    *,
    by: User,
    on: date,
    photo: Any = None,
    follows: WorkLogEntry | None = None,
    key: str = "",
) -> WorkLogEntry:
    """A new entry about a customer of one's own; `follows` is the entry whose next step it takes up."""
    manager = own_file(by, on=on)
    with transaction.atomic():
        in_turn(manager)
        earlier = answered("write_work_log", by=by, key=key)
        if earlier is not None:
            return WorkLogEntry.objects.get(pk=earlier)
        _check_days(written, on)
        held(manager, customer, written.day)
        if follows is not None and not _open(follows, manager, customer):
            raise Refusal(_("这一条的下一步已经跟进，或不是您对这位客户的记录；请从待跟进清单重新选择。"))
        row = _create(
            manager, customer, written, by=by, on=on, photo=_kept(photo, customer, by), follows=follows
        )
        log("write_work_log", row, WORK_LOG, by=by, key=key)
    return row


def correct(entry: WorkLogEntry, written: Written, *, by: User, on: date, key: str = "") -> WorkLogEntry:
    """A new entry in the place of one's earlier one, which stays to be read.

    A next step that was taken up already is done: the correction carries none.
    """
    manager = own_file(by, on=on)
    with transaction.atomic():
        in_turn(manager)
        earlier = answered("correct_work_log", by=by, key=key)
        if earlier is not None:
            return WorkLogEntry.objects.get(pk=earlier)
        old = WorkLogEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
        if old.manager_id != manager.pk:
            raise PermissionDenied(_("只能更正本人的记录。"))
        if WorkLogEntry.objects.filter(corrects=old).exists():
            raise Refusal(_("这一条已经更正过；请打开最新的一条再更正。"))
        if old.followed_by.filter(corrected_by__isnull=True).exists():
            written = Written(written.kind, written.day, written.text)
        row = _create(
            manager, old.customer, written, by=by, on=on, photo=old.photo, follows=old.follows, corrects=old
        )
        log("correct_work_log", row, WORK_LOG, by=by, key=key, detail={"corrected": old.pk})
    return row


def review(entries: Iterable[int], *, by: User, on: date, comment: str = "") -> int:
    """The head has read these entries; how many were new. One that was read before stays as it was."""
    comment = comment.strip()[:500]
    count = 0
    with transaction.atomic():
        rows = WorkLogEntry.objects.select_for_update(of=("self",)).select_related("manager__branch")
        for row in rows.filter(pk__in=list(entries)).order_by("pk"):
            standing = check_may(by, "review_work_log", on=on, about=row.manager)
            if LogReview.objects.filter(entry=row).exists():
                continue
            LogReview.objects.create(
                entry=row, reviewed_by=by, on_behalf_of=standing.on_behalf_of, comment=comment
            )
            log("review_work_log", row, WORK_LOG, by=by, acting_for=standing.on_behalf_of, reason=comment)
            count += 1
    return count


def _open(follows: WorkLogEntry, manager: ClientManager, customer: Customer) -> bool:
    mine = (follows.manager_id, follows.customer_id) == (manager.pk, customer.pk)
    return mine and WorkLogEntry.objects.all().open_steps().filter(pk=follows.pk).exists()


def _create(
    manager: ClientManager,
    customer: Customer,
    written: Written,
    *,
    by: User,
    on: date,
    photo: StoredFile | None,
    follows: WorkLogEntry | None,
    corrects: WorkLogEntry | None = None,
) -> WorkLogEntry:
    _check_days(written, on)
    return WorkLogEntry.objects.create(
        manager=manager,
        customer=customer,
        kind=written.kind,
        day=written.day,
        text=said(written.text, _("内容"), 2000),
        next_step=written.next_step.strip()[:300],
        next_on=written.next_on,
        photo=photo,
        follows=follows,
        corrects=corrects,
        written_by=by,
    )


def _check_days(written: Written, on: date) -> None:
    if written.day > on:
        raise Refusal(_("日期 %(day)s 还没有到；将来的安排请写在“下一步”。") % {"day": written.day})
    if written.day < on - timedelta(days=DAYS_BACK):
        raise Refusal(_("只能补记最近 %(count)s 天之内的工作；请改日期。") % {"count": DAYS_BACK})
    if bool(written.next_step.strip()) != (written.next_on is not None):
        raise Refusal(_("“下一步”和日期要一起填写，或都不填。"))
    if written.next_on is not None and written.next_on < written.day:
        raise Refusal(_("下一步的日期不能早于这次的日期 %(day)s。") % {"day": written.day})


def _kept(photo: Any, customer: Customer, by: User) -> StoredFile | None:
    if not photo:
        return None
    found = files.keep(photo, by=by, customer=customer, permission="view_working")
    if found.media_type not in PICTURES:
        raise Refusal(_("照片须是 JPG 或 PNG；请重新选择。"))
    return found
