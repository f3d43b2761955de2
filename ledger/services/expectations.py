"""Feed expectations: which file is to arrive when, kept by head office HR, each change with a log entry."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ledger import feeds
from ledger.models import FeedExpectation
from managers.models import LogEntry, User
from managers.permissions import check_may

ACTION = "expect_feeds"
REFUSALS = {
    "unknown_file": gettext_lazy("没有这种按日送达的文件；可用：%(known)s。"),
    "already_expected": gettext_lazy("该文件已有未结束或同日起的约定；请先结束那一条。"),
    "ends_before_start": gettext_lazy("止日不能早于起日。"),
    "ended": gettext_lazy("这条约定已经结束；如须恢复请另建一条。"),
}


class ExpectationRefused(ValueError):
    """An expectation that cannot be kept as given; the text says why and what to do."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(str(REFUSALS[code]) % {"known": "、".join(expectable())})


def expectable() -> list[str]:
    """Files whose rows carry a business date: only those can be due for a day."""
    return [feed.name for feed in feeds.files() if feed.dated]


def expect(
    file: str, *, starts_on: date, days: str, by: User, at: datetime, ended_on: date | None = None
) -> FeedExpectation:
    """From `starts_on` on the file is due for every day of the kind `days` (`FeedExpectation.Days`).

    Raises PermissionDenied, or ExpectationRefused for an unknown file or one that is expected already.
    """
    check_may(by, ACTION, on=timezone.localdate(at))
    if file not in expectable():
        raise ExpectationRefused("unknown_file")
    if ended_on is not None and ended_on < starts_on:
        raise ExpectationRefused("ends_before_start")
    try:
        with transaction.atomic():
            row = FeedExpectation.objects.create(
                file=file, starts_on=starts_on, ended_on=ended_on, days=FeedExpectation.Days(days)
            )
            _log("expect_feed", row, by)
    except IntegrityError:
        raise ExpectationRefused("already_expected") from None
    return row


def end(expectation: FeedExpectation, *, on: date, by: User, at: datetime) -> FeedExpectation:
    """`on` is the last day for which the file is due.

    Raises PermissionDenied, or ExpectationRefused where it has ended already or would before it began.
    """
    check_may(by, ACTION, on=timezone.localdate(at))
    with transaction.atomic():
        row = FeedExpectation.objects.select_for_update().get(pk=expectation.pk)
        if row.ended_on is not None:
            raise ExpectationRefused("ended")
        if on < row.starts_on:
            raise ExpectationRefused("ends_before_start")
        row.ended_on = on
        row.save(update_fields=["ended_on"])
        _log("end_feed", row, by)
    return row


def _log(action: str, row: FeedExpectation, by: User) -> None:
    detail = {
        "starts_on": row.starts_on.isoformat(),
        "ended_on": row.ended_on.isoformat() if row.ended_on else None,
        "days": row.days,
    }
    LogEntry.objects.create(by=by, action=action, subject=f"feed:{row.file}", detail=detail)
