"""What people write into a cell of the numbers grid, read strictly: 2.5亿, 3800万, 1,500,000, 25%, 废止."""

import re
import unicodedata
from decimal import Decimal

from django.utils.translation import gettext as _

from ledger.rules import money

#: What ends a number, and what stands where a text never laid one down: Chinese, then English.
REPEALED = ("废止", "repealed")
NEVER = ("未规定", "not laid down")
WHOLE = ("count", "months", "flag")
PLAIN = ("ratio", "number", "points", *WHOLE)
UNITS = ("CNY", "USD", *PLAIN)
_SIZES = {"万": 10**4, "亿": 10**8, "k": 10**3, "m": 10**6, "bn": 10**9}
_NUMBER = r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?"
_ENTRY = re.compile(rf"({_NUMBER})\s*(%|万|亿|k|m|bn)?\s*(元|美元|yuan)?", re.IGNORECASE)


class NotRead(ValueError):
    """An entry that is no number of this kind; the text says what is wrong and what to write."""


def read(entry: str, unit: str) -> Decimal | None:
    """The exact number of an entry in `unit`, None where it says that the number ends; NotRead otherwise."""
    text = unicodedata.normalize("NFKC", entry).replace("\u2212", "-").strip()
    if text.lower() in (*REPEALED, *NEVER):
        return None
    found = _ENTRY.fullmatch(text)
    if found is None:
        raise NotRead(_expected(unit) if text else _("不能留空：写一个数，或写“废止”。"))
    number, size = Decimal(found[1].replace(",", "")), (found[2] or "").lower()
    if found[3] and unit in PLAIN:
        raise NotRead(_expected(unit))
    return _scaled(number, size, unit)


def _scaled(number: Decimal, size: str, unit: str) -> Decimal:
    if size == "%":
        if unit != "ratio":
            raise NotRead(_expected(unit))
        return (number / 100).normalize()
    if unit == "ratio":
        if size or abs(number) > 1:
            raise NotRead(_expected(unit))
        return number
    if size and unit in WHOLE:
        raise NotRead(_expected(unit))
    return _fitting(number * _SIZES.get(size, 1), unit)


def _fitting(amount: Decimal, unit: str) -> Decimal:
    """The amount in as many decimals as its unit has."""
    places = 0 if unit in WHOLE else 4 if unit in PLAIN else 2
    exact = amount.quantize(Decimal(1).scaleb(-places)) if abs(amount) < 10**15 else None
    if exact is None or exact != amount:
        raise NotRead(_expected(unit))
    return exact


def _expected(unit: str) -> str:
    if unit == "ratio":
        return _("看不懂这个比例：请写 25% 或 0.25。")
    if unit in WHOLE:
        return _("看不懂这个数：请写整数，如 2。")
    if unit in PLAIN:
        return _("看不懂这个数：请写 1.5 这样的数，小数最多 4 位。")
    return _("看不懂这个金额：请写 2.5亿、3800万 或 1,500,000，小数最多到分。")


def written(amount: Decimal | None, unit: str, *, english: bool = False, first: bool = False) -> str:
    """An amount as it would be entered, exactly: "2.5 亿", "3,800 万", "12.5%".

    None is "废止", or "未规定" where it is the first row there is.
    """
    if amount is None:
        return (NEVER if first else REPEALED)[int(english)]
    if unit == "ratio":
        return f"{_plain(amount * 100)}%"
    if unit in PLAIN:
        return _plain(amount)
    for suffix, size in ((" bn", 10**9), (" m", 10**6)) if english else ((" 亿", 10**8), (" 万", 10**4)):
        scaled = amount / size
        if abs(scaled) >= 1 and scaled == scaled.quantize(Decimal("0.01")):
            return f"{_plain(scaled)}{suffix}"
    return _plain(amount)


def _plain(amount: Decimal) -> str:
    text = f"{money.round_half_up(amount, 6):,f}"
    return text.rstrip("0").rstrip(".")
