"""Metrics read off events and targets of a manager, and the rows behind each figure."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from ledger import queries
from ledger.books import Book
from ledger.metrics import Asked, Context
from ledger.queries import Counted, EventRow, TargetRow
from ledger.rules import windows
from ledger.rules.explaining import Explanation, Fact, Section, Source
from ledger.rules.figures import Figure, MetricRef

EVENTS_FILE, TARGETS_FILE = "events.csv", "targets.csv"
UNITS = {"event_count": "count", "event_quantity": "number"}
Figures = dict[tuple[int, MetricRef], Figure]


def _events(context: Context, refs: Sequence[MetricRef], managers: Sequence[int]) -> Figures:
    """Events counted or summed; zero where none happened, unless nobody could know."""
    found: Figures = {}
    open_refs = []
    for ref in refs:
        why = _unknown(context, ref)
        if why is None:
            open_refs.append(ref)
        else:
            found |= {(manager, ref): why for manager in managers}
    return found | _counted(context, open_refs, managers)


def _unknown(context: Context, ref: MetricRef) -> Figure | None:
    """Why the events of a question are not known; None where they are."""
    unit = UNITS[ref.code]
    lack = context.lack_of(EVENTS_FILE, ref, unit)
    code = dict(ref.params).get("event", "")
    if "events" not in context.feeds and code not in queries.codes_recorded(
        queries.known_through(context.run)
    ):
        return lack or Figure.not_applicable("feed_not_configured", unit, feed=EVENTS_FILE)
    if not code:
        return Figure.not_applicable("nothing_to_measure", unit)
    return context.too_early(ref, unit) or lack


def _counted(context: Context, refs: Sequence[MetricRef], managers: Sequence[int]) -> Figures:
    day = context.run.business_date
    asked = sorted({(dict(ref.params)["event"], ref.window) for ref in refs})
    places = {each: place for place, each in enumerate(asked)}
    spans = [(code, windows.window(window, day)) for code, window in asked]
    counted = queries.events_counted(spans, managers, bundle=queries.known_through(context.run))
    nothing = Counted(0, Decimal(0))
    return {
        (manager, ref): _figure(
            ref, counted.get((places[dict(ref.params)["event"], ref.window], manager), nothing)
        )
        for ref in refs
        for manager in managers
    }


def _figure(ref: MetricRef, counted: Counted) -> Figure:
    return Figure.of(counted.events if ref.code == "event_count" else counted.quantity, UNITS[ref.code])


def _targets(context: Context, refs: Sequence[MetricRef], managers: Sequence[int]) -> Figures:
    """The target in force on the last day of each question's window; none is missing.

    A plan says itself which days it is for, so the first day of the history does not matter to it.
    """
    day = context.run.business_date
    asked = sorted({(_planned(ref), windows.window(ref.window, day).end) for ref in refs})
    places = {each: place for place, each in enumerate(asked)}
    values = queries.targets_in_force(asked, managers, bundle=queries.known_through(context.run))
    return {
        (manager, ref): _target(
            ref, values.get((places[_planned(ref), windows.window(ref.window, day).end], manager))
        )
        for ref in refs
        for manager in managers
    }


def _planned(ref: MetricRef) -> str:
    """The code of the target asked for."""
    return dict(ref.params).get("metric", "")


def _target(ref: MetricRef, value: Decimal | None) -> Figure:
    if value is None:
        return Figure.missing("no_target", "number", metric=_planned(ref))
    return Figure.of(value, "number")


EVENTS = Asked(UNITS, _events, ("event",))
TARGETS = Asked({"target_value": "number"}, _targets, ("metric",))


# --- taken apart ------------------------------------------------------------------------------------------


def _of_events(book: Book) -> Explanation:
    """Every delivered version of the events, and which of them count."""
    code = dict(book.ref.params).get("event", "")
    rows = queries.event_rows(book.manager.pk, code, book.window, bundle=book.bundle)
    return _of_facts(book, UNITS[book.ref.code], "events", tuple(_event(book.ref, code, row) for row in rows))


def _event(ref: MetricRef, code: str, row: EventRow) -> Fact:
    return Fact(
        code,
        row.day,
        row.day,
        Fraction(row.quantity),
        "number",
        Decimal(1) if ref.code == "event_count" else row.quantity,
        "" if row.counts else ("replaced" if row.replaced else "withdrawn"),
        row.note,
        (Source(row.bundle, EVENTS_FILE, row.line),),
    )


def _of_target(book: Book) -> Explanation:
    """Every delivered version of the targets of a code, and which of them holds on the window's last day."""
    rows = queries.target_rows(book.manager.pk, _planned(book.ref), bundle=book.bundle)
    holding = [row for row in rows if row.holds_on(book.window.end)]
    facts = tuple(_planned_fact(book, row, holding) for row in rows)
    return _of_facts(book, "number", "targets", facts)


def _planned_fact(book: Book, row: TargetRow, holding: list[TargetRow]) -> Fact:
    """`holding` are those that hold on the day, the latest to begin first."""
    reason = "replaced" if row.replaced else "not_in_force"
    if row in holding:
        reason = "" if row == holding[0] else "begun_earlier"
    source = Source(row.bundle, TARGETS_FILE, row.line)
    value = Fraction(row.value)
    code = _planned(book.ref)
    return Fact(code, row.starts_on, row.ends_on, value, "number", row.value, reason, "", (source,))


def _of_facts(book: Book, unit: str, code: str, facts: tuple[Fact, ...]) -> Explanation:
    section = Section(code, book.window, 1, (), facts=facts)
    return Explanation(book.ref.code, unit, book.window, book.ref.floor, (section,), of_facts=True)


BUILDERS: dict[str, Callable[[Book], Explanation]] = {
    "event_count": _of_events,
    "event_quantity": _of_events,
    "target_value": _of_target,
}
