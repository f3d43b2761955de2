"""What pages show of the ledger: curves, customers, where a fact came from, how fresh the figures are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from ledger import board, queries
from ledger.models import Bundle
from ledger.queries import Contribution
from ledger.rules import money
from ledger.rules.explaining import Source
from ledger.services.extracts import HANDOVER

#: Days a delivery may take before the figures count as old: the night before last is still fresh.
FRESH_DAYS = 2
YI = 10**8
STEP = timedelta(days=7)


def short(amount: Decimal) -> str:
    """An amount in yuan inside a sentence, as people say it in the reader's language."""
    return money.short_amount(amount, language=get_language() or "zh")


def sampled(start: date, end: date) -> list[date]:
    """Every seventh day of a span, and its last one."""
    weeks = range((end - start).days // STEP.days + 1)
    return sorted({start + STEP * week for week in weeks} | {end})


def curves(
    by_day: Mapping[date, Sequence[Contribution]], *, start: date, floor: Decimal
) -> dict[str, list[tuple[str, str]]]:
    """Year-to-date averages of deposits and loans on each day, as the chart takes them (yuan, text)."""
    found: dict[str, list[tuple[str, str]]] = {"deposit": [], "loan": []}
    for day, rows in sorted(by_day.items()):
        days = (day - start).days + 1
        inside = [row for row in rows if row.own_deposit >= floor * days]
        for bucket, points in found.items():
            product = sum((Fraction(getattr(row, bucket)) for row in inside), Fraction(0))
            points.append((day.isoformat(), str(money.round_half_up(product / days))))
    return found


def chart(
    name: str,
    points: list[tuple[str, str]],
    thresholds: list[dict[str, Any]],
    projected: tuple[date, Fraction] | None,
) -> dict[str, Any]:
    """One curve with its thresholds; the projection leads from the last point to the period's end."""
    ahead = []
    if projected and points:
        ahead = [points[-1], (projected[0].isoformat(), str(money.round_half_up(projected[1])))]
    return {
        "unit": _("亿元"),
        "divisor": YI,
        "places": 2,
        "series": [{"name": name, "points": points, "projected": ahead}],
        "thresholds": thresholds,
    }


SORTS = {
    "deposit": lambda row: (-row.deposit, row.customer_no),
    "loan": lambda row: (-row.loan, row.customer_no),
    "own": lambda row: (-row.own_deposit, row.customer_no),
    "name": lambda row: (row.name, row.customer_no),
}


def customers(
    rows: Sequence[Contribution], *, days: int, floor: Decimal, above: Decimal | None, by: str
) -> list[dict[str, Any]]:
    """The portfolio: what each customer holds and brings a day, whether it counts, and why not."""
    return [_customer(row, days, floor, above) for row in sorted(rows, key=SORTS.get(by, SORTS["deposit"]))]


def _customer(row: Contribution, days: int, floor: Decimal, above: Decimal | None) -> dict[str, Any]:
    counted = row.own_deposit >= floor * days
    return {
        "customer_no": row.customer_no,
        "name": row.name,
        "share": row.share,
        "own": Fraction(row.own_deposit) / days,
        "deposit": Fraction(row.deposit) / days if counted else Decimal(0),
        "loan": Fraction(row.loan) / days if counted else Decimal(0),
        "state": "counted" if counted else "left_out",
        "text": "" if counted else _("低于 %(floor)s，未计") % {"floor": short(floor)},
        "remark": _remark(row, days, counted, above),
    }


def _remark(row: Contribution, days: int, counted: bool, above: Decimal | None) -> str:
    if row.share is None:
        return _("已移交，只计在管期间")
    if counted and above is not None and row.own_deposit < above * days:
        return _("上一级口径（%(floor)s 以上）不计") % {"floor": short(above)}
    return ""


def source(fact: Source) -> str:
    """Where a fact came from: the bundle, the file and the line in it."""
    return _("批次 %(bundle)s · %(file)s 第 %(line)s 行") % {
        "bundle": fact.bundle,
        "file": fact.file,
        "line": f"{fact.line:,}",
    }


@dataclass(frozen=True)
class Freshness:
    """The business date a page stands for, and whether something newer is due or awaited."""

    state: str
    business_date: date | None
    text: str


def freshness(today: date) -> Freshness:
    """How fresh the figures are, in words: what is worked, and the first date that is lacking."""
    run = queries.latest_run()
    if run is None:
        return Freshness("none", None, _("尚无已发布的日终"))
    due, waiting_for = queries.due_dates(today - timedelta(days=1))
    lacks = [_lack(each) for each in board.lacking(run)]
    if due:
        lacks.insert(0, _("有 %(count)s 个日终待处理") % {"count": len(due)})
    elif waiting_for is not None and (today - run.business_date).days > FRESH_DAYS:
        lacks.insert(0, board.waiting_text(waiting_for))
    if lacks:
        return Freshness("stale", run.business_date, " · ".join(lacks))
    text = _("全部到齐 · 批次 %(bundle)s") % {"bundle": run.through_bundle_id}
    return Freshness("ok", run.business_date, text)


def _lack(each: dict[str, Any]) -> str:
    """An expected file that did not come, so that figures resting on it are missing."""
    return _("缺 %(file)s（%(first)s 起 %(count)s 日）") % each


def bundle_row(bundle: Bundle) -> dict[str, Any]:
    """One delivery with the rows of its files, and how many of those kept apart wait for a decision."""
    files = list(bundle.files.all())
    quarantined = sum(file.quarantined for file in files)
    return {
        "bundle": bundle,
        "files": files,
        "rows": sum(file.rows for file in files),
        "quarantined": quarantined,
        "waiting": bundle.quarantined_rows.filter(status="open").count() if quarantined else 0,
        "remarks": [_remarked(remark) for remark in bundle.remarks],
    }


def _remarked(remark: str) -> str:
    """A remark as people read it; one about a handover says what became of the rows."""
    if not remark.startswith(f"{HANDOVER} "):
        return remark
    number, _colon, rows = remark.removeprefix(f"{HANDOVER} ").partition(": ")
    words = {"number": number, "rows": rows}
    return _("%(rows)s 行归属仍是移交 %(number)s 号之前的内容，未采用；请核心系统同步更新。") % words
