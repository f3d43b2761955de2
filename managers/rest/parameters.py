"""Parameters of the query string, read strictly: a date, an amount, one of some words."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.http import QueryDict
from django.utils.translation import gettext as _

from managers.rest.problems import Problem

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,2})?", re.ASCII)
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)


def check_names(given: QueryDict, known: Iterable[str]) -> None:
    """Refuse a parameter nobody reads, which would silently widen the answer, and one given twice."""
    allowed = sorted(known)
    for name in given:
        if name not in allowed:
            detail = _("没有参数“%(name)s”；可用：%(known)s。") % {
                "name": name[:40],
                "known": "、".join(allowed) or "—",
            }
            raise Problem(400, "unknown_parameter", detail, parameter=name)
        if len(given.getlist(name)) > 1:
            detail = _("参数 %(name)s 只能给出一次。") % {"name": name}
            raise Problem(400, "repeated_parameter", detail, parameter=name)


def day(given: QueryDict, name: str) -> date | None:
    """A date as 2026-03-31, or None where the parameter is absent."""
    text = given.get(name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        detail = _("%(name)s 须是有效日期，写成 2026-03-31。") % {"name": name}
        raise Problem(400, "bad_date", detail, parameter=name) from None


def amount(given: QueryDict, name: str, *, default: Decimal) -> Decimal:
    """An amount of yuan, not negative, with at most two decimals."""
    text = given.get(name)
    if text is None:
        return default
    if not _AMOUNT.fullmatch(text):
        detail = _("%(name)s 须是不小于 0 的金额，最多两位小数，如 500000。") % {"name": name}
        raise Problem(400, "bad_floor", detail, parameter=name)
    return Decimal(text)


def window(given: QueryDict, name: str, *, known: Iterable[str], default: str) -> str:
    """The name of a window."""
    text, names = given.get(name, default), list(known)
    if text not in names:
        detail = _("%(name)s 须是：%(known)s。") % {"name": name, "known": "、".join(names)}
        raise Problem(400, "bad_window", detail, parameter=name)
    return text


def cursor(given: QueryDict, name: str) -> int:
    """The number of the last record already read; 0 before the first."""
    text = given.get(name, "0")
    if not _NUMBER.fullmatch(text):
        raise bad_cursor(name)
    return int(text)


def page_size(given: QueryDict, name: str, *, default: int, most: int) -> int:
    """Rows a page, from 1 to `most`."""
    text = given.get(name, str(default))
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= most:
        detail = _("%(name)s 须是 1 至 %(most)s 的整数。") % {"name": name, "most": most}
        raise Problem(400, "bad_page_size", detail, parameter=name)
    return int(text)


def bad_cursor(name: str) -> Problem:
    """A cursor that no answer of ours contained."""
    sentence = _("%(name)s 不是本接口给出的翻页标记；请用上一次应答中的 next，或从第一页开始。")
    return Problem(400, "bad_cursor", sentence % {"name": name}, parameter=name)
