"""Ratios, coverage and completeness by hand: what is not known or not there is never zero."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from credit.rules import completeness, coverage, ratios
from credit.rules.coverage import Backing, Worth

ON = date(2026, 10, 12)
YEAR = {
    "current_assets": Decimal(300),
    "inventory": Decimal(100),
    "receivables": Decimal(80),
    "total_assets": Decimal(1000),
    "current_liabilities": Decimal(200),
    "total_liabilities": Decimal(600),
    "equity": Decimal(400),
    "revenue": Decimal(800),
    "operating_cost": Decimal(600),
    "interest_expense": Decimal(20),
    "total_profit": Decimal(60),
    "net_profit": Decimal(45),
    "operating_cash_flow": Decimal(50),
}


def test_the_ratios_of_a_statement() -> None:
    got = ratios.ratios(YEAR, {**YEAR, "revenue": Decimal(640)})
    assert got == {
        "current_ratio": Fraction(3, 2),
        "quick_ratio": Fraction(1),
        "liability_ratio": Fraction(3, 5),
        "interest_cover": Fraction(4),
        "return_on_assets": Fraction(9, 200),
        "return_on_equity": Fraction(9, 80),
        "gross_margin": Fraction(1, 4),
        "cash_to_liabilities": Fraction(1, 4),
        "revenue_growth": Fraction(1, 4),
    }


def test_what_is_not_known_makes_a_ratio_unknown_and_never_zero() -> None:
    nothing = ratios.ratios(ratios.NOTHING)
    assert set(nothing.values()) == {None}
    without = ratios.ratios({**YEAR, "interest_expense": Decimal(0), "equity": Decimal(-5)})
    assert (without["interest_cover"], without["return_on_equity"], without["revenue_growth"]) == (None,) * 3
    assert without["current_ratio"] == Fraction(3, 2)


@given(st.sampled_from(ratios.ITEMS))
def test_a_ratio_rests_on_what_it_needs_alone(code: str) -> None:
    whole, got = ratios.ratios(YEAR, YEAR), ratios.ratios({**YEAR, code: None}, YEAR)
    assert all(got[each] in (None, whole[each]) for each in whole)
    assert ratios.missing({**YEAR, code: None}) == (code,)


def test_a_sheet_balances_or_says_by_how_much_not() -> None:
    assert ratios.imbalance(YEAR) == 0
    assert ratios.imbalance({**YEAR, "equity": Decimal("399.99")}) == Decimal("0.01")
    assert ratios.imbalance({**YEAR, "equity": None}) is None


HOUSE = Backing(
    secured=Decimal("500"),
    valued=True,
    share=Decimal("0.7"),
    valuation=Decimal("600.01"),
    valuation_until=ON,
    expires_on=ON,
)


def test_a_mortgage_counts_its_share_of_the_valuation_up_to_what_it_secures() -> None:
    assert coverage.worth(HOUSE, ON) == Worth(Decimal("420.00"))
    assert coverage.worth(Backing(Decimal(300), True, Decimal(1), Decimal(600)), ON) == Worth(Decimal(300))
    assert coverage.worth(Backing(Decimal(300), False, Decimal(1)), ON) == Worth(Decimal(300))


def test_what_is_expired_or_not_valued_counts_nothing_and_says_so() -> None:
    late = ON + timedelta(1)
    without_end = Backing(HOUSE.secured, True, HOUSE.share, HOUSE.valuation, HOUSE.valuation_until)
    assert coverage.worth(HOUSE, late).why == "expired"
    assert coverage.worth(without_end, late).why == "valuation_expired"
    assert coverage.worth(Backing(Decimal(9), True, Decimal(1)), ON) == Worth(coverage.ZERO, "not_valued")


def test_coverage_is_over_what_is_owed_and_unknown_where_nothing_is() -> None:
    assert coverage.coverage([HOUSE, HOUSE], Decimal(1000), ON) == Fraction(21, 25)
    assert coverage.coverage([], Decimal(1000), ON) == 0
    assert coverage.coverage([HOUSE], Decimal(0), ON) is None


PAPER = completeness.Paper


def test_each_required_paper_is_present_missing_expired_or_expiring() -> None:
    required = {"identity": 0, "financial_statement": 400, "contract": 0, "valuation": 365, "registration": 0}
    papers = [
        PAPER("identity", date(2020, 1, 1), ON - timedelta(1)),
        PAPER("identity", date(2026, 1, 1), ON + timedelta(400)),
        PAPER("financial_statement", ON - timedelta(380)),
        PAPER("contract", date(2020, 1, 1)),
        PAPER("valuation", ON - timedelta(366)),
    ]
    got = [(each.code, each.state) for each in completeness.completeness(required, papers, ON)]
    assert got == [
        ("identity", "present"),
        ("financial_statement", "expiring"),
        ("contract", "present"),
        ("valuation", "expired"),
        ("registration", "missing"),
    ]


def test_a_paper_is_good_on_its_last_day() -> None:
    last = [PAPER("x", ON, ON)]
    assert completeness.judged("x", 0, last, ON).state == "expiring"
    assert completeness.judged("x", 0, last, ON + timedelta(1)).state == "expired"


def test_of_several_securities_the_stricter_time_holds() -> None:
    assert completeness.needed([{"a": 0, "b": 400}, {"a": 30, "b": 365, "c": 0}]) == {
        "a": 30,
        "b": 365,
        "c": 0,
    }
