"""The arithmetic of an explanation, by worked cases."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from ledger.rules.explaining import (
    AccountHistory,
    CustomerPart,
    Dated,
    Explanation,
    Held,
    Section,
    Source,
    credited,
    own_product,
    spans,
)
from ledger.rules.windows import Window

SOURCE = Source(1, "balances.csv", 2)
MARCH = Window("month", date(2026, 3, 1), date(2026, 3, 31))


def day(number: int) -> date:
    return date(2026, 3, number)


def at(number: int, amount: str) -> Dated:
    return Dated(day(number), Decimal(amount), SOURCE)


def account(
    *balances: Dated,
    bucket: str = "deposit",
    currency: str = "CNY",
    closed_on: date | None = None,
    rates: tuple[Dated, ...] = (),
) -> AccountHistory:
    return AccountHistory("6228", "demand", bucket, currency, closed_on, balances, rates)


def shape(history: AccountHistory, bucket: str = "deposit") -> list[tuple[int, int, str]]:
    lines = spans(history, MARCH.start, MARCH.end, bucket)
    return [(line.start.day, line.end.day, str(line.value)) for line in lines]


def test_a_balance_holds_until_the_next_one_and_to_the_end_of_the_window() -> None:
    assert shape(account(at(3, "10.00"), at(10, "20.00"))) == [(3, 9, "10.00"), (10, 31, "20.00")]


def test_a_balance_from_before_the_window_is_carried_into_it() -> None:
    carried = Dated(date(2025, 12, 31), Decimal("7.00"), SOURCE)
    assert shape(account(carried)) == [(1, 31, "7.00")]


def test_from_the_day_after_closing_nothing_is_left() -> None:
    assert shape(account(at(1, "5.00"), closed_on=day(20))) == [(1, 20, "5.00")]


def test_a_foreign_balance_changes_with_the_rate_and_is_rounded_half_up_each_day() -> None:
    rates = (at(1, "7.115"), at(5, "7.125"))
    assert shape(account(at(4, "1.00"), currency="USD", rates=rates)) == [(4, 4, "7.12"), (5, 31, "7.13")]


def test_a_deposit_below_zero_counts_as_zero_and_is_still_shown() -> None:
    lines = list(spans(account(at(30, "-4.00")), MARCH.start, MARCH.end, "deposit"))
    assert [(line.value, line.balance, line.note) for line in lines] == [(0, Decimal("-4.00"), "overdrawn")]


def test_an_agreement_deposit_is_shown_beside_but_does_not_count() -> None:
    lines = list(spans(account(at(1, "4.00"), bucket="agreement_deposit"), MARCH.start, MARCH.end, "deposit"))
    assert [(line.counts, line.note) for line in lines] == [(False, "agreement_deposit")]
    assert own_product([account(at(1, "4.00"), bucket="agreement_deposit")], day(1), day(2), "deposit") == 0


def test_a_transfer_cuts_the_span_and_never_moves_the_past() -> None:
    held = (Held(day(1), day(10), Decimal("1"), SOURCE), Held(day(11), day(31), Decimal("0.7"), SOURCE))
    lines = list(credited(spans(account(at(1, "100.00")), MARCH.start, MARCH.end, "deposit"), held))
    assert [(line.start.day, line.end.day, line.amount) for line in lines] == [
        (1, 10, Decimal("1000.00")),
        (11, 31, Decimal("1470.000")),
    ]


def section(code: str, amount: str, *, counted: bool = True, sign: int = 1, divisor: int = 31) -> Section:
    history = account(at(31, amount))
    lines = tuple(spans(history, MARCH.start, MARCH.end, "deposit"))
    part = CustomerPart("C1", "甲", Decimal(0), counted, "" if counted else "below_floor", (), lines)
    return Section(code, MARCH, divisor, (part,), sign)


def test_sections_add_up_with_their_signs_as_exact_fractions() -> None:
    figure = Explanation(
        "m", "CNY", MARCH, Decimal(0), (section("window", "10"), section("base", "1", sign=-1))
    )
    assert figure.value == Fraction(10, 31) - Fraction(1, 31)


def test_a_customer_left_out_adds_nothing_but_shows_what_it_would() -> None:
    left_out = section("window", "10", counted=False)
    assert (left_out.total, left_out.customers[0].worth) == (0, Decimal("10"))


def test_a_ratio_without_anything_below_the_line_has_no_value() -> None:
    nothing = section("all", "10", counted=False, divisor=1)
    ratio = Explanation(
        "m", "ratio", MARCH, Decimal(0), (section("normal", "10", divisor=1), nothing), "ratio"
    )
    assert ratio.value is None


def test_a_change_of_ratios_is_the_difference_of_both() -> None:
    parts = [section("s", amount, divisor=1) for amount in ("3", "4", "1", "2")]
    change = Explanation("m", "ratio", MARCH, Decimal(0), tuple(parts), "ratio_change")
    assert change.value == Fraction(3, 4) - Fraction(1, 2)
