"""What was agreed, is due and was paid on the demo bank's loans, fitting the balances they have."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from cmbank.demo.accounts import Account
from cmbank.demo.days import DATES, FIRST, LAST, next_workday, number_of

#: A year's interest in ten-thousandths, and what stands behind a loan, by product.
_RATES = {"working_capital": 435, "fixed_asset": 490, "mortgage": 385}
_SECURITIES = {
    "working_capital": ("guarantee", "guarantee", "pledge", "credit"),
    "fixed_asset": ("mortgage",),
    "mortgage": ("mortgage",),
}
_YEARS = {"working_capital": 1, "fixed_asset": 5, "mortgage": 20}
_DUE_MONTHS = (3, 6, 9, 12)
#: Until when interest due in the summer of 2026 is left unpaid, by what goes wrong at the loan.
_LATE = {"arrears": date(2026, 9, 16), "npl": None}
_SUMMER = date(2026, 6, 21)

History = list[tuple[int, int]]


@dataclass(frozen=True)
class Loan:
    """One loan as the core system would deliver it; amounts in hundredths of a yuan, days as dates."""

    account: Account
    history: History
    matures_on: date
    security: str

    @classmethod
    def of(cls, account: Account, history: History, seed: int) -> "Loan":
        """The loan behind an account; the same account and seed give the same loan."""
        rng = Random(f"{seed}/loan/{account.account_no}")  # nosec B311  # made-up data, the same again
        last = LAST + timedelta(days=rng.randint(60, 365 * _YEARS[account.product]))
        return cls(account, history, last, rng.choice(_SECURITIES[account.product]))

    @property
    def amount(self) -> int:
        """The most that was ever drawn."""
        return max(balance for _day, balance in self.history)

    @property
    def rate(self) -> int:
        """A year's interest in ten-thousandths."""
        return _RATES[self.account.product]

    def schedule(self) -> Iterator[tuple[date, int, int]]:
        """Due days with principal and interest: interest every quarter, principal at the end."""
        for day in _quarterly(max(self.account.opened_on, FIRST), min(self.matures_on, LAST)):
            yield day, 0, self._interest(day)
        yield self.matures_on, self.history[-1][1], 0

    def payments(self) -> Iterator[tuple[int, int, int]]:
        """Paid principal and interest by day number: what the balance fell by, interest due or late."""
        before = 0
        for day, balance in self.history:
            if balance < before:
                yield day, before - balance, 0
            before = balance
        for due in _quarterly(DATES[self.account.start], LAST):
            paid_on = self._paid_on(due)
            if paid_on is not None and self._interest(due):
                yield next_workday(number_of(paid_on)), 0, self._interest(due)

    def _paid_on(self, due: date) -> date | None:
        late = self.account.event in _LATE and due >= _SUMMER
        return _LATE[self.account.event] if late and due == _SUMMER else None if late else due

    def _interest(self, day: date) -> int:
        number = number_of(day)
        balance = next((amount for since, amount in reversed(self.history) if since <= number), 0)
        return balance * self.rate // 40_000


def _quarterly(first: date, last: date) -> Iterator[date]:
    """The 21st of March, June, September and December between two days."""
    for year in range(first.year, last.year + 1):
        yield from (day for month in _DUE_MONTHS if first <= (day := date(year, month, 21)) <= last)
