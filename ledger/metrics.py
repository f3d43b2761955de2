"""The metrics there are: codes, units, and how a figure follows from a reading. Other apps add theirs."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Model

from ledger import queries
from ledger.models import Reading, Run
from ledger.rules.figures import Figure, MetricRef
from ledger.rules.windows import TO_DATE

Key = tuple[int, str, Decimal]
Rows = Mapping[Key, Any]


@dataclass(frozen=True)
class Context:
    """What a figure needs beside its row: run, first day and feeds delivered, last year's rows.

    `missing` has by window and expected file the first date for which the file did not come.
    """

    run: Run
    since: date
    feeds: frozenset[str]
    last_year: Rows
    missing: Mapping[tuple[str, str], date] = field(default_factory=dict)

    def lack_of(self, file: str, ref: MetricRef, unit: str) -> Figure | None:
        """The missing figure of a metric that rests on `file`, where the file lacks in its window."""
        first = self.missing.get((ref.window, file))
        return Figure.missing("feed_missing", unit, feed=file, date=str(first)) if first else None


@dataclass(frozen=True)
class Metric:
    """One metric of the catalogue. `windows` are those it is defined for."""

    code: str
    unit: str
    figure: Callable[[Any, MetricRef, Context], Figure]
    windows: tuple[str, ...] = (*TO_DATE, "previous_month", "previous_quarter", "previous_year")


@dataclass(frozen=True)
class Source:
    """Where rows come from, by (manager, window, floor), and the metrics read off them.

    `stored` is the table (run, manager, window, columns with an entry per floor) in which a night keeps them.
    """

    rows: Callable[[Run, Iterable[str], Iterable[Decimal], Iterable[int] | None], Rows]
    metrics: tuple[Metric, ...]
    stored: type[Model]


def _average(column: str) -> Callable[[Any, MetricRef, Context], Figure]:
    def figure(row: Any, ref: MetricRef, context: Context) -> Figure:
        return Figure.of(Fraction(getattr(row, column)) / row.days, "CNY", days=str(row.days))

    return figure


def _product(row: Any, ref: MetricRef, context: Context) -> Figure:
    return Figure.of(Fraction(row.deposit_product), "CNY-days", days=str(row.days))


def _settlement(row: Any, ref: MetricRef, context: Context) -> Figure:
    if lack := context.lack_of("settlements.csv", ref, "USD"):
        return lack
    if "settlements" not in context.feeds:
        return Figure.not_applicable("feed_not_configured", "USD", feed="settlements.csv")
    return Figure.of(row.settlement_usd, "USD")


def _new_deposit(row: Any, ref: MetricRef, context: Context) -> Figure:
    """This window's average less the base: of the customers now held, or of the manager's own last year."""
    average = Fraction(row.deposit_product) / row.days
    if dict(ref.params).get("base", "customer") == "manager":
        return _new_against_own(row, average, context)
    if row.base_gap == "accounts":
        return Figure.missing("history_of_accounts", "CNY")
    if row.base_gap:
        return Figure.missing("history", "CNY", since=str(context.since))
    return Figure.of(average - Fraction(row.base_product) / row.base_days, "CNY", days=str(row.days))


def _new_against_own(row: Any, average: Fraction, context: Context) -> Figure:
    if row.base_gap == "history":
        return Figure.missing("history", "CNY", since=str(context.since))
    base = context.last_year[row.manager_id, row.window, Decimal(row.floor)]
    return Figure.of(average - Fraction(base.deposit_product) / base.days, "CNY", days=str(row.days))


LEDGER = Source(
    queries.readings,
    (
        Metric("deposit_daily_average", "CNY", _average("deposit_product")),
        Metric("loan_daily_average", "CNY", _average("loan_product")),
        Metric("largest_deposit_customer", "CNY", _average("largest_deposit_product")),
        Metric("largest_loan_customer", "CNY", _average("largest_loan_product")),
        Metric("new_deposit_daily_average", "CNY", _new_deposit),
        Metric("international_settlement", "USD", _settlement),
        Metric("deposit_product_month", "CNY-days", _product, windows=("month", "previous_month")),
        Metric(
            "deposit_month_average", "CNY", _average("deposit_product"), windows=("month", "previous_month")
        ),
    ),
    Reading,
)
_SOURCES: list[Source] = [LEDGER]


def register(source: Source) -> None:
    """Add the metrics of an app further right; called once from its AppConfig."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def catalogue() -> dict[str, Metric]:
    """Every metric by code, in a stable order."""
    return {metric.code: metric for source in _SOURCES for metric in source.metrics}


def sources() -> tuple[Source, ...]:
    """Where the figures come from, in a stable order."""
    return tuple(_SOURCES)


def figures(
    run: Run, refs: Iterable[MetricRef], managers: Iterable[int] | None = None
) -> dict[int, dict[MetricRef, Figure]]:
    """The figures of the managers (by default all the run has any of) as the run published them.

    A metric nobody can measure here is not applicable and says so.
    """
    refs = list(refs)
    people = queries.people_of(run) if managers is None else list(managers)
    answers: dict[int, dict[MetricRef, Figure]] = {manager: {} for manager in people}
    for source in _SOURCES:
        codes = {metric.code: metric for metric in source.metrics}
        _fill(answers, source, codes, [ref for ref in refs if ref.code in codes], run)
    for ref in refs:
        for manager in people:
            answers[manager].setdefault(ref, Figure.not_applicable("feed_not_configured", feed=ref.code))
    return answers


def _fill(
    answers: dict[int, dict[MetricRef, Figure]],
    source: Source,
    codes: Mapping[str, Metric],
    refs: list[MetricRef],
    run: Run,
) -> None:
    """Read the source once for all its refs, then take each figure off its row."""
    if not refs or not answers:
        return
    windows, floors = {ref.window for ref in refs}, {ref.floor for ref in refs}
    rows = source.rows(run, windows, floors, answers)
    context = Context(
        run,
        queries.history_known(run),
        queries.feeds_known(run),
        _last_year(run, refs, floors, answers),
        queries.missing_for(run, windows),
    )
    for manager, found in answers.items():
        for ref in refs:
            if ref.window in codes[ref.code].windows:
                found[ref] = codes[ref.code].figure(rows[manager, ref.window, ref.floor], ref, context)


def _last_year(run: Run, refs: list[MetricRef], floors: Iterable[Decimal], managers: Iterable[int]) -> Rows:
    """Last year's readings by window, only where a figure is compared with the manager's own."""
    names = {ref.window for ref in refs if ("base", "manager") in ref.params}
    return queries.base_readings(run, names, floors, managers) if names else {}
