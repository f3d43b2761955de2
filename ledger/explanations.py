"""Explain a published figure: the delivered facts behind it, as known when its run was published."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ledger import metrics, queries
from ledger.books import Book
from ledger.models import Run
from ledger.rules import windows
from ledger.rules.explaining import (
    AccountHistory,
    CustomerPart,
    Explanation,
    Held,
    Section,
    credited,
    spans,
)
from ledger.rules.figures import Figure, MetricRef
from ledger.rules.windows import Window
from managers.models import ClientManager


@dataclass(frozen=True)
class Explained:
    """A figure as published, and its parts."""

    manager: ClientManager
    run: Run
    ref: MetricRef
    figure: Figure
    explanation: Explanation

    @property
    def adds_up(self) -> bool:
        """Whether the parts come to the figure exactly; without value or parts nothing is claimed."""
        taken_apart = self.figure.value is not None and self.explanation.sections
        return not taken_apart or self.explanation.value == self.figure.value


Builder = Callable[[Book], Explanation]
_BUILDERS: dict[str, Builder] = {}


def register(code: str, builder: Builder) -> None:
    """Add how the figures of a metric are taken apart."""
    _BUILDERS[code] = builder


def explainable() -> list[str]:
    """The metrics that can be taken apart."""
    return sorted(_BUILDERS)


def explain(
    manager: ClientManager,
    metric: str,
    *,
    on: date,
    window: str,
    floor: Decimal = Decimal(0),
    params: tuple[tuple[str, str], ...] = (),
    as_of: date | datetime | None = None,
) -> Explained:
    """Take apart the figure of a manager as published for a date: as read now, or as read at `as_of`.

    A figure that nothing takes apart has no parts and still says over which days it is. One of an earlier
    window is that of the earlier run. LookupError names an unknown metric; queries.NotPublished a date
    without figures (by then); ValueError an unknown window.
    """
    if metric not in _BUILDERS and metric not in metrics.units():
        raise LookupError(metric)
    run = queries.run_as_of(on, as_of)
    ref = MetricRef(metric, window, floor, params)
    asked, figure = ref, metrics.figures(run, [ref], [manager.pk])[manager.pk][ref]
    if metrics.windows_ago(ref):
        run, ref = _answering(run, ref)
    book = Book(manager, run, ref, queries.known_through(run))
    whole = _reached(book) and not _too_early(asked, figure, book.window)
    build = _BUILDERS.get(metric, _without_parts) if whole else _without_parts
    return Explained(manager, run, ref, figure, build(book))


def _answering(run: Run, ref: MetricRef) -> tuple[Run, MetricRef]:
    """The earlier run that answers a question about an earlier window, and the question as it was then.

    Where there is none the question stays, and its figure is missing.
    """
    try:
        return queries.current_run(metrics.day_asked(run, ref)), metrics.without_ago(ref)
    except queries.NotPublished:
        return run, ref


def _reached(book: Book) -> bool:
    """Whether there is anything to take apart: not in a window ahead, nor where no run answers."""
    return not metrics.windows_ago(book.ref) and book.window.end <= book.run.business_date


def _too_early(asked: MetricRef, figure: Figure, span: Window) -> bool:
    """Whether there is no figure because the window begins before all that is known: a part is no parts."""
    if figure.reason != "history" or not metrics.looks_back(asked):
        return False
    return span.start < date.fromisoformat(figure.params["since"])


def _without_parts(book: Book) -> Explanation:
    unit = metrics.units().get(book.ref.code, "")
    return Explanation(book.ref.code, unit, book.window, book.ref.floor, ())


def _shown(accounts: Sequence[AccountHistory], bucket: str) -> list[AccountHistory]:
    """The accounts to show for a bucket: its own, and beside deposits the agreement deposits left out."""
    beside = {"deposit": "agreement_deposit"}.get(bucket)
    return [account for account in accounts if account.bucket in (bucket, beside)]


def part(
    book: Book,
    customer: int,
    accounts: Sequence[AccountHistory],
    span: Window,
    bucket: str,
    held: tuple[Held, ...],
    *,
    counted: bool,
    reason: str,
) -> CustomerPart:
    """One customer's lines over a span at the shares held."""
    whole = [
        line for account in _shown(accounts, bucket) for line in spans(account, span.start, span.end, bucket)
    ]
    who = book.customers[customer]
    return CustomerPart(
        who.customer_no,
        who.name,
        book.deposits[customer],
        counted,
        reason,
        held,
        tuple(credited(whole, held)),
    )


def _credited_section(book: Book, bucket: str) -> Section:
    """The window's product of a bucket, day by day at the share of the day."""
    histories = book.histories(book.window)
    parts = []
    for customer in book.customers:
        held = book.held(customer, book.window)
        if held:
            counted = book.counts(customer)
            parts.append(
                part(
                    book,
                    customer,
                    histories.get(customer, ()),
                    book.window,
                    bucket,
                    held,
                    counted=counted,
                    reason="" if counted else "below_floor",
                )
            )
    return Section("window", book.window, book.window.days, tuple(parts))


def _average(bucket: str) -> Builder:
    def build(book: Book) -> Explanation:
        return Explanation(
            book.ref.code, "CNY", book.window, book.ref.floor, (_credited_section(book, bucket),)
        )

    return build


def _product(book: Book) -> Explanation:
    section = _credited_section(book, "deposit")
    whole = Section(section.code, section.window, 1, section.customers)
    return Explanation(book.ref.code, "CNY-days", book.window, book.ref.floor, (whole,))


def _largest(bucket: str) -> Builder:
    def build(book: Book) -> Explanation:
        histories = book.histories(book.window)
        parts = [
            _whole_part(book, customer, histories.get(customer, ()), bucket)
            for customer in book.held_on(book.window.end)
        ]
        return Explanation(
            book.ref.code,
            "CNY",
            book.window,
            book.ref.floor,
            (Section("own", book.window, book.window.days, _only_largest(parts)),),
        )

    return build


def _whole_part(book: Book, customer: int, accounts: Sequence[AccountHistory], bucket: str) -> CustomerPart:
    """A customer at its own whole business; who shares it does not matter."""
    share = book.held(customer, Window("last", book.window.end, book.window.end))[0]
    whole = Held(book.window.start, book.window.end, Decimal(1), share.source)
    counted = book.counts(customer)
    return part(
        book,
        customer,
        accounts,
        book.window,
        bucket,
        (whole,),
        counted=counted,
        reason="" if counted else "below_floor",
    )


def _only_largest(parts: list[CustomerPart]) -> tuple[CustomerPart, ...]:
    """Of those that count only the largest stays counted, so that the section adds up to it."""
    best = max(
        (part for part in parts if part.counted and part.worth > 0), key=lambda part: part.worth, default=None
    )
    return tuple(
        part
        if part is best or not part.counted
        else CustomerPart(
            part.customer_no, part.name, part.own_product, False, "not_largest", part.held, part.lines
        )
        for part in parts
    )


def _settlements(book: Book) -> Explanation:
    lines = book.settlements()
    parts = []
    for customer, who in book.customers.items():
        held = book.held(customer, book.window)
        if held:
            counted = book.counts(customer)
            parts.append(
                CustomerPart(
                    who.customer_no,
                    who.name,
                    book.deposits[customer],
                    counted,
                    "" if counted else "below_floor",
                    held,
                    tuple(credited(lines[customer], held)),
                )
            )
    return Explanation(
        book.ref.code, "USD", book.window, book.ref.floor, (Section("window", book.window, 1, tuple(parts)),)
    )


def _new_deposits(book: Book) -> Explanation:
    """The window's average less the base: last year's average of the customers now held, at today's share."""
    now = _credited_section(book, "deposit")
    base = _own_base(book) if dict(book.ref.params).get("base") == "manager" else _customers_base(book)
    return Explanation(book.ref.code, "CNY", book.window, book.ref.floor, (now, base))


def _customers_base(book: Book) -> Section:
    year = windows.base_year(book.window.end)
    histories = book.histories(year)
    last = Window("last", book.window.end, book.window.end)
    parts = []
    for customer in book.held_on(book.window.end):
        today = [Held(year.start, year.end, piece.share, piece.source) for piece in book.held(customer, last)]
        counted = book.counts(customer)
        parts.append(
            part(
                book,
                customer,
                histories.get(customer, ()),
                year,
                "deposit",
                tuple(today),
                counted=counted,
                reason="" if counted else "below_floor",
            )
        )
    return Section("base", year, year.days, tuple(parts), sign=-1)


def _own_base(book: Book) -> Section:
    """The base by manager: what was credited to the manager last year, customers counted by that year."""
    ref = MetricRef(book.ref.code, "previous_year", book.ref.floor)
    earlier = Book(book.manager, book.run, ref, book.bundle, windows.base_year(book.window.end))
    section = _credited_section(earlier, "deposit")
    return Section("base", section.window, section.divisor, section.customers, sign=-1)


register("deposit_daily_average", _average("deposit"))
register("loan_daily_average", _average("loan"))
register("deposit_month_average", _average("deposit"))
register("deposit_product_month", _product)
register("largest_deposit_customer", _largest("deposit"))
register("largest_loan_customer", _largest("loan"))
register("international_settlement", _settlements)
register("new_deposit_daily_average", _new_deposits)
