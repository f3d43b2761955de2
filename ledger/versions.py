"""What people and programs are told of versions: who differs by how much, since when, from which bundle."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger import metrics, queries
from ledger.models import PeriodClosing, Run
from ledger.queries import differences
from ledger.queries.differences import Changed
from ledger.rules.differences import Cause, Difference, written
from ledger.rules.figures import Figure, MetricRef, shown
from managers.models import ClientManager

#: What stands on a page where there is no value.
STATES = {"not_applicable": gettext_lazy("不适用"), "missing": gettext_lazy("待数据")}
WINDOWS = {"month": gettext_lazy("本月"), "quarter": gettext_lazy("本季"), "year": gettext_lazy("本年")}
Titled = Callable[[str], str]
_TITLED: list[Titled] = []


def name_metrics_by(titled: Titled) -> None:
    """Have metrics called by their names, which live further right; called once by the app that has them."""
    _TITLED[:] = [titled]


def metric_title(code: str) -> str:
    """What people call a metric."""
    return _TITLED[0](code) if _TITLED else code


def difference_facts(one: Difference) -> dict[str, Any]:
    """One figure before and after, for programs; `exact` is the change as a fraction."""
    return {
        "metric": one.ref.code,
        "window": one.ref.window,
        "floor": f"{one.ref.floor:.2f}",
        "unit": one.unit,
        "before": written(one.before).replace(",", ""),
        "after": written(one.after).replace(",", ""),
        "difference": shown(one.amount, one.unit),
        "exact": None if one.amount is None else str(one.amount),
    }


def rows(found: Sequence[Changed]) -> list[dict[str, Any]]:
    """Managers with their differences, for a page."""
    return [
        {
            "manager": each.manager,
            "cause": cause_text(each.cause),
            "differences": [_row(one) for one in each.differences],
        }
        for each in found
    ]


def _row(one: Difference) -> dict[str, Any]:
    return {
        "metric": one.ref.code,
        "title": metric_title(one.ref.code),
        "window": one.ref.window,
        "span": WINDOWS[one.ref.window],
        "floor": one.ref.floor,
        "before": _cell(one.before),
        "after": _cell(one.after),
        "amount": one.amount,
        "text": one.text,
    }


def _cell(figure: Figure) -> str:
    """A figure as a page writes it."""
    return str(STATES.get(figure.state) or written(figure))


def cause_text(cause: Cause) -> str:
    """Since when and from which bundles, in the reader's language."""
    numbers = ", ".join(str(number) for number in cause.bundles)
    if cause.since is None:
        return _("批次 %(numbers)s") % {"numbers": numbers} if numbers else ""
    return _("自 %(since)s 起，批次 %(numbers)s") % {"since": cause.since, "numbers": numbers}


def closing_row(closing: PeriodClosing) -> dict[str, Any]:
    """A closed period in the list, and whether a later version of its last date exists."""
    newest = differences.newest_version(closing)
    return {"closing": closing, "newest": newest, "overtaken": newest != closing.run}


def of_figure(manager: ClientManager, ref: MetricRef, shown_run: Run) -> list[dict[str, Any]]:
    """Every published version of one figure, newest first, with what it changed; none where there is one."""
    runs = list(queries.versions(shown_run.business_date))
    if len(runs) < 2:
        return []
    found: list[dict[str, Any]] = []
    earlier: Run | None = None
    for run in runs:
        run.as_published = True
        figure = metrics.figures(run, [ref], [manager.pk])[manager.pk][ref]
        changed = differences.of_one(earlier, run, manager, ref) if earlier else None
        found.insert(0, _version(run, figure, changed, shown_run))
        earlier = run
    return found


def _version(run: Run, figure: Figure, changed: Changed | None, shown_run: Run) -> dict[str, Any]:
    difference = changed.differences[0] if changed else None
    return {
        "run": run,
        "figure": figure,
        "text": _cell(figure),
        "difference": difference,
        "cause": cause_text(changed.cause) if changed else "",
        "shown": run.pk == shown_run.pk,
        "closings": list(run.closings.order_by("period")),
    }
