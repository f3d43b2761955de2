"""Loan classes with interest arrears, settlements abroad and exchange rates: the feeds beside balances."""

from collections.abc import Iterator
from datetime import date
from random import Random

from cmbank.demo.accounts import Account
from cmbank.demo.customers import Customer
from cmbank.demo.days import DAYS, MERGER, QUARTER_ENDS, WORKDAYS, WORKING, YEAR_START, number_of

_EVENTS: dict[str, tuple[tuple[date, str, int], ...]] = {
    "arrears": ((date(2026, 8, 21), "normal", 18_640_000), (date(2026, 9, 16), "normal", 0)),
    "npl": ((date(2026, 7, 8), "special_mention", 0), (date(2026, 8, 20), "substandard", 0)),
    "recovered": ((date(2026, 3, 31), "special_mention", 0), (date(2026, 8, 28), "normal", 0)),
    "watched": ((date(2026, 3, 31), "special_mention", 0),),
}
"""What happens to a loan: day, class from then on, arrears in hundredths of a yuan from then on."""


def classes(account: Account) -> Iterator[tuple[int, str, int]]:
    """The class of a loan and its arrears: at the start, at each quarter's end, and when they change."""
    events = {number_of(day): (name, arrears) for day, name, arrears in _EVENTS.get(account.event, ())}
    state = ("normal", 0)
    for day in sorted({account.start, *events, *(end for end in QUARTER_ENDS if end > account.start)}):
        state = events.get(day, state)
        yield day, *state


def settlements(customer: Customer, rng: Random) -> Iterator[tuple[int, int]]:
    """Settlements as (day number, hundredths of a US dollar); the appraised year adds up to the target."""
    if not customer.settlement:
        return
    first = number_of(MERGER) if customer.known_from == MERGER else 0
    days = [day for day in WORKDAYS if day >= first and rng.random() < 0.06]
    drawn = [(day, rng.uniform(0.4, 1.8)) for day in days]
    whole = sum(weight for day, weight in drawn if day >= YEAR_START) or 1
    for day, weight in drawn:
        yield day, round(customer.settlement * weight / whole) * 100 + rng.randint(0, 99)


def rates(seed: int) -> dict[str, tuple[int, ...]]:
    """Per currency the CNY rate of every day, in ten-thousandths; it rests while markets are closed."""
    rng = Random(f"{seed}/rates")  # nosec B311  # made-up data, the same again
    course = {"USD": (71_900, -1_100 / DAYS), "HKD": (9_240, -140 / DAYS), "EUR": (75_600, 5_400 / DAYS)}
    return {currency: _course(begin, drift, rng) for currency, (begin, drift) in course.items()}


def _course(begin: int, drift: float, rng: Random) -> tuple[int, ...]:
    """A walk around a straight line, pulled back to it."""
    rate, away = begin, 0.0
    found = []
    for day in range(DAYS):
        if WORKING[day]:
            away = 0.95 * away + rng.uniform(-0.002, 0.002) * begin
            rate = round(begin + drift * day + away)
        found.append(rate)
    return tuple(found)
