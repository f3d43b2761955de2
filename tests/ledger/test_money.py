"""Rounding is exact and symmetric; the short forms never change an amount's order or magnitude."""

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules import money

fractions = st.fractions()
cents = st.integers(min_value=-(10**18), max_value=10**18).map(lambda n: Decimal(n).scaleb(-2))
languages = st.sampled_from(["zh", "zh-hans", "en"])
SUFFIXES = {"亿": 10**8, "万": 10**4, "bn": 10**9, "m": 10**6, "k": 10**3}


def read_back(text: str) -> Decimal:
    """The amount that a short form stands for."""
    digits, _, suffix = text.replace("\u2212", "-").replace(",", "").partition(" ")
    return Decimal(digits) * SUFFIXES.get(suffix, 1)


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (Decimal("1.005"), 2, "1.01"),
        (Decimal("-1.005"), 2, "-1.01"),
        (Decimal("2.5"), 0, "3"),
        (Decimal("-2.5"), 0, "-3"),
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(-1, 3), 2, "-0.33"),
        (Fraction(1, 200), 2, "0.01"),
        (Decimal("-0.001"), 2, "0.00"),
        (7, 2, "7.00"),
        (Decimal("123456789012345678901234567890.125"), 2, "123456789012345678901234567890.13"),
    ],
)
def test_rounds_half_away_from_zero(value, places, expected):
    assert str(money.round_half_up(value, places)) == expected


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_agrees_with_the_standard_library_where_it_is_exact(value):
    expected = value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP, context=Context(prec=200))
    assert money.round_half_up(value) == expected


@given(fractions, st.integers(min_value=0, max_value=6))
def test_is_never_further_off_than_half_a_unit(value, places):
    rounded = money.round_half_up(value, places)
    assert abs(Fraction(rounded) - value) <= Fraction(1, 2 * 10**places)
    assert rounded.as_tuple().exponent == -places


@given(fractions)
def test_is_symmetric(value):
    assert Fraction(money.round_half_up(-value)) == -Fraction(money.round_half_up(value))


@given(fractions, fractions)
def test_keeps_the_order(one, other):
    low, high = sorted((one, other))
    assert money.round_half_up(low) <= money.round_half_up(high)


@given(fractions)
def test_rounding_twice_changes_nothing(value):
    once = money.round_half_up(value)
    assert money.round_half_up(once) == once


@pytest.mark.parametrize("value", [1.5, True, "1.50", None])
def test_refuses_what_is_not_an_exact_number(value):
    with pytest.raises(TypeError, match="Decimal"):
        money.round_half_up(value)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity")])
def test_refuses_what_is_not_finite(value):
    with pytest.raises(ValueError, match="有限"):
        money.round_half_up(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("230967412.88"), "2.31 亿"),
        (Decimal(250000000), "2.50 亿"),
        (Decimal(19040000), "1,904 万"),
        (Decimal(4860000), "486 万"),
        (Decimal(500000), "50 万"),
        (Decimal(32000), "3.2 万"),
        (Decimal(174000), "17.4 万"),
        (Decimal("10050.26"), "1.01 万"),
        (Decimal(9500), "9,500.00"),
        (0, "0"),
        (Decimal(99995000), "1.00 亿"),
        (Decimal("99994999.99"), "9,999 万"),
        (Decimal(999999), "100 万"),
        (Decimal("9999.995"), "1 万"),
        (Decimal(-19040000), "\u22121,904 万"),
        (Decimal("-0.001"), "0.00"),
        (Decimal("1234567890123.45"), "12,345.68 亿"),
    ],
)
def test_short_forms_in_chinese(value, expected):
    assert money.short_amount(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("230967412.88"), "230.97 m"),
        (Decimal("2309674128.80"), "2.31 bn"),
        (Decimal(32000), "32 k"),
        (Decimal(999960), "1.00 m"),
        (Decimal(9500), "9,500.00"),
    ],
)
def test_short_forms_in_english(value, expected):
    assert money.short_amount(value, language="en") == expected


def test_names_other_currencies():
    assert money.short_amount(Decimal(8200000), unit="USD") == "US$ 820 万"
    assert money.short_amount(Decimal(-8200000), unit="USD") == "\u2212US$ 820 万"
    assert money.exact_amount(Decimal(400000), unit="USD") == "US$ 400,000.00"
    assert money.short_amount(Decimal(1000000), unit="CHF") == "CHF 100 万"


def test_a_difference_carries_its_sign():
    assert money.short_amount(Decimal(116000), signed=True) == "+11.6 万"
    assert money.short_amount(Decimal(0), signed=True) == "0"


@given(cents, languages)
def test_a_short_form_is_within_half_of_its_last_digit(value, language):
    shown = read_back(money.short_amount(value, language=language))
    assert abs(shown - value) <= abs(value) / 200 + Decimal("0.005")


@given(cents, cents, languages)
def test_short_forms_keep_the_order(one, other, language):
    low, high = sorted((one, other))
    shown = [read_back(money.short_amount(value, language=language)) for value in (low, high)]
    assert shown == sorted(shown)


@given(cents)
def test_an_exact_form_loses_nothing(value):
    assert Decimal(money.exact_amount(value).replace(",", "")) == value


def test_percentages():
    assert money.percent(Fraction(982, 1000)) == "98.2%"
    assert money.percent(Decimal("0.38"), places=0, signed=True) == "+38%"
    assert money.percent(Decimal("-0.004")) == "\u22120.4%"
    assert [money.share_percent(share) for share in (1, Decimal("0.70"), Fraction(1, 3), 0)] == [
        "100%",
        "70%",
        "33.33%",
        "0%",
    ]


def test_figures_follow_their_unit():
    assert money.short_figure(Decimal("0.986"), unit="ratio") == "98.6%"
    assert money.short_figure(36, unit="months") == "36"
    assert money.short_figure(Decimal("60282494761.68"), unit="CNY-days") == "602.82 亿"
    assert money.exact_figure(Decimal("0.98613"), unit="ratio") == "98.6130%"
    assert money.exact_figure(1234, unit="count") == "1,234"
    assert money.short_figure(Decimal("1234.5000"), unit="number") == "1,234.5"
    assert money.exact_figure(Decimal("-0.12345"), unit="number") == "-0.1235"
    assert money.exact_figure(Fraction(200, 3), unit="points") == "66.67"
    assert money.short_figure(100, unit="points") == "100"
    assert money.exact_figure(Decimal("230967412.88")) == "230,967,412.88"
    assert money.scaled(Decimal(19040000), size=10**4) == "1,904"
