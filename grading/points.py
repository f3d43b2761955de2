"""Scores and pay of a verdict as pages show them: items with points, totals with results, schedules."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading import presenters
from grading.rules import wording
from grading.rules.schema import Rulebook
from grading.rules.scoring import Points, Score
from grading.rules.verdict import Verdict
from ledger.rules.figures import shown

STATES = {
    "failed": gettext_lazy("前提未达"),
    "stood_in": gettext_lazy("无数据，按办法计分"),
    "left_out": gettext_lazy("不计，分数转到其他项"),
}
TONES = {"scored": "", "failed": "not_met", "stood_in": "quiet", "left_out": "na", "undecided": "missing"}


def scores(book: Rulebook, verdict: Verdict) -> list[dict[str, Any]]:
    """Every sheet of the verdict: title, total with its result, and a row for each item."""
    return [_sheet(book, score) for score in verdict.scores]


def _sheet(book: Rulebook, score: Score) -> dict[str, Any]:
    return {
        "title": presenters.titled(score),
        "total": shown(score.total.value, "points"),
        "why": _why(score.total.reason, dict(score.total.params)),
        "result": _result(book, score),
        "rows": [_row(item) for item in score.items],
    }


def _result(book: Rulebook, score: Score) -> str:
    """What the regulation calls the total; "" where it has no name for it."""
    results = (each for sheet in book.sheets if sheet.label.code == score.code for each in sheet.results)
    return next((presenters.titled(each) for each in results if each.code == score.result), "")


def _row(item: Points) -> dict[str, Any]:
    return {
        "name": presenters.titled(item),
        "cites": item.cites,
        "points": shown(item.points.value, "points"),
        "full": shown(item.full.value, "points"),
        "tone": TONES[item.state],
        "note": str(STATES.get(item.state, "")) or _why(item.points.reason, dict(item.points.params)),
    }


def _why(code: str, params: dict[str, str]) -> str:
    return wording.why(code, params, language="en" if presenters.english() else "zh") if code else ""


def pay(verdict: Verdict) -> list[dict[str, Any]]:
    """Every item of pay: the amount, what is paid when, and whether what is held back is forfeit."""
    return [
        {
            "name": presenters.titled(award),
            "cites": award.cites,
            "amount": award.amount,
            "why": _why(award.why, {}),
            "carried": award.carried or None,
            "forfeit": award.clawed_back is not None and award.clawed_back.outcome == "met",
            "entries": [
                {
                    "name": _("当期发放") if entry.kind == "paid" else _("延期发放"),
                    "due_on": entry.due_on,
                    "amount": entry.amount,
                }
                for entry in award.entries
            ],
        }
        for award in verdict.pay
    ]
