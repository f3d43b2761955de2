"""Close a period: two people fix its last day's figures for good, under a checksum over every reading."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger import metrics, queries
from ledger.models import PeriodClosing, Run
from ledger.rules import windows
from ledger.rules.windows import Period
from ledger.services.extracts import lock_ledger
from ledger.services.verification import Invariant, Result
from managers.models import LogEntry, User

Covers = Mapping[str, Sequence[str]]


class ClosingRefused(Exception):
    """The period is not closed; the text says why and what to do."""


def close_period(period: Period, *, by: User, second: User, reason: str, on: date) -> PeriodClosing:
    """Fix the figures of the period's last business date for good. `on` is the day it is done.

    ClosingRefused where the period is not over, not published, waiting for corrections that have been
    delivered, or closed already; where two different people or the reason are lacking.
    """
    _check_people(by, second)
    reason = reason.strip()
    if not reason:
        raise ClosingRefused(_("请写明关账的原因。"))
    if period.end >= on:
        raise ClosingRefused(_("%(period)s 要到 %(end)s 才结束；请在其后关账。") % _words(period))
    with transaction.atomic():
        # No bundle is loaded and no night published while we look.
        lock_ledger()
        closing = _close(period, by=by, second=second, reason=reason)
        _log(closing)
    return closing


def _check_people(by: User, second: User) -> None:
    if by.pk == second.pk:
        raise ClosingRefused(_("经办人与复核人不能是同一人；请由第二人复核。"))
    for user in (by, second):
        if not user.is_active:
            raise ClosingRefused(_("用户“%(name)s”已停用；请换一人。") % {"name": user.username})
        if hasattr(user, "client_manager"):
            raise ClosingRefused(_("客户经理不能为考核自己的数字关账；请由其他人办理。"))


def _words(period: Period) -> dict[str, Any]:
    return {"period": period.code, "end": period.end}


def _close(period: Period, *, by: User, second: User, reason: str) -> PeriodClosing:
    if PeriodClosing.objects.filter(period=period.code).exists():
        raise ClosingRefused(_("%(period)s 已经关账；已关账的数字不再改变。") % _words(period))
    try:
        run = Run.objects.select_for_update(of=("self",)).get(pk=queries.current_run(period.end).pk)
    except queries.NotPublished:
        raise ClosingRefused(
            _("%(period)s 的末日 %(end)s 还没有发布；请先完成该日日终。") % _words(period)
        ) from None
    earlier = queries.closing_of(run)
    if earlier is None and not queries.answers_live(run):
        raise ClosingRefused(
            _("影响 %(end)s 的更正已入库、尚未重算；请先执行 run_nights 再关账。") % _words(period)
        )
    covers = _covers()
    return PeriodClosing.objects.create(
        period=period.code,
        run=run,
        through_bundle_id=queries.known_through(run),
        checksum=checksum(run, covers),
        covers=covers,
        closed_by=by,
        confirmed_by=second,
        reason=reason,
    )


def _covers() -> dict[str, list[str]]:
    """The tables that hold readings, with their columns but the run's."""
    tables = (source.stored._meta for source in metrics.sources())
    return {
        table.db_table: [each.column for each in table.concrete_fields if each.column and each.name != "run"]
        for table in tables
    }


def checksum(run: Run, covers: Covers) -> str:
    """SHA-256 over a run's date, version, floors and all its stored readings, in a fixed order and form."""
    digest = hashlib.sha256()
    for line in _lines(run, covers):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def _lines(run: Run, covers: Covers) -> Iterator[str]:
    yield json.dumps([run.business_date.isoformat(), run.version, [f"{floor:.2f}" for floor in run.floors]])
    for table in sorted(covers):
        yield table
        columns = ", ".join(f'"{column}"::text' for column in covers[table])
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT {columns} FROM {table} WHERE run_id = %s ORDER BY manager_id, "window" COLLATE "C"',
                [run.pk],
            )
            for row in cursor.fetchall():
                yield json.dumps(row)


def _log(closing: PeriodClosing) -> None:
    LogEntry.objects.create(
        by=closing.confirmed_by,
        action="close_period",
        subject=f"period:{closing.period}",
        reason=closing.reason,
        detail={
            "made_by": closing.closed_by.username,
            "run": str(closing.run),
            "through_bundle": closing.through_bundle_id,
            "checksum": closing.checksum,
        },
    )


def unchanged_since_closing(full: bool) -> Result:
    """The checksum of every closed period, taken again, is the one it was closed with (I10)."""
    hits = []
    closings = list(PeriodClosing.objects.select_related("run").order_by("period"))
    for closing in closings:
        found = checksum(closing.run, closing.covers)
        ends = windows.period(closing.period).end == closing.run.business_date
        if found != closing.checksum or not ends:
            hits.append(f"{closing.period} {closing.run}: {closing.checksum} / {found}")
    return Result(len(closings), tuple(hits))


I10 = Invariant(
    "I10",
    gettext_lazy("已关账期间的全部数字与关账时的校验和一致"),
    unchanged_since_closing,
    gettext_lazy("已关账的读数被改动：请从备份恢复该日读数，并核查数据库操作记录。"),
)
