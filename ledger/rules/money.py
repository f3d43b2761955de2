"""Amounts of money: exact rounding, and the short forms that Chinese and English readers expect."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

Number = Decimal | Fraction | int


@dataclass(frozen=True)
class Step:
    """One way of writing an amount: in units of `size`, with `places` decimals, below `limit` of them."""

    size: int
    suffix: str
    places: int
    limit: int | None
    trims: bool = False


# The first step that the rounded figure fits is taken, so that 99,999,999 reads "1.00 亿", never "10,000 万".
_PLAIN = Step(size=1, suffix="", places=2, limit=10_000)
_STEPS = {
    "zh": (
        _PLAIN,
        Step(size=10**4, suffix=" 万", places=2, limit=10, trims=True),
        Step(size=10**4, suffix=" 万", places=1, limit=100, trims=True),
        Step(size=10**4, suffix=" 万", places=0, limit=10_000),
        Step(size=10**8, suffix=" 亿", places=2, limit=None),
    ),
    "en": (
        _PLAIN,
        Step(size=10**3, suffix=" k", places=1, limit=1_000, trims=True),
        Step(size=10**6, suffix=" m", places=2, limit=1_000),
        Step(size=10**9, suffix=" bn", places=2, limit=None),
    ),
}
_SYMBOLS = {"CNY": "", "USD": "US$ ", "HKD": "HK$ ", "EUR": "€ ", "GBP": "£ ", "JPY": "JP¥ "}
_MINUS = "\u2212"
#: Figures that are no money, and the places they may have; needless zeros are left out.
_NUMBERS = {"count": 0, "months": 0, "number": 4, "points": 2}


def fraction(value: Number) -> Fraction:
    """The value without any loss. Raises TypeError for a float or bool, ValueError for NaN and infinity."""
    if isinstance(value, bool) or not isinstance(value, Decimal | Fraction | int):
        raise TypeError(f"金额须为 Decimal、Fraction 或 int，收到的是 {type(value).__name__}；浮点数会丢分。")
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError(f"金额不是一个有限的数：{value}")
    return Fraction(value)


def round_half_up(value: Number, places: int = 2) -> Decimal:
    """The value rounded to `places` decimals, halves away from zero as PostgreSQL's numeric does.

    Exact for every size (no context precision is involved), symmetric for negative values, never "-0".
    """
    exact = fraction(value)
    shifted = abs(exact) * 10**places
    whole, rest = divmod(shifted.numerator, shifted.denominator)
    if 2 * rest >= shifted.denominator:
        whole += 1
    # Built from digits: arithmetic on Decimal would round once more, to the 28 digits of the context.
    digits = tuple(int(digit) for digit in str(whole))
    return Decimal((1 if exact < 0 and whole else 0, digits, -places))


def exact_amount(value: Number, *, unit: str = "CNY", places: int = 2) -> str:
    """All digits with thousands separators, "230,967,412.88"; other currencies than CNY are named first.

    The minus sign is the keyboard's, so that a copied figure pastes into a spreadsheet as a number.
    """
    return f"{currency_prefix(unit)}{round_half_up(value, places):,.{places}f}"


def short_amount(value: Number, *, unit: str = "CNY", language: str = "zh", signed: bool = False) -> str:
    """An amount as people say it: "2.31 亿", "1,904 万", "9,500.00", "US$ 820 万"; English "231.00 m".

    Nothing at all is "0", so that it is told from what rounds to "0.00". `signed` puts a plus before positive
    values, for differences. Rounded half up: beside a threshold, compare the exact values, never these.
    """
    exact = fraction(value)
    if not exact:
        return f"{currency_prefix(unit)}0"
    for step in _STEPS["zh" if language.startswith("zh") else "en"]:
        shown = round_half_up(abs(exact) / step.size, step.places)
        if step.limit is None or shown < step.limit:
            break
    digits = f"{shown:,.{step.places}f}"
    digits = digits.rstrip("0").rstrip(".") if step.trims else digits
    return f"{_sign(exact, shown, signed=signed)}{currency_prefix(unit)}{digits}{step.suffix}"


def percent(ratio: Number, *, places: int = 1, signed: bool = False) -> str:
    """A ratio as a percentage: 0.982 is "98.2%"; `signed` writes "+38.0%" for a change."""
    exact = fraction(ratio)
    shown = round_half_up(abs(exact) * 100, places)
    return f"{_sign(exact, shown, signed=signed)}{shown:,.{places}f}%"


def share_percent(share: Number) -> str:
    """A share of a customer without needless zeros: 1 is "100%", 0.7 is "70%", 1/3 is "33.33%"."""
    digits = percent(share, places=2).removesuffix("%")
    return f"{digits.rstrip('0').rstrip('.')}%"


def scaled(value: Number, *, size: int, places: int = 0) -> str:
    """The bare figure in units of `size` yuan, for a column whose heading names the unit."""
    exact = fraction(value)
    shown = round_half_up(abs(exact) / size, places)
    return f"{_sign(exact, shown, signed=False)}{shown:,.{places}f}"


def short_figure(value: Number, *, unit: str = "CNY", language: str = "zh") -> str:
    """A metric's value by its unit: a currency, "ratio", "CNY-days", or a plain number such as "count"."""
    if unit == "ratio":
        return percent(value)
    if unit in _NUMBERS:
        return _trimmed(scaled(value, size=1, places=_NUMBERS[unit]))
    return short_amount(value, unit="CNY" if unit == "CNY-days" else unit, language=language)


def exact_figure(value: Number, *, unit: str = "CNY") -> str:
    """The same value with all the digits worth showing, for titles, explanations and exports."""
    if unit == "ratio":
        return percent(value, places=4)
    if unit in _NUMBERS:
        return _trimmed(exact_amount(value, places=_NUMBERS[unit]))
    return exact_amount(value, unit="CNY" if unit == "CNY-days" else unit)


def _trimmed(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def currency_prefix(unit: str) -> str:
    """What stands before an amount: nothing for CNY, "US$ " for USD, the code itself for the less common."""
    return _SYMBOLS.get(unit, f"{unit} ")


def _sign(exact: Fraction, shown: Decimal, *, signed: bool) -> str:
    if not shown:
        return ""
    if exact < 0:
        return _MINUS
    return "+" if signed else ""
