"""Balances of one account over the span, as changes: salaries, taxes, month-ends, quiet weekends.

A history is a list of (day number, balance in hundredths of the account's currency), one entry per
change. Shapes are drawn around 1 and then scaled so that the appraised year averages what was asked.
"""

from bisect import bisect_left
from collections.abc import Callable
from datetime import date
from random import Random

from cmbank.demo.accounts import Account
from cmbank.demo.days import (
    DATES,
    DAYS,
    MONTH_LAST_WORKDAY,
    WORKDAYS,
    YEAR_DAYS,
    YEAR_START,
    next_workday,
    number_of,
)

Shape = list[tuple[int, float]]
History = list[tuple[int, int]]

_OVERDRAWN = number_of(date(2026, 8, 24)), number_of(date(2026, 8, 27))
"""The day an account falls below zero, and the day it is back."""
_OVERDRAFT = -125_000_000  # hundredths of a yuan
_SPIKE = DAYS - 2


def history(account: Account, rng: Random, *, rate: float) -> History:
    """The balance changes of an account; `rate` is the mean CNY value of its currency over the year."""
    shape = _SHAPES[account.product](account, rng)
    changes = _scaled(shape, account, rate)
    if account.closed is not None:
        changes = [change for change in changes if change[0] < account.closed] + [(account.closed, 0)]
    return _without_repeats(_eventful(changes, account.event))


def _path(account: Account) -> Callable[[int], float]:
    """The level around which the balance moves, 1 on average over the year; older years by `ratio`."""
    if account.start:
        slope = 0.3 / (DAYS - account.start)
        return lambda day: 0.85 + slope * (day - account.start)
    turn = (account.ratio + 1) / 2
    begin, end = max(0.15, 2 * account.ratio - turn), 2 - turn
    before, after = (turn - begin) / YEAR_START, (end - turn) / YEAR_DAYS
    return lambda day: begin + before * day if day < YEAR_START else turn + after * (day - YEAR_START)


def _demand(account: Account, rng: Random) -> Shape:
    """Receipts build up to the month's end; wages leave on the 10th, taxes on the 15th."""
    level, drift = _path(account), 0.0
    shape = [(account.start, level(account.start))]
    for day in WORKDAYS[bisect_left(WORKDAYS, account.start + 1) :]:
        if day in MONTH_LAST_WORKDAY or DATES[day].day == 10 or rng.random() < account.lively:
            drift = 0.7 * drift + rng.uniform(-0.07, 0.07)
            shape.append((day, level(day) * (1 + drift + _season(day))))
    return shape


def _season(day: int) -> float:
    """How far the time of the month lifts or lowers a demand deposit."""
    if day in MONTH_LAST_WORKDAY:
        return 0.06
    day_of_month = DATES[day].day
    return -0.1 if 10 <= day_of_month <= 15 else 0.004 * (day_of_month - 15)


def _steps(account: Account, rng: Random, *, every: tuple[int, int], wobble: float) -> Shape:
    """A balance that stands still between its dates."""
    level = _path(account)
    shape, day = [(account.start, level(account.start))], account.start + rng.randint(10, every[1])
    while day < DAYS:
        day = next_workday(day)
        shape.append((day, level(day) * (1 + rng.uniform(-wobble, wobble))))
        day += rng.randint(*every)
    return shape


def _time(account: Account, rng: Random) -> Shape:
    return _steps(account, rng, every=(150, 200), wobble=0.02)


def _notice(account: Account, rng: Random) -> Shape:
    return _steps(account, rng, every=(20, 50), wobble=0.12)


def _agreement(account: Account, rng: Random) -> Shape:
    return _steps(account, rng, every=(5, 12), wobble=0.08)


def _working_capital(account: Account, rng: Random) -> Shape:
    """Drawn, partly repaid, renewed for a year: repaid one day, drawn anew some days later."""
    shape = _steps(account, rng, every=(40, 80), wobble=0.06)
    renewal = next_workday(account.start + rng.randint(90, 330))
    if renewal + 5 >= DAYS:
        return shape
    drawn = next_workday(renewal + rng.randint(1, 3))
    level = _path(account)(drawn)
    kept = [change for change in shape if not renewal <= change[0] <= drawn]
    return sorted([*kept, (renewal, 0.0), (drawn, level)])


def _fixed_asset(account: Account, rng: Random) -> Shape:
    """Repaid in equal parts on the 21st of each quarter's last month, after one early drawing."""
    part = rng.uniform(0.015, 0.03)
    dues = [d for d in range(account.start + 1, DAYS) if DATES[d].day == 21 and DATES[d].month % 3 == 0]
    return [(account.start, 1.1)] + [(due, 1.1 - part * (done + 1)) for done, due in enumerate(dues)]


def _mortgage(account: Account, rng: Random) -> Shape:
    """Repaid in equal parts on the 20th of every month."""
    part = rng.uniform(0.003, 0.006)
    dues = [d for d in range(account.start + 1, DAYS) if DATES[d].day == 20]
    return [(account.start, 1.05)] + [(due, 1.05 - part * (done + 1)) for done, due in enumerate(dues)]


_SHAPES: dict[str, Callable[[Account, Random], Shape]] = {
    "demand": _demand,
    "time": _time,
    "notice": _notice,
    "agreement": _agreement,
    "working_capital": _working_capital,
    "fixed_asset": _fixed_asset,
    "mortgage": _mortgage,
}
_ROUND_SUMS = {"time", "notice", "working_capital", "fixed_asset"}


def _scaled(shape: Shape, account: Account, rate: float) -> History:
    average = shape[0][1] if account.closed is not None else _average(shape)
    factor = account.amount / rate / average * 100
    unit = 1
    if account.product in _ROUND_SUMS:
        unit = 1_000_000 if account.amount > 1_000_000 else 100_000
    return [(day, round(value * factor / unit) * unit) for day, value in shape]


def _average(shape: Shape) -> float:
    """The daily average of a shape over the appraised year; nothing before its first day."""
    total = 0.0
    for (day, value), (until, _next) in zip(shape, [*shape[1:], (DAYS, 0.0)], strict=True):
        total += value * max(0, until - max(day, YEAR_START))
    return total / YEAR_DAYS


def _eventful(changes: History, event: str) -> History:
    if event == "overdraft":
        first, last = _OVERDRAWN
        back = max(change for change in changes if change[0] < first)[1]
        kept = [change for change in changes if not first <= change[0] <= last]
        return sorted([*kept, (first, _OVERDRAFT), (last, back)])
    if event.startswith("spike:"):
        money = int(event.removeprefix("spike:")) * 100
        usual = max(change for change in changes if change[0] < _SPIKE)[1]
        kept = [change for change in changes if change[0] < _SPIKE]
        return [*kept, (_SPIKE, usual + money)]
    return changes


def _without_repeats(changes: History) -> History:
    kept = changes[:1]
    for change in changes[1:]:
        if change[1] != kept[-1][1]:
            kept.append(change)
    return kept
