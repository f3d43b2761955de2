"""Floors never raise an additive metric: on generated histories, by SQL and in the explanation's arithmetic.

Additive is what is a sum over the customers that count, of parts that are not negative: deposits (one below
zero counts as zero), loans where no balance is negative, settlements where none is reversed, and the
customers themselves. A higher floor leaves out customers and adds none, so the sum cannot rise.

Others follow no such rule. New deposits are a difference: without a customer who took money away they rise. A
share of normal loans is a ratio: without a bad loan it rises, and its change may go either way. A sum with
negative parts (a settlement reversed, a loan overpaid) rises when these go. The largest customer and the
highest day of bad loans are no sums; events and targets know no customers, so a floor means nothing to them.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from ledger import metrics, queries
from ledger.rules.explaining import (
    AccountHistory,
    CustomerPart,
    Dated,
    Held,
    Section,
    Source,
    credited,
    own_product,
    spans,
)
from ledger.rules.figures import MetricRef
from ledger.rules.windows import Window
from ledger.services.nights import run_nights
from managers.models import ClientManager
from tests.ledger import bank
from tests.ledger.histories import rolled_back

START, ON = date(1993, 12, 25), date(1994, 1, 5)
SPAN = Window("span", START, ON)
#: The floors that nights store, and some between them that are worked out when asked for.
FLOORS = tuple(
    Decimal(text) for text in ("0", "0.01", "250000", "500000", "1000000", "2999999.99", "3000000")
)
WINDOWS = ("month", "year", "half_year", "day", "last_month_end", "last_year 12-28")
ADDITIVE: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("deposit_daily_average", ()),
    ("loan_daily_average", ()),
    ("deposit_product_month", ()),
    ("deposit_month_average", ()),
    ("international_settlement", ()),
    ("deposit_balance", ()),
    ("loan_balance", ()),
    ("customers_held", ()),
    ("customers_reaching", (("of", "loan"), ("reaching", "1000"))),
)
#: Which currencies the customers of each manager hold; everybody has a part of the fourth one's customers.
MIXES = {"E1": ("CNY",), "E2": ("USD",), "E3": ("CNY", "USD"), "E4": ("CNY", "USD", "JPY")}
RATES = ("5.76", "6.0001")
SHARES = ("1", "0.7", "0.333333")
AMOUNTS = ("0", "0.01", "80000", "249999.99", "500000", "1000000.05", "3000000", "7000001")
Draw = Any


# --- by SQL -----------------------------------------------------------------------------------------------


@st.composite
def banks(draw: Draw) -> bank.Files:
    """Four managers with three customers each, deposits and loans never below zero in all currencies."""
    files = {
        "branches.csv": [("HO", "总行", "head_office", "")],
        "managers.csv": [
            (no, no, "HO", "corporate", "1990-01-01", "1990-01-01", "first", "", "") for no in MIXES
        ],
        "fx_rates.csv": [
            *(("USD", day, draw(st.sampled_from(RATES))) for day in ("1993-12-25", "1994-01-03")),
            ("JPY", "1993-12-25", "0.0521"),
        ],
    } | {name: [] for name in ("customers.csv", "accounts.csv", "assignments.csv", "balances.csv")}
    files["settlements.csv"] = []
    for manager in MIXES:
        for number in range(3):
            _customer(draw, files, manager, f"{manager}-{number}")
    return files


def _customer(draw: Draw, files: dict[str, list[Any]], manager: str, customer: str) -> None:
    """One customer with its accounts and shares; the first of each manager is too small for any bank."""
    small = customer.endswith("-0")
    files["customers.csv"].append((customer, customer, "corporate", "HO"))
    files["assignments.csv"] += _shares(draw, customer, manager)
    for place, currency in enumerate(MIXES[manager]):
        for kind in ("deposit", "loan"):
            account = f"{customer}-{kind}-{place}"
            product = "loan" if kind == "loan" else "demand"
            files["accounts.csv"].append((account, customer, kind, product, currency, "1993-12-25", ""))
            amounts = ("100.00",) if small else AMOUNTS
            for day in ("1993-12-25", *draw(_days(2))):
                files["balances.csv"].append((account, day, draw(st.sampled_from(amounts))))
    files["settlements.csv"] += [(customer, day, "12.34") for day in draw(_days(1))]


def _shares(draw: Draw, customer: str, manager: str) -> list[tuple[str, ...]]:
    """Held from before the history, or handed over inside it; the fourth one's are shared with the first."""
    share, moved = draw(st.sampled_from(SHARES)), draw(st.sampled_from(("", "1993-12-30", "1994-01-02")))
    if manager == "E4":
        return [(customer, "E4", "0.7", "1990-01-01", moved), (customer, "E1", "0.3", "1990-01-01", "")]
    return [(customer, manager, share, moved or "1990-01-01", "")]


def _days(most: int) -> st.SearchStrategy[list[str]]:
    days = [(START + timedelta(days=number)).isoformat() for number in range(1, SPAN.days)]
    return st.lists(st.sampled_from(days), max_size=most, unique=True)


@pytest.mark.django_db
@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
    print_blob=True,
)
@given(files=banks())
def test_a_higher_floor_never_raises_a_published_figure(
    files: bank.Files, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Per manager (one of each currency mix), window, stored and unstored floor; one night each bank."""
    with rolled_back():
        bank.loaded(bank.write(tmp_path_factory.mktemp("floors"), files, SPAN))
        run_nights(to=ON, start=ON)
        fallen = set()
        for who, code, window, values in _ladders():
            assert values == sorted(values, reverse=True), f"{who} {code} {window}: {values}"
            if values[0] > values[-1]:
                fallen.add((who, code, window))
        assert {("deposit_daily_average", "month"), ("loan_balance", "day")} <= {key[1:] for key in fallen}
        assert {key[0] for key in fallen} == set(MIXES), "the small customer of each falls out"


def _ladders() -> Iterator[tuple[str, str, str, list[Fraction]]]:
    """The values at ascending floors, by manager, metric and window."""
    names = dict(ClientManager.objects.values_list("id", "employee_no"))
    known = metrics.catalogue()
    asked = [
        (code, params, window)
        for code, params in ADDITIVE
        for window in WINDOWS
        if code not in known or known[code].answers(window)
    ]
    refs = [MetricRef(code, window, floor, p) for code, p, window in asked for floor in FLOORS]
    for manager, found in metrics.figures(queries.current_run(ON), refs).items():
        for code, params, window in asked:
            figures = [found[MetricRef(code, window, floor, params)] for floor in FLOORS]
            assert [figure.state for figure in figures] == ["value"] * len(FLOORS)
            yield names[manager], code, window, [figure.value or Fraction(0) for figure in figures]


# --- in the arithmetic of the explanation -----------------------------------------------------------------

MARCH = Window("month", date(2026, 3, 1), date(2026, 3, 31))
SOURCE = Source(1, "balances.csv", 2)
amounts = st.sampled_from((*AMOUNTS, "-0.01", "-5000")).map(Decimal)
days = st.integers(1, 31).map(lambda number: date(2026, 3, number))


@st.composite
def accounts(draw: Draw) -> AccountHistory:
    """A deposit of any currency; where it is below zero it counts as zero."""
    dated = sorted(draw(st.dictionaries(days, amounts, min_size=1, max_size=4)).items())
    rates = st.integers(1, 10**9).map(lambda number: Decimal(number) / 10**8)
    changes = sorted(draw(st.dictionaries(days, rates, max_size=2)).items())
    return AccountHistory(
        "6228",
        "demand",
        "deposit",
        draw(st.sampled_from(("CNY", "USD"))),
        draw(st.none() | days),
        tuple(Dated(day, amount, SOURCE) for day, amount in dated),
        (Dated(date(2026, 1, 1), Decimal("7.1"), SOURCE), *(Dated(day, r, SOURCE) for day, r in changes)),
    )


@st.composite
def pieces(draw: Draw) -> tuple[Held, ...]:
    """A share held up to a day, and another one from the next."""
    last = draw(days)
    first, then = (draw(st.integers(0, 100)) for _ in range(2))
    held = [Held(MARCH.start, last, Decimal(first) / 100, SOURCE)]
    if last < MARCH.end:
        held.append(Held(last + timedelta(days=1), MARCH.end, Decimal(then) / 100, SOURCE))
    return tuple(held)


def section(customers: Sequence[tuple[list[AccountHistory], tuple[Held, ...]]], floor: Decimal) -> Section:
    """The window's deposits as an explanation lists them: who is below the floor stays and adds nothing."""
    parts = []
    for place, (own, held) in enumerate(customers):
        product = own_product(own, MARCH.start, MARCH.end, "deposit")
        counted = product >= floor * MARCH.days
        lines = [line for account in own for line in spans(account, MARCH.start, MARCH.end, "deposit")]
        reason = "" if counted else "below_floor"
        parts.append(
            CustomerPart(f"C{place}", "", product, counted, reason, held, tuple(credited(lines, held)))
        )
    return Section("window", MARCH, MARCH.days, tuple(parts))


@settings(max_examples=60)
@given(
    customers=st.lists(
        st.tuples(st.lists(accounts(), min_size=1, max_size=2), pieces()), min_size=1, max_size=3
    ),
    near=st.sampled_from((Decimal("-0.01"), Decimal(0), Decimal("0.01"))),
)
def test_a_higher_floor_never_raises_what_an_explanation_adds_up_to(
    customers: list[tuple[list[AccountHistory], tuple[Held, ...]]], near: Decimal
) -> None:
    """At floors on and beside the own averages, where somebody falls out."""
    own = [part.own_product / MARCH.days for part in section(customers, Decimal(0)).customers]
    floors = {Decimal(0), *(max(round(average + near, 2), Decimal(0)) for average in own)}
    values = [section(customers, floor).value for floor in sorted(floors)]
    assert values == sorted(values, reverse=True)
    event("a floor leaves something out" if values[0] > values[-1] else "every floor gives the same")
