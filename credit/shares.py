"""The metrics of single loan classes: balance and share of any class on a window's last day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from credit import explanations
from credit.queries import flows
from credit.queries.classes import ClassBalance, class_balances
from credit.rules.standard import CLASSES
from ledger import queries as ledger
from ledger.metrics import Asked, Context
from ledger.rules import windows
from ledger.rules.figures import Figure, MetricRef
from ledger.rules.windows import Window

FILE = "loan_classes.csv"
UNITS = {"class_share": "ratio", "class_balance": "CNY"}
NIL = Decimal(0)
Figures = dict[tuple[int, MetricRef], Figure]


def _answers(context: Context, refs: Sequence[MetricRef], managers: Sequence[int]) -> Figures:
    """Every question about one window is answered in one look."""
    found: Figures = {}
    by_window: dict[str, list[MetricRef]] = defaultdict(list)
    for ref in refs:
        why = _unknown(context, ref)
        if why is None:
            by_window[ref.window].append(ref)
        else:
            found |= {(manager, ref): why for manager in managers}
    for window, together in by_window.items():
        span = windows.window(window, context.run.business_date)
        found |= _of_window(context, span, together, managers)
    return found


def _unknown(context: Context, ref: MetricRef) -> Figure | None:
    """Why a question has no answer; None where it has one."""
    unit = UNITS[ref.code]
    lack = context.lack_of(FILE, ref, unit)
    if "loan_classes" not in context.feeds:
        return lack or Figure.not_applicable("feed_not_configured", unit, feed=FILE)
    if dict(ref.params).get("loan_class") not in CLASSES:
        return Figure.not_applicable("nothing_to_measure", unit)
    return context.too_early(ref, unit) or lack


def _of_window(context: Context, span: Window, refs: list[MetricRef], managers: Sequence[int]) -> Figures:
    loans: dict[int, list[ClassBalance]] = defaultdict(list)
    for each in class_balances(span.end, managers, bundle=ledger.known_through(context.run)):
        loans[each.manager].append(each)
    own: dict[int, Decimal] = {}
    if any(ref.floor > 0 for ref in refs):
        customers = {each.customer for rows in loans.values() for each in rows}
        own = flows.own_deposits(context.run, span, customers, managers)
    return {
        (manager, ref): _figure(ref, _counted(loans.get(manager, ()), ref, own, span))
        for ref in refs
        for manager in managers
    }


def _counted(
    loans: Iterable[ClassBalance], ref: MetricRef, own: dict[int, Decimal], span: Window
) -> list[ClassBalance]:
    """The loans of the customers that reach the floor."""
    return [each for each in loans if ref.floor <= 0 or own.get(each.customer, NIL) >= ref.floor * span.days]


def _figure(ref: MetricRef, loans: Sequence[ClassBalance]) -> Figure:
    """A loan that no class was delivered for leaves the answer open."""
    unit, wanted = UNITS[ref.code], dict(ref.params)["loan_class"]
    total = sum((each.amount for each in loans), NIL)
    if unit == "ratio" and not total:
        return Figure.not_applicable("no_loans", unit)
    unclassified = sum(not each.loan_class for each in loans)
    if unclassified:
        return Figure.missing("loans_unclassified", unit, count=str(unclassified))
    part = sum((each.amount for each in loans if each.loan_class == wanted), NIL)
    return Figure.of(Fraction(part) / Fraction(total) if unit == "ratio" else part, unit)


ASKED = Asked(UNITS, _answers, ("loan_class",))
BUILDERS = {"class_share": explanations.class_share, "class_balance": explanations.class_balance}
