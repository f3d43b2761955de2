"""Days overdue: FIFO by principal and interest, exact to the fen, against a twin that counts every fen."""

from collections import deque
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from credit.rules.overdue import ZERO, Due, Overdue, Paid, covered, overdue

DAY = date(2026, 3, 31)
FEN = Decimal("0.01")


def due(day: str, principal: str, interest: str = "0") -> Due:
    return Due(date.fromisoformat(day), Decimal(principal), Decimal(interest))


def paid(day: str, principal: str, interest: str = "0") -> Paid:
    return Paid(date.fromisoformat(day), Decimal(principal), Decimal(interest))


def test_nothing_is_overdue_on_the_day_it_falls_due() -> None:
    plan = [due("2026-03-31", "100", "5")]
    assert overdue(plan, [], DAY) == Overdue(0, ZERO, ZERO, None)
    assert overdue(plan, [], DAY + timedelta(1)) == Overdue(1, Decimal(100), Decimal(5), DAY)


def test_payments_cover_the_oldest_first_and_a_fen_short_is_short() -> None:
    plan = [due("2026-01-20", "100", "5"), due("2026-02-20", "100", "4"), due("2026-03-20", "100", "3")]
    got = overdue(plan, [paid("2026-02-20", "199.99", "9")], DAY)
    assert got == Overdue(39, Decimal("100.01"), Decimal("3"), date(2026, 2, 20))
    assert got.amount == Decimal("103.01")


def test_principal_paid_ahead_does_not_pay_interest() -> None:
    plan = [due("2026-01-20", "100", "5"), due("2026-02-20", "100", "4")]
    assert overdue(plan, [paid("2026-01-20", "200")], DAY) == Overdue(
        70, ZERO, Decimal("9"), date(2026, 1, 20)
    )


def test_payments_after_the_day_do_not_count_and_taken_back_ones_open_the_debt_again() -> None:
    plan = [due("2026-01-20", "100")]
    assert overdue(plan, [paid("2026-04-01", "100")], DAY).principal == Decimal(100)
    assert overdue(plan, [paid("2026-01-20", "100"), paid("2026-02-01", "-30")], DAY).principal == Decimal(30)
    assert overdue(plan, [paid("2026-02-01", "-30")], DAY).principal == Decimal(100)


def test_each_line_says_what_covers_it() -> None:
    plan = [due("2026-04-20", "100"), due("2026-02-20", "100")]
    lines = covered(plan, [paid("2026-01-20", "150")], DAY)
    assert [(each.due.due_on.month, each.principal, each.days) for each in lines] == [
        (2, Decimal(100), 0),
        (4, Decimal(50), 0),
    ]


fen = st.integers(0, 40).map(lambda count: count * FEN)
signed = st.integers(-15, 60).map(lambda count: count * FEN)
days = st.integers(-60, 30).map(lambda count: DAY + timedelta(count))
plans = st.lists(st.builds(Due, days, fen, fen), max_size=8)
payments = st.lists(st.builds(Paid, days, signed, signed), max_size=8)


def naive(owed: list[tuple[date, Decimal]], given_: list[tuple[date, Decimal]], on: date) -> list[date]:
    """One entry a fen still open whose day has passed: the slowest way to see it."""
    queue = deque(sorted(day for day, amount in owed for _fen in range(int(amount * 100))))
    purse = int(sum(amount for day, amount in given_ if day <= on) * 100)
    while purse > 0 and queue:
        queue.popleft()
        purse -= 1
    return [day for day in queue if day < on]


@given(plans, payments, days)
def test_it_agrees_with_counting_every_fen(plan: list[Due], made: list[Paid], on: date) -> None:
    got = overdue(plan, made, on)
    principal = naive(
        [(each.due_on, each.principal) for each in plan],
        [(each.paid_on, each.principal) for each in made],
        on,
    )
    interest = naive(
        [(each.due_on, each.interest) for each in plan],
        [(each.paid_on, each.interest) for each in made],
        on,
    )
    since = min(principal + interest, default=None)
    assert got == Overdue((on - since).days if since else 0, len(principal) * FEN, len(interest) * FEN, since)


@given(plans, payments, days)
def test_paying_more_is_never_worse_and_waiting_never_better(
    plan: list[Due], made: list[Paid], on: date
) -> None:
    before = overdue(plan, made, on)
    after = overdue(plan, [*made, Paid(on, FEN, FEN)], on)
    assert after.amount <= before.amount and after.days <= before.days
    unpaid = [each for each in made if each.paid_on <= on]
    assert overdue(plan, unpaid, on + timedelta(1)).days >= before.days
