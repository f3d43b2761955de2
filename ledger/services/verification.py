"""The invariants: what must hold of everything stored, each checked by a reading of its own."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger import feeds, queries
from ledger.models import Bundle, BundleFile, Chunk, LedgerState, Run
from ledger.rules import windows
from ledger.services import blocks, positions
from ledger.sql import set_wise, statement
from managers.models import Assignment, Customer
from managers.services import accounts, deadlines, outbox

SAMPLE = 50
NIL = (Decimal(0), Decimal(0), Decimal(0))


@dataclass(frozen=True)
class Result:
    """What a check found: how many things it looked at, and those for which the invariant does not hold."""

    checked: int
    hits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Invariant:
    """One invariant of `reliability.md`: its number, what must hold, what to do where it does not."""

    code: str
    name: Promise
    check: Callable[[bool], Result]
    remedy: Promise


_INVARIANTS: list[Invariant] = []


def register(invariant: Invariant) -> None:
    """Add a check, of the ledger's own or of an app further right; called once."""
    if invariant not in _INVARIANTS:
        _INVARIANTS.append(invariant)


def verify(*, full: bool) -> Iterator[tuple[Invariant, Result]]:
    """Check every invariant, by its number; `full` looks at everything where else a sample would do.

    All checks see one and the same state of the database.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for invariant in sorted(_INVARIANTS, key=lambda each: each.code):
            yield invariant, invariant.check(full)


def _rows(name: str, given: dict[str, Any]) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(statement(name), given)
        return cursor.fetchall()


def _told(rows: Iterable[tuple[object, ...]]) -> tuple[str, ...]:
    return tuple(" ".join(str(part) for part in row) for row in rows)


def _shares(full: bool) -> Result:
    held = Assignment.objects.current().aggregate(count=Count("customer", distinct=True))["count"]
    return Result(held, _told(_rows("verify_shares", {})))


def _totals(full: bool) -> Result:
    """Credited plus unclaimed equals what customers hold and what their accounts are worth."""
    fresh = Run.objects.filter(is_current=True, business_date__in=queries.fresh_dates())
    newest = fresh.order_by("-business_date")
    runs = list(newest if full else newest[:1])
    if not runs:
        return Result(0)
    first = windows.window("month", runs[-1].business_date).start
    days = _daily_totals(first, runs[0].business_date)
    return Result(len(runs), tuple(hit for run in reversed(runs) for hit in _untied(run, days)))


#: Per bucket and day: held by customers, unclaimed, worth of the accounts.
Totals = dict[tuple[str, date], tuple[Decimal, Decimal, Decimal]]


def _daily_totals(start: date, end: date) -> Totals:
    given = {"start": start, "end": end}
    with set_wise() as cursor:
        cursor.execute(statement("verify_accounts"), given)
        worth = {(bucket, day): amount for bucket, day, amount in cursor.fetchall()}
        cursor.execute(statement("verify_totals"), given)
        held = {(bucket, day): (amount, unclaimed) for bucket, day, amount, unclaimed in cursor.fetchall()}
    nothing = Decimal(0)
    return {
        key: (*held.get(key, (nothing, nothing)), worth.get(key, nothing))
        for key in worth.keys() | held.keys()
    }


def _untied(run: Run, days: Totals) -> Iterator[str]:
    """Buckets of a run whose month does not tie."""
    start = windows.window("month", run.business_date).start
    for bucket, amount in queries.credited_totals(run, "month").items():
        month = [
            totals
            for (kind, day), totals in days.items()
            if kind == bucket and start <= day <= run.business_date
        ]
        held, unclaimed, worth = (
            (sum(column, Decimal(0)) for column in zip(*month, strict=True)) if month else NIL
        )
        if not amount + unclaimed == held == worth:
            yield f"{run} {bucket}: {amount} + {unclaimed} / {held} / {worth}"


def _products(full: bool) -> Result:
    """Kept products against the sums of all days; a sample that is another one every day, or all."""
    state = LedgerState.objects.filter(applied_through__isnull=False).first()
    if state is None or state.applied_through is None:
        return Result(0)
    through = state.applied_through
    if full:
        return Result(Customer.objects.count(), _told(_unequal(None, through)))
    who = _sample(SAMPLE, str(through))
    return Result(len(who), _told(_unequal(who, through)))


def unequal_products(*, sample: int, seed: str, through: date) -> tuple[str, ...]:
    """Of some customers, which the seed picks, those whose products are not what the delivered rows say.

    They are of one block, so that a night does not read the others for them.
    """
    slots = blocks.pick(_digest(f"{seed} block"))
    return _told(_unequal(_sample(sample, seed, slots), through))


def _unequal(who: list[int] | None, through: date) -> list[tuple[object, ...]]:
    given = {"customers": who, "start": queries.history_start(), "through": through}
    with connection.cursor() as cursor:
        astray = positions.astray(cursor, who, through=through, history_start=queries.history_start())
    return [*_rows("verify_products", given), *((number, "position") for number in astray)]


def _sample(size: int, seed: str, slots: tuple[int, int] = (0, Chunk.SLOTS - 1)) -> list[int]:
    """Customers of some slots picked by their number, without looking at all of them."""
    last = Customer.objects.aggregate(last=Max("id"))["last"] or 0
    picks = [_digest(f"{seed} {number}") % (last + 1) for number in range(size)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.id FROM unnest(%s::bigint[]) AS p (pick) CROSS JOIN LATERAL ("
            "SELECT id FROM managers_customer WHERE id >= pick AND id %% 1024 BETWEEN %s AND %s"
            " ORDER BY id LIMIT 1) AS c",
            [picks, *slots],
        )
        return [number for (number,) in cursor.fetchall()]


def _digest(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest())


def _runs(full: bool) -> Result:
    readings = len(windows.TO_DATE)
    published = Run.objects.filter(is_current=True).count()
    return Result(published, _told(_rows("verify_runs", {"readings": readings})))


def _counts(full: bool) -> Result:
    """Rows delivered are rows kept, file by file, for the files of which every row is kept."""
    kept = {feed.name: feed.keeps_rows_in for feed in feeds.files() if feed.keeps_rows_in}
    hits = []
    for file in BundleFile.objects.order_by("bundle_id", "name"):
        found = _kept(file, kept.get(file.name))
        if file.rows != file.loaded + file.quarantined or found not in (None, file.loaded):
            hits.append(
                f"{file.bundle_id} {file.name}: {file.rows} / {file.loaded} + {file.quarantined} / {found}"
            )
    return Result(BundleFile.objects.count(), tuple(hits))


def _kept(file: BundleFile, table: str | None) -> int | None:
    """How many rows of a delivered file there are; None where they cannot be told from earlier ones."""
    same = BundleFile.objects.filter(
        name=file.name, sha256=file.sha256, bundle_id__lt=file.bundle_id, rows__gt=0
    )
    repeatable = {feed.name: feed.repeatable for feed in feeds.files()}.get(file.name, True)
    if table is None or (not repeatable and same.exists()):
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE bundle_id = %s", [file.bundle_id])
        return cursor.fetchone()[0]


#: Table, condition that no row may meet, and columns that name the row.
FORBIDDEN = (
    ("ledger_balancechange", "balance = 'NaN'", "account_id, business_date"),
    ("ledger_fxrate", "rate = 'NaN' OR rate <= 0", "currency, business_date"),
    ("ledger_settlement", "usd_amount = 'NaN'", "customer_id, business_date"),
    ("ledger_event", "quantity = 'NaN'", "manager_id, business_date, code"),
    ("ledger_target", "value = 'NaN' OR ends_on < starts_on", "manager_id, metric, starts_on"),
    (
        "ledger_customerproduct",
        "least(deposit, deposit_product, agreement, agreement_product, overdraft, overdraft_product) < 0",
        "customer_id, since",
    ),
    (
        "ledger_reading",
        "'NaN' = ANY (deposit_product || loan_product || settlement_usd || largest_deposit_product"
        " || largest_loan_product || base_product) OR 0 > ANY (deposit_product || largest_deposit_product)",
        'run_id, manager_id, "window"',
    ),
    (
        "managers_assignment",
        "share = 'NaN' OR share < 0 OR share > 1 OR ends_on < starts_on",
        "customer_id, manager_id, starts_on",
    ),
    (
        "managers_assignment",
        "source_bundle NOT IN (SELECT id FROM ledger_bundle) OR superseded_by NOT IN"
        " (SELECT id FROM ledger_bundle)",
        "customer_id, manager_id, starts_on",
    ),
    (
        "managers_branch",
        "path <> coalesce((SELECT p.path FROM managers_branch p"
        " WHERE p.id = managers_branch.parent_id), '/') || code || '/'",
        "code, path",
    ),
    ("ledger_account", "closed_on < opened_on", "account_no"),
)


def forbidden(rows: Iterable[tuple[str, str, str]]) -> Result:
    """Rows of tables that meet a condition no row may meet."""
    hits: list[str] = []
    checked = 0
    with connection.cursor() as cursor:
        for table, condition, key in rows:
            cursor.execute(f"SELECT count(*) FROM {table}")
            checked += cursor.fetchone()[0]
            cursor.execute(f"SELECT {key} FROM {table} WHERE {condition} ORDER BY 1 LIMIT 100")
            hits += [f"{table} {row}" for row in _told(cursor.fetchall())]
    return Result(checked, tuple(hits))


def _outside(full: bool) -> Result:
    """Messages that did not get out in time, and ways in for those who are inactive."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        live, left_open = accounts.left_open(cursor.fetchone()[0])
    return Result(outbox.waiting() + live, (*outbox.overdue(), *left_open))


def _notices(full: bool) -> Result:
    """To-dos that stayed open although nothing waits any more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_date")
        opened, astray = deadlines.astray(cursor.fetchone()[0])
    return Result(opened, tuple(astray))


for _invariant in (
    Invariant(
        "I01",
        _("客户每日归属比例合计不超过 1，同一归属期间不重叠"),
        _shares,
        _("请更正归属（assignments.csv）后重新送达。"),
    ),
    Invariant(
        "I02",
        _("客户经理合计 + 未认领 = 客户合计 = 账户合计（当月逐日）"),
        _totals,
        _("请停止使用该日数据，重新执行日终；仍不符时联系运维核查。"),
    ),
    Invariant(
        "I03",
        _("积数与逐日重算一致"),
        _products,
        _("积数表已被改动：请以更正批次触发所列客户重算，并核查数据库操作记录。"),
    ),
    Invariant(
        "I07",
        _("已发布日终读数齐全、每日仅一个现行版本、日期连续"),
        _runs,
        _("请重新执行 run_nights；缺数据的日期请先补送数据包。"),
    ),
    Invariant(
        "I08", _("送达行数 = 入库 + 隔离"), _counts, _("明细行已被改动：请从备份恢复，或重新送达该文件。")
    ),
    Invariant(
        "I11",
        _("无 NaN、无不应有的负数、无孤立记录"),
        lambda full: forbidden(FORBIDDEN),
        _("请核查所列记录的来源批次，并以更正批次修正。"),
    ),
    Invariant(
        "I12",
        _("待发消息 10 分钟内发出；停用账号没有会话与令牌"),
        _outside,
        _("消息：检查 worker、beat 与邮件服务器；账号：执行 deactivate_user。"),
    ),
    Invariant(
        "I13",
        _("已办结的事项没有未了的待办"),
        _notices,
        _("待办会在下一次期限作业时关闭；反复出现时请运维核查办理该步骤的程序。"),
    ),
):
    register(_invariant)


def bundles_loaded() -> int:
    """How many bundles there are, so that a clean report over nothing is seen for what it is."""
    return Bundle.objects.count()
