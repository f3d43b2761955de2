"""The figures of the naive twin: every metric day by day and customer by customer, by its definition."""

from collections.abc import Collection
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Any

from tests.ledger.twin import DAY, Twin, days

FLOORS = (0, 500_000, 1_000_000, 3_000_000, 5_000_000)
WINDOWS = ("month", "quarter", "year", "previous_month", "previous_quarter", "previous_year")
#: What runs to the business date and answers with what is known; all others must be known whole.
TO_DATE = ("month", "quarter", "year", "half_year")
#: Asked for one window earlier too, which is the whole one before.
AGO = {"month": "previous_month", "quarter": "previous_quarter"}
#: Windows of which nothing is stored: single days, and half a year.
BESIDE = ("half_year", "last_quarter_end", "01-03")
MARKS = (("deposit", 500_000), ("loan", 1_000_000))
Answer = tuple[str, Fraction | None, str]
#: employee, metric, window, floor, parameters
Key = tuple[str, str, str, int, tuple[tuple[str, str], ...]]


def first_of(unit: str, on: date) -> date:
    while (on - DAY).year == on.year and unit == "year":
        on -= DAY
    while unit == "quarter" and (on.day > 1 or on.month not in (1, 4, 7, 10)):
        on -= DAY
    while unit == "half_year" and (on.day > 1 or on.month not in (1, 7)):
        on -= DAY
    return on.replace(day=1)


def span_of(name: str, on: date) -> tuple[date, date]:
    if name in BESIDE and name != "half_year":
        day = {
            "last_quarter_end": first_of("quarter", on) - DAY,
            "01-03": date(on.year, 1, 3),
        }[name]
        return day, day
    unit = name.removeprefix("previous_")
    if unit == name:
        return first_of(unit, on), on
    end = first_of(unit, on) - DAY
    return first_of(unit, end), end


def known(value: Fraction | int) -> Answer:
    return "value", Fraction(value), ""


def none(reason: str) -> Answer:
    return "not_applicable", None, reason


def missing(reason: str) -> Answer:
    return "missing", None, reason


class View:
    """The figures of one state of knowledge; remembers daily values only to be asked twice in less time."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        for name in ("deposit", "loan", "overdraft", "non_performing", "arrears", "share"):
            setattr(self, name, cache(getattr(twin, name)))
        self.own = cache(self._own)
        self.everybody = list(twin.customers)

    def figures(self, on: date) -> dict[Key, Answer]:
        """Every metric of every manager, window and floor as it stands for business date `on`."""
        found = {}
        for window in WINDOWS:
            for floor in FLOORS:
                for manager in self.twin.managers:
                    answers = self.answered(manager, window, floor, on)
                    found |= {(manager, code, window, floor, p): a for (code, p), a in answers.items()}
        for window in BESIDE:
            for floor in (0, 1_000_000):
                for manager in self.twin.managers:
                    answers = self.beside(manager, window, floor, on)
                    found |= {(manager, code, window, floor, p): a for (code, p), a in answers.items()}
        return found

    def beside(self, manager: str, window: str, floor: int, on: date) -> dict[Any, Answer]:
        """The answers over a window that is not stored; none where its last day is not reached yet."""
        if span_of(window, on)[1] > on:
            return dict.fromkeys(self.answers(manager, on, on, floor, window), missing("day_not_reached"))
        return self.answered(manager, window, floor, on)

    def answered(self, manager: str, window: str, floor: int, on: date) -> dict[Any, Answer]:
        """The answers over a window; one of the past that begins before anything is known has none."""
        start, end = span_of(window, on)
        answers = self.answers(manager, start, end, floor, window)
        if window in TO_DATE or start >= self.twin.history_start:
            return answers
        never = none("feed_not_configured")
        return {key: each if each == never else missing("history") for key, each in answers.items()}

    def ago(self, on: date, published: Collection[date]) -> dict[Key, Answer]:
        """The answers of one window earlier, where the night of its last day was published."""
        found = {}
        for window, whole in AGO.items():
            start, end = span_of(whole, on)
            why = missing("history" if start < self.twin.history_start else "no_figures_on")
            for manager in self.twin.managers:
                for (code, p), answer in self.answered(manager, whole, 0, on).items():
                    key = (manager, code, window, 0, (("ago", "1"), *p))
                    found[key] = answer if end in published else why
        return found

    def _own(self, bucket: str, customer: str, start: date, end: date) -> int:
        daily = getattr(self, bucket)
        return sum(daily(customer, day) for day in days(start, end))

    def credited(self, bucket: str, manager: str, who: list[str], start: date, end: date) -> Fraction:
        daily = getattr(self, bucket)
        total = Fraction(0)
        for customer in who:
            if not self.own(bucket, customer, start, end) and bucket == "deposit":
                continue
            for day in days(start, end):
                total += (self.share(manager, customer, day) or 0) * daily(customer, day)
        return total

    def answers(self, manager: str, start: date, end: date, floor: int, window: str) -> dict[Any, Answer]:
        count = (end - start).days + 1
        who = [c for c in self.everybody if self.own("deposit", c, start, end) >= floor * 100 * count]
        held = [c for c in who if self.share(manager, c, end) is not None]
        deposit = self.credited("deposit", manager, who, start, end)
        average = deposit / 100 / count
        found: dict[Any, Answer] = {
            ("deposit_daily_average", ()): known(average),
            ("loan_daily_average", ()): known(self.credited("loan", manager, who, start, end) / 100 / count),
            ("largest_deposit_customer", ()): known(self._largest("deposit", held, start, end)),
            ("largest_loan_customer", ()): known(self._largest("loan", held, start, end)),
            ("international_settlement", ()): self._settled(manager, who, start, end),
        }
        for base in ("customer", "manager"):
            found["new_deposit_daily_average", (("base", base),)] = self._new(
                manager, held, average, end, floor, base
            )
        found["new_deposit_daily_average", ()] = found["new_deposit_daily_average", (("base", "customer"),)]
        if window.endswith("month"):
            found["deposit_product_month", ()] = known(deposit / 100)
            found["deposit_month_average", ()] = known(average)
        return found | self._quality(manager, who, start, end) | self._held(manager, held, start, end)

    def _held(self, manager: str, held: list[str], start: date, end: date) -> dict[Any, Answer]:
        """Customers with a share on the last day that reach the floor, and their balances of that day."""
        shares = {c: share for c in held if (share := self.share(manager, c, end))}
        count = (end - start).days + 1
        found: dict[Any, Answer] = {
            ("customers_held", ()): known(len(shares)),
            ("deposit_balance", ()): known(self._balance("deposit", shares, end)),
            ("loan_balance", ()): known(self._balance("loan", shares, end)),
        }
        for of, mark in MARKS:
            reaching = sum(self.own(of, c, start, end) >= mark * 100 * count for c in shares)
            found["customers_reaching", (("of", of), ("reaching", str(mark)))] = known(reaching)
        if end < self.twin.history_start:
            return dict.fromkeys(found, missing("history"))
        return found

    def _balance(self, bucket: str, shares: dict[str, Fraction], end: date) -> Fraction:
        daily = getattr(self, bucket)
        return sum((share * daily(c, end) for c, share in shares.items()), Fraction(0)) / 100

    def _largest(self, bucket: str, held: list[str], start: date, end: date) -> Fraction:
        count = (end - start).days + 1
        return max([Fraction(self.own(bucket, c, start, end), 100 * count) for c in held] + [Fraction(0)])

    def _settled(self, manager: str, who: list[str], start: date, end: date) -> Answer:
        if "settlements" not in self.twin.feeds:
            return none("feed_not_configured")
        return known(
            sum(
                (
                    (self.share(manager, c, day) or 0) * Fraction(amount, 100)
                    for c, day, amount in self.twin.settlements
                    if c in who and start <= day <= end
                ),
                Fraction(0),
            )
        )

    def _new(
        self, manager: str, held: list[str], average: Fraction, end: date, floor: int, base: str
    ) -> Answer:
        base_start, base_end = span_of("previous_year", end)
        count = (base_end - base_start).days + 1
        if base_start < self.twin.history_start:
            return missing("history")
        if base == "manager":
            who = [
                c
                for c in self.everybody
                if self.own("deposit", c, base_start, base_end) >= floor * 100 * count
            ]
            return known(average - self.credited("deposit", manager, who, base_start, base_end) / 100 / count)
        if any(
            self._began_unseen(no, base_start, end)
            for no, a in self.twin.accounts.items()
            if a.customer in held
        ):
            return missing("history_of_accounts")
        before = sum(
            ((self.share(manager, c, end) or 0) * self.own("deposit", c, base_start, base_end) for c in held),
            Fraction(0),
        )
        return known(average - before / 100 / count)

    def _began_unseen(self, no: str, base_start: date, end: date) -> bool:
        """An account older than the history whose first balance lies after the base's first day."""
        first = min((day for day in self.twin.balances.get(no, {}) if day <= end), default=None)
        older = self.twin.accounts[no].opened_on < self.twin.history_start
        return older and first is not None and first > base_start

    def _quality(self, manager: str, who: list[str], start: date, end: date) -> dict[Any, Answer]:
        normal, total, unclassified = self._portfolio(manager, who, end)
        share = self._normal_share(normal, total, unclassified)
        found = {("normal_loan_share", ()): share}
        for base in ("previous_quarter", "previous_year"):
            found["normal_loan_share_change", (("base", base),)] = self._change(
                manager, who, share, span_of(base, end)[1]
            )
        found["normal_loan_share_change", ()] = found[
            "normal_loan_share_change", (("base", "previous_quarter"),)
        ]
        for code, daily, feed in (
            ("non_performing_balance", self.non_performing, "loan_classes"),
            ("interest_arrears", self.arrears, "interest_arrears"),
            ("advances", self.overdraft, ""),
        ):
            worst = max(
                sum(daily(c, day) for c in who if self.share(manager, c, day) is not None)
                for day in days(start, end)
            )
            found[code, ()] = self._peak(worst, feed, unclassified)
        return found

    def _peak(self, worst: int, feed: str, unclassified: int) -> Answer:
        if feed and feed not in self.twin.feeds:
            return none("feed_not_configured")
        if feed and unclassified and not worst:
            return missing("loans_unclassified")
        return known(Fraction(worst, 100))

    def _portfolio(self, manager: str, who: list[str], on: date) -> tuple[Fraction, Fraction, int]:
        """Normal and all loans at the share of the day, and how many lack a class."""
        normal = total = Fraction(0)
        unclassified = 0
        for customer in who:
            share = self.share(manager, customer, on)
            for no in self.twin._loans(customer) if share is not None else ():
                if not self._owed(no, on):
                    continue
                loan_class, _ = self.twin.loan_class(no, on)
                value = share * self.twin.value(no, on)
                total += value
                normal += value if loan_class == "normal" else 0
                unclassified += loan_class == ""
        return normal, total, unclassified

    def _owed(self, no: str, on: date) -> bool:
        rows = [day for day in self.twin.balances.get(no, {}) if day <= on]
        return bool(rows) and on <= self.twin.accounts[no].closed_on and self.twin.balances[no][max(rows)] > 0

    def _normal_share(self, normal: Fraction, total: Fraction, unclassified: int) -> Answer:
        if "loan_classes" not in self.twin.feeds:
            return none("feed_not_configured")
        if not total:
            return none("no_loans")
        return missing("loans_unclassified") if unclassified else known(normal / total)

    def _change(self, manager: str, who: list[str], now: Answer, base_day: date) -> Answer:
        if now[1] is None:
            return now
        if base_day < self.twin.history_start:
            return missing("history")
        before = self._normal_share(*self._portfolio(manager, who, base_day))
        if before[1] is None:
            return none("no_loans_at_base") if before[2] == "no_loans" else before
        return known(now[1] - before[1])
