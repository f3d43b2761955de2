"""Document numbers: a word for the kind of paper, the year of its day, and the number of the record."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

Number = Callable[[int, date], str]


def form(record: int, on: date) -> str:
    """Of an appraisal form: 客考〔2026〕17号."""
    return _("客考〔%(year)s〕%(number)s号") % {"year": on.year, "number": record}


def notice(record: int, on: date) -> str:
    """Of a decision notice: 客决〔2026〕17号."""
    return _("客决〔%(year)s〕%(number)s号") % {"year": on.year, "number": record}


def appointment(record: int, on: date) -> str:
    """Of an appointment letter or a notice of a changed grade: 客聘〔2026〕5号."""
    return _("客聘〔%(year)s〕%(number)s号") % {"year": on.year, "number": record}


def handover(record: int, on: date) -> str:
    """Of a handover list: 客移〔2026〕9号."""
    return _("客移〔%(year)s〕%(number)s号") % {"year": on.year, "number": record}


def minutes(record: int, on: date) -> str:
    """Of the record of one vote: 客纪〔2026〕3号."""
    return _("客纪〔%(year)s〕%(number)s号") % {"year": on.year, "number": record}


def meeting(record: int, on: date) -> str:
    """Of the minutes of a day, by its first decision: 客会〔2026〕3号."""
    return _("客会〔%(year)s〕%(number)s号") % {"year": on.year, "number": record}
