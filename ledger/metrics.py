"""The metrics there are: codes, units, and how a figure follows from a reading. Other apps add theirs."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Model

from ledger import queries
from ledger.models import Reading, Run
from ledger.rules import windows
from ledger.rules.figures import Figure, MetricRef
from ledger.rules.windows import TO_DATE, WHOLE

#: The windows a night stores readings of, and the whole ones before; any other is worked out when asked for.
STANDING = (*TO_DATE, *WHOLE)
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
    last_year: Rows = field(default_factory=dict)
    missing: Mapping[tuple[str, str], date] = field(default_factory=dict)

    def lack_of(self, file: str, ref: MetricRef, unit: str) -> Figure | None:
        """The missing figure of a metric that rests on `file`, where the file lacks in its window."""
        first = self.missing.get((ref.window, file))
        return Figure.missing("feed_missing", unit, feed=file, date=str(first)) if first else None

    def too_early(self, ref: MetricRef, unit: str) -> Figure | None:
        """The missing figure of an earlier window that begins before the first day known.

        A window to date answers with what is known of it, as the definition of a balance has it: nothing
        was held before the first one. A window of the past is there to be compared with, and a part of it
        would pass for the whole.
        """
        start = windows.window(ref.window, self.run.business_date).start
        if not looks_back(ref) or start >= self.since:
            return None
        return Figure.missing("history", unit, since=str(self.since))


@dataclass(frozen=True)
class Metric:
    """One metric of the catalogue. `windows` are those it is listed for, `feed` is what it cannot do without.

    One that is defined for all of the standing windows is so for any other as well.
    """

    code: str
    unit: str
    figure: Callable[[Any, MetricRef, Context], Figure]
    windows: tuple[str, ...] = STANDING
    feed: str = ""

    def answers(self, window: str) -> bool:
        """Whether the metric is defined for a window."""
        return window in self.windows or (self.windows == STANDING and windows.is_window(window))


@dataclass(frozen=True)
class Source:
    """Where rows come from, by (manager, window, floor), and the metrics read off them.

    `stored` is the table (run, manager, window, columns with an entry per floor) in which a night keeps them.
    """

    rows: Callable[[Run, Iterable[str], Iterable[Decimal], Iterable[int] | None], Rows]
    metrics: tuple[Metric, ...]
    stored: type[Model]


#: The figures of some managers for some questions, by (manager, question).
Answer = Callable[[Context, Sequence[MetricRef], Sequence[int]], Mapping[tuple[int, MetricRef], Figure]]


@dataclass(frozen=True)
class Asked:
    """Metrics that are read off delivered rows for each question, because it carries parameters of its own.

    `codes` gives their units, `parameters` what a question may say; nothing of them is stored or listed.
    """

    codes: Mapping[str, str]
    answer: Answer
    parameters: tuple[str, ...] = ()


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
        Metric("international_settlement", "USD", _settlement, feed="settlements"),
        Metric("deposit_product_month", "CNY-days", _product, windows=("month", "previous_month")),
        Metric(
            "deposit_month_average", "CNY", _average("deposit_product"), windows=("month", "previous_month")
        ),
    ),
    Reading,
)
_SOURCES: list[Source] = [LEDGER]
_ASKED: list[Asked] = []
#: How many windows earlier a question looks; any metric may be asked so.
AGO = "ago"


def register(source: Source | Asked) -> None:
    """Add metrics, of the ledger or of an app further right; called once from its AppConfig."""
    known: list[Any] = _SOURCES if isinstance(source, Source) else _ASKED
    if source not in known:
        known.append(source)


def catalogue() -> dict[str, Metric]:
    """Every metric that is listed, by code, in a stable order."""
    return {metric.code: metric for source in _SOURCES for metric in source.metrics}


def units() -> dict[str, str]:
    """Every metric that is answered by its code, listed or not, with its unit."""
    listed = {code: metric.unit for code, metric in catalogue().items()}
    return listed | {code: unit for asked in _ASKED for code, unit in asked.codes.items()}


def plain() -> dict[str, Callable[[str], bool]]:
    """Every metric that needs no parameter, and over which windows it is answered."""
    listed = {code: metric.answers for code, metric in catalogue().items()}
    needless = (asked for asked in _ASKED if not asked.parameters)
    return listed | {code: windows.is_window for asked in needless for code in asked.codes}


def parameters(code: str) -> tuple[str, ...]:
    """What a question for a metric may say beside window and floor, apart from choices with a default."""
    return (*(name for asked in _ASKED if code in asked.codes for name in asked.parameters), AGO)


def sources() -> tuple[Source, ...]:
    """Where the stored figures come from, in a stable order."""
    return tuple(_SOURCES)


def figures(
    run: Run, refs: Iterable[MetricRef], managers: Iterable[int] | None = None
) -> dict[int, dict[MetricRef, Figure]]:
    """The figures of the managers (by default all the run has any of) as the run published them.

    A metric nobody can measure here is not applicable and says so. With the parameter `ago` = n the answer is
    that of the run current for the end of the n-th window before. A window of the past that begins before the
    first day known is missing. ValueError for an unknown window.
    """
    refs, known = list(refs), units()
    people = queries.people_of(run) if managers is None else list(managers)
    answers: dict[int, dict[MetricRef, Figure]] = {manager: {} for manager in people}
    if people:
        for day, asked in _by_day(run, [ref for ref in refs if ref.code in known]).items():
            _look_back(answers, run, day, asked) if day else _answer(answers, run, asked)
    for ref in refs:
        _same(answers, ref, Figure.not_applicable("feed_not_configured", feed=ref.code))
    return answers


def windows_ago(ref: MetricRef) -> int:
    """How many windows earlier the question looks; 0 for the window itself. ValueError for no number."""
    text = dict(ref.params).get(AGO, "0")
    if not (text.isascii() and text.isdigit() and len(text) <= 5):
        raise ValueError(f"ago = {text!r}")
    return int(text)


def looks_back(ref: MetricRef) -> bool:
    """Whether the question is about an earlier window: one of the past, or one to date as it stood then."""
    return windows.is_earlier(ref.window) or windows_ago(ref) > 0


def without_ago(ref: MetricRef) -> MetricRef:
    """The same question, as it was asked then."""
    return ref._replace(params=tuple(pair for pair in ref.params if pair[0] != AGO))


def day_asked(run: Run, ref: MetricRef) -> date:
    """The business date whose run answers the question."""
    ago = windows_ago(ref)
    return windows.ended_before(ref.window, run.business_date, ago) if ago else run.business_date


def _by_day(run: Run, refs: Iterable[MetricRef]) -> dict[date | None, list[MetricRef]]:
    """The questions by the day of the earlier run that answers them; None for those that `run` answers."""
    found: dict[date | None, list[MetricRef]] = defaultdict(list)
    for ref in refs:
        found[day_asked(run, ref) if windows_ago(ref) else None].append(ref)
    return found


def _look_back(
    answers: dict[int, dict[MetricRef, Figure]], run: Run, day: date, refs: list[MetricRef]
) -> None:
    """Answer with what readers see of an earlier date; a date without figures is missing and says so.

    The questions keep their `ago`: it tells a window to date, stood whole by then, from one of its own day.
    """
    try:
        then = queries.current_run(day)
    except queries.NotPublished:
        for ref in refs:
            _same(answers, ref, _not_published(run, day, ref))
    else:
        _answer(answers, then, refs)


def _not_published(run: Run, day: date, ref: MetricRef) -> Figure:
    """Why nothing answers for an earlier date: what was then is unknown, or was not published."""
    unit, since = units().get(ref.code, ""), queries.history_known(run)
    if windows.window(ref.window, day).start < since:
        return Figure.missing("history", unit, since=str(since))
    return Figure.missing("no_figures_on", unit, day=str(day))


def _answer(answers: dict[int, dict[MetricRef, Figure]], run: Run, refs: list[MetricRef]) -> None:
    """Answer every question from the source that knows it."""
    ahead = [ref for ref in refs if windows.window(ref.window, run.business_date).end > run.business_date]
    for ref in ahead:
        _same(answers, ref, _not_reached(run, ref))
    asked = [ref for ref in refs if ref not in ahead]
    for source in _SOURCES:
        codes = {metric.code: metric for metric in source.metrics}
        _fill(answers, source, codes, [ref for ref in asked if ref.code in codes], run)
    for one in _ASKED:
        _ask(answers, one, [ref for ref in asked if ref.code in one.codes], run)


def _same(answers: dict[int, dict[MetricRef, Figure]], ref: MetricRef, figure: Figure) -> None:
    """The figure of everyone who has none yet."""
    for found in answers.values():
        found.setdefault(ref, figure)


def _not_reached(run: Run, ref: MetricRef) -> Figure:
    """A day of the year that lies ahead of the business date."""
    day = windows.window(ref.window, run.business_date).end
    return Figure.missing("day_not_reached", units().get(ref.code, ""), day=str(day))


def _fill(
    answers: dict[int, dict[MetricRef, Figure]],
    source: Source,
    codes: Mapping[str, Metric],
    refs: list[MetricRef],
    run: Run,
) -> None:
    """Read the source once for all its refs, then take each figure off its row."""
    if not refs:
        return
    context = _context(run, refs)
    early = {ref for ref in refs if _too_early(context, codes[ref.code], ref)}
    for ref in early:
        _same(answers, ref, context.too_early(ref, codes[ref.code].unit) or Figure.missing())
    refs = [ref for ref in refs if ref not in early and codes[ref.code].answers(ref.window)]
    floors = {ref.floor for ref in refs}
    context = replace(context, last_year=_last_year(run, refs, floors, answers))
    rows = source.rows(run, {ref.window for ref in refs}, floors, answers) if refs else {}
    for manager, found in answers.items():
        for ref in refs:
            found[ref] = codes[ref.code].figure(rows[manager, ref.window, ref.floor], ref, context)


def _too_early(context: Context, metric: Metric, ref: MetricRef) -> bool:
    """Whether an earlier window is not known whole; without its feed a metric is what it is at any time."""
    fed = not metric.feed or metric.feed in context.feeds
    return fed and metric.answers(ref.window) and context.too_early(ref, metric.unit) is not None


def _ask(answers: dict[int, dict[MetricRef, Figure]], asked: Asked, refs: list[MetricRef], run: Run) -> None:
    """Put the questions to delivered rows."""
    if refs:
        found = asked.answer(_context(run, refs), refs, list(answers))
        for (manager, ref), figure in found.items():
            answers[manager][ref] = figure


def _context(run: Run, refs: Iterable[MetricRef]) -> Context:
    """What the figures of a run need beside their rows."""
    missing = queries.missing_for(run, {ref.window for ref in refs})
    return Context(run, queries.history_known(run), queries.feeds_known(run), missing=missing)


def _last_year(run: Run, refs: list[MetricRef], floors: Iterable[Decimal], managers: Iterable[int]) -> Rows:
    """Last year's readings by window, only where a figure is compared with the manager's own."""
    names = {ref.window for ref in refs if ("base", "manager") in ref.params}
    return queries.base_readings(run, names, floors, managers) if names else {}
