"""Who took up the post inside a period: judged on all of it, left out, or on figures brought to all of it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from ledger.rules import windows
from ledger.rules.figures import Evidence, Figure, MetricRef, shown

from .catalogue import RUNNING_WINDOWS
from .schema import Procedure

#: Amounts that grow with the days served, where the rulebook names none itself. Shares, states of a day and
#: what should never happen are the same whenever somebody came.
GROWING = frozenset(
    (
        "deposit_daily_average",
        "loan_daily_average",
        "largest_deposit_customer",
        "largest_loan_customer",
        "new_deposit_daily_average",
        "international_settlement",
        "deposit_product_month",
        "deposit_month_average",
        "interest_received",
        "loans_issued",
        "loans_recovered",
        "products_sold",
    )
)


def on_post_by(procedure: Procedure, period: windows.Period) -> date:
    """The latest day on which whoever is judged for the period may have taken up the post.

    >>> str(on_post_by(Procedure(newcomers="pro_rata", least_days=30), windows.period("2026Q3")))
    '2026-09-01'
    """
    if procedure.newcomers == "excluded":
        return period.start
    if procedure.newcomers == "pro_rata" and procedure.least_days:
        return period.end - timedelta(days=procedure.least_days - 1)
    return date.max


def projected(evidence: Evidence, procedure: Procedure, *, since: date, on: date) -> Evidence:
    """The evidence of somebody on post since a day, its growing figures brought to their whole windows.

    The figure of a window to date that began before the post did is multiplied by the days of the window over
    the days served, exactly: a daily average becomes that of the days served. What was measured stays beside
    it in the detail. Windows that began later, single days and windows of the past stay as they are, as do
    figures that are missing or not applicable.
    """
    if procedure.newcomers != "pro_rata":
        return evidence
    spans = {name: windows.window(name, on) for name in RUNNING_WINDOWS}
    late = {name: span for name, span in spans.items() if span.start < since <= on}
    growing = frozenset(procedure.pro_rata) or GROWING
    if not late:
        return evidence
    return {ref: _whole(ref, each, late, growing, since) for ref, each in evidence.items()}


def _whole(
    ref: MetricRef,
    figure: Figure,
    late: Mapping[str, windows.Window],
    growing: Collection[str],
    since: date,
) -> Figure:
    window = late.get(ref.window)
    if window is None or figure.value is None or ref.code not in growing or "peers" in dict(ref.params):
        return figure
    served = (window.end - since).days + 1
    said = {
        "measured": str(shown(figure.value, figure.unit)),
        "served": str(served),
        "days_of_window": str(window.days),
    }
    value = figure.value * Fraction(window.days, served)
    return replace(figure, value=value, detail={**figure.detail, **said})
