"""The metrics of loan quality, read off quality readings."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from credit.models import QualityReading
from credit.queries import quality as queries
from credit.rules.quality import normal_share
from ledger.metrics import Context, Metric, Source
from ledger.rules.figures import Figure, MetricRef

#: The file that brings classes and arrears.
FILE = "loan_classes.csv"


def _share(row: Any, ref: MetricRef, context: Context) -> Figure:
    """The share of normal loans on the last day; an unclassified loan leaves it open."""
    if lack := context.lack_of(FILE, ref, "ratio"):
        return lack
    if "loan_classes" not in context.feeds:
        return Figure.not_applicable("feed_not_configured", "ratio", feed="loan_classes.csv")
    share = normal_share(row.normal_balance, row.loan_balance)
    if share is None:
        return Figure.not_applicable("no_loans", "ratio")
    if row.unclassified:
        return Figure.missing("loans_unclassified", "ratio", count=str(row.unclassified))
    return Figure.of(share, "ratio")


def _share_change(row: Any, ref: MetricRef, context: Context) -> Figure:
    """The share now less the share on the base day; no loans then or now: not applicable."""
    if dict(ref.params).get("base", "previous_quarter") == "previous_year":
        row = queries.worked_out(context.run, [ref.window], [ref.floor], [row.manager_id], "previous_year")[
            row.manager_id, ref.window, Decimal(ref.floor)
        ]
    now = _share(row, ref, context)
    if now.value is None:
        return now
    if row.base_loan_balance is None:
        return Figure.missing("history", "ratio", since=str(context.since))
    before = normal_share(row.base_normal_balance, row.base_loan_balance)
    if before is None:
        return Figure.not_applicable("no_loans_at_base", "ratio")
    if row.base_unclassified:
        return Figure.missing("loans_unclassified", "ratio", count=str(row.base_unclassified))
    return Figure.of(now.value - before, "ratio")


def _peak(column: str, feed: str) -> Callable[[Any, MetricRef, Context], Figure]:
    """The highest total of one day; where loans of the last day lack a class it is not known."""

    def figure(row: Any, ref: MetricRef, context: Context) -> Figure:
        if feed and (lack := context.lack_of(FILE, ref, "CNY")):
            return lack
        if feed and feed not in context.feeds:
            return Figure.not_applicable("feed_not_configured", "CNY", feed=feed)
        value = getattr(row, column)
        if feed and row.unclassified and not value:
            return Figure.missing("loans_unclassified", "CNY", count=str(row.unclassified))
        return Figure.of(value, "CNY")

    return figure


def _peaks(code: str, column: str, feed: str) -> Metric:
    return Metric(code, "CNY", _peak(column, feed), feed=feed)


SOURCE = Source(
    queries.readings,
    (
        Metric("normal_loan_share", "ratio", _share, feed="loan_classes"),
        Metric("normal_loan_share_change", "ratio", _share_change, feed="loan_classes"),
        _peaks("non_performing_balance", "non_performing", "loan_classes"),
        _peaks("interest_arrears", "interest_arrears", "interest_arrears"),
        _peaks("advances", "advances", ""),
    ),
    QualityReading,
)
