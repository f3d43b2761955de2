"""Loan-quality figures taken apart: the loans behind a share, and the day and loans behind a peak."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from credit.facts import NON_PERFORMING, Classed, classes_on, daily, overdrafts
from credit.queries import quality as queries
from ledger.books import Book, account_histories
from ledger.rules.explaining import (
    AccountHistory,
    CustomerPart,
    Explanation,
    Line,
    Section,
    credited,
    spans,
)
from ledger.rules.windows import Window


def _day(day: date) -> Window:
    return Window("day", day, day)


def _parts(
    book: Book, day: date, lines: Callable[[AccountHistory], Iterator[Line]], *, whole: bool
) -> tuple[CustomerPart, ...]:
    """Customers held on a day with their lines of that day; `whole` ignores the share held."""
    histories = account_histories(book.customers, _day(day), book.bundle)
    found = []
    for customer, who in book.customers.items():
        held = book.held(customer, _day(day))
        shares = tuple(piece._replace(share=Decimal(1)) for piece in held[:1]) if whole else held
        shown = [line for account in histories.get(customer, ()) for line in lines(account)]
        if held and shown:
            counted = book.counts(customer)
            found.append(
                CustomerPart(
                    who.customer_no,
                    who.name,
                    book.deposits[customer],
                    counted,
                    "" if counted else "below_floor",
                    held,
                    tuple(credited(shown, shares)),
                )
            )
    return tuple(found)


def _loans(book: Book, day: date, *, only: str = "") -> tuple[CustomerPart, ...]:
    """Loan balances of a day at the shares of that day; of one class only, or all."""
    classes = classes_on(book.customers, day, book.bundle)

    def lines(account: AccountHistory) -> Iterator[Line]:
        for line in spans(account, day, day, "loan"):
            known = classes.get(line.account_no)
            if line.counts and line.balance > 0:
                wanted = known is not None and known.loan_class == only
                yield line._replace(
                    counts=wanted or not only,
                    note=known.loan_class if known else "unclassified",
                    sources=(*line.sources, *((known.source,) if known else ())),
                )

    return _parts(book, day, lines, whole=False)


def _ratio(book: Book, day: date, only: str = "normal") -> tuple[Section, Section]:
    code = "normal_loans" if only == "normal" else "class_loans"
    return (
        Section(code, _day(day), 1, _loans(book, day, only=only)),
        Section("all_loans", _day(day), 1, _loans(book, day)),
    )


def share(book: Book) -> Explanation:
    """Normal-class loans ÷ all loans on the window's last day."""
    return Explanation(
        book.ref.code, "ratio", book.window, book.ref.floor, _ratio(book, book.window.end), "ratio"
    )


def class_share(book: Book) -> Explanation:
    """Loans of the class asked for ÷ all loans on the window's last day."""
    ref, day = book.ref, book.window.end
    sections = _ratio(book, day, dict(ref.params).get("loan_class", ""))
    return Explanation(ref.code, "ratio", book.window, ref.floor, sections, "ratio")


def class_balance(book: Book) -> Explanation:
    """Loans of the class asked for on the window's last day."""
    ref, day = book.ref, book.window.end
    loans = _loans(book, day, only=dict(ref.params).get("loan_class", ""))
    section = Section("class_loans", _day(day), 1, loans)
    return Explanation(ref.code, "CNY", book.window, ref.floor, (section,))


def share_change(book: Book) -> Explanation:
    """The share now less the share on the base day."""
    base = dict(book.ref.params).get("base", "previous_quarter")
    before = queries.base_day(book.window.end, base)
    return Explanation(
        book.ref.code,
        "ratio",
        book.window,
        book.ref.floor,
        (*_ratio(book, book.window.end), *_ratio(book, before)),
        "ratio_change",
    )


def _peak_day(book: Book, column: str) -> date | None:
    """The first day with the highest total over the customers that count and were held on it."""
    totals = {day: amounts[column] for day, amounts in sorted(daily(book, book.ref.floor).items())}
    wrong = {day: total for day, total in totals.items() if total > 0}
    return max(wrong, key=lambda day: wrong[day], default=None)


def _non_performing(line: Line, known: Classed | None) -> Line | None:
    if known and known.loan_class in NON_PERFORMING and line.counts and line.balance > 0:
        return line._replace(note=known.loan_class, sources=(*line.sources, known.source))
    return None


def _arrears(account: AccountHistory, day: date, known: Classed | None) -> Iterator[Line]:
    open_still = account.closed_on is None or account.closed_on >= day
    if known and known.interest_arrears and open_still:
        yield Line(
            account.account_no,
            account.product,
            "CNY",
            day,
            day,
            known.interest_arrears,
            None,
            known.interest_arrears,
            Decimal(1),
            (known.source,),
            True,
            known.loan_class,
        )


def _peak(column: str) -> Callable[[Book], Explanation]:
    def build(book: Book) -> Explanation:
        day = _peak_day(book, column)
        parts = _of_day(book, column, day) if day else ()
        section = Section("peak", _day(day or book.window.end), 1, parts)
        return Explanation(book.ref.code, "CNY", book.window, book.ref.floor, (section,))

    return build


def _of_day(book: Book, column: str, day: date) -> tuple[CustomerPart, ...]:
    classes = classes_on(book.customers, day, book.bundle)

    def lines(account: AccountHistory) -> Iterator[Line]:
        known = classes.get(account.account_no)
        if column == "advances":
            yield from overdrafts(account, day, day)
        elif column == "interest_arrears":
            yield from _arrears(account, day, known)
        else:
            found = (_non_performing(line, known) for line in spans(account, day, day, "loan"))
            yield from (line for line in found if line is not None)

    return _parts(book, day, lines, whole=True)


BUILDERS = {
    "normal_loan_share": share,
    "normal_loan_share_change": share_change,
    "non_performing_balance": _peak("non_performing"),
    "interest_arrears": _peak("interest_arrears"),
    "advances": _peak("advances"),
}
