"""How a simulation is laid out on a page: matrix, outcomes, cost, names, and the spread of one figure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading import presenters
from grading.comparing import Change, Result
from grading.rules import simulating
from grading.rules.distributing import Bar, Dial, Spread, reaching, reaching_by
from grading.rules.reasons import Reason
from grading.rules.schema import Rulebook
from grading.rules.sifting import Ruling, ladder_of
from grading.rules.simulating import Decider
from grading.simulation import Figures

SIDES: dict[simulating.Side, tuple[str, Any]] = {
    "up": ("met", gettext_lazy("较好")),
    "down": ("failed", gettext_lazy("较差")),
    "other": ("attention", gettext_lazy("其他变化")),
    "in": ("info", gettext_lazy("新纳入")),
    "out": ("quiet", gettext_lazy("不再适用")),
}
#: How each side looks as a tag.
TAGS = {"up": "met", "down": "veto", "other": "attention", "in": "info", "out": "quiet"}
LEFT_OUT = {
    "other_line": gettext_lazy("条线不适用"),
    "other_branch": gettext_lazy("机构不适用"),
    "joined_in_period": gettext_lazy("期内才任现职，在岗天数不足办法的要求"),
    "no_grade": gettext_lazy("期末没有等级"),
    "grade_not_on_ladder": gettext_lazy("等级不在两版的阶梯上"),
}


def sheet(result: Result, book: Rulebook) -> dict[str, Any]:
    """One period: who compared with what, the matrix, outcomes, cost."""
    ladder = [grade.code for grade in book.grades]
    matrix = simulating.matrix(result.pairs, ladder, ladder)
    shown = _shown(matrix)
    return {
        "result": result,
        "period": presenters.period_name(result.period),
        "against": "、".join(result.old),
        "shifted": result.numbers_on != result.period.end,
        "sides": sides([result]),
        "columns": [_grade(book, code) for code in shown],
        "rows": [_row(matrix, row, book, shown) for row in matrix.rows if row.total],
        "totals": [matrix.totals[matrix.columns.index(code)] for code in shown],
        "total": matrix.total,
        "held": _held(result, matrix.columns, book),
        "outcomes": [
            {"name": outcome(code), "old": old, "new": new, "difference": new - old}
            for code, old, new in simulating.outcomes(result.pairs)
        ],
        "left_out": [{"text": LEFT_OUT[code], "count": n} for code, n in sorted(result.left_out.items())],
        "cost": cost(result, book),
    }


def sides(results: Sequence[Result]) -> list[dict[str, Any]]:
    """How many changes there are to each side, without those nobody changes to."""
    counts = {side: sum(result.count(side) for result in results) for side in SIDES}
    return [
        {"code": side, "tone": tone, "text": text, "count": counts[side]}
        for side, (tone, text) in SIDES.items()
        if counts[side]
    ]


def _held(result: Result, columns: Sequence[str], book: Rulebook) -> dict[str, Any]:
    """Grades held against the grades proposed, before and after, without empty columns."""
    rows = simulating.by_held(result.pairs, columns)
    used = [place for place in range(len(columns)) if any(any(row.counts[place]) for row in rows)]
    return {
        "columns": [_grade(book, columns[place]) for place in used],
        "rows": [
            {"grade": _grade(book, row.grade), "cells": [row.counts[place] for place in used]} for row in rows
        ],
    }


def _shown(matrix: simulating.Matrix) -> list[str]:
    """The columns in which somebody stands, in either book."""
    rows = {row.grade for row in matrix.rows if row.total}
    used = zip(matrix.columns, matrix.totals, strict=True)
    return [code for code, total in used if total or code in rows]


def _row(
    matrix: simulating.Matrix, row: simulating.Row, book: Rulebook, shown: Sequence[str]
) -> dict[str, Any]:
    order = {code: place for place, code in enumerate(matrix.columns)}
    cells = []
    for code in shown:
        count, place = row.counts[order[code]], order[code]
        moved = count and row.grade and code and place != order.get(row.grade, place)
        tone = ("up" if place < order[row.grade] else "down") if moved else ""
        cells.append({"count": count, "tone": tone, "same": code == row.grade})
    return {"grade": _grade(book, row.grade), "total": row.total, "cells": cells}


def _grade(book: Rulebook, code: str) -> str:
    return presenters.grade_short(book, code) if code else _("不适用")


def outcome(code: str) -> str:
    """An outcome's name; "" is a manager whom a book does not cover."""
    return presenters.outcome_word(code) if code else _("不适用")


def cost(result: Result, book: Rulebook) -> dict[str, Any]:
    """The allowances by grade and their sums, exact to the fen."""
    old = sum((line.old for line in result.cost), Decimal(0))
    new = sum((line.new for line in result.cost), Decimal(0))
    return {
        "rows": [{"grade": _grade(book, line.grade), "line": line} for line in result.cost],
        "months": simulating.MONTHS.get(result.period.kind, 0),
        "old": old,
        "new": new,
        "difference": new - old,
    }


def changes(results: Iterable[Result], side: str = "") -> list[tuple[Result, Change]]:
    """Everybody for whom something else comes out, the worse off first, then by period and number."""
    order = ("down", "up", "other", "out", "in")
    found = [(result, each) for result in results for each in result.changes if side in ("", each.side)]
    return sorted(found, key=lambda each: order.index(each[1].side))


def change(result: Result, each: Change, book: Rulebook) -> dict[str, Any]:
    """One manager: from what to what, and by which criterion."""
    return {
        "person": each.person,
        "period": result.period.code,
        "side": TAGS[each.side],
        "side_text": SIDES[each.side][1],
        "held": _grade(book, each.pair.held),
        "old": _ruling(each.pair.old, book),
        "new": _ruling(each.pair.new, book),
        "deciders": [_decider(one, book) for one in each.deciders[:4]],
        "further": max(len(each.deciders) - 4, 0),
        "why": each.why_en if presenters.english() else each.why,
        "cites": each.cites,
    }


def _ruling(ruling: Ruling | None, book: Rulebook) -> dict[str, str]:
    if ruling is None:
        return {"outcome": _("不适用"), "proposed": ""}
    return {"outcome": outcome(ruling.outcome), "proposed": _grade(book, ruling.proposed)}


def _decider(decider: Decider, book: Rulebook) -> dict[str, Any]:
    """The node with its figure, and what it was and is held against."""
    before, after = decider.before, decider.after
    reason = decider.reason
    return {
        "name": _name(reason, book),
        "unit": reason.unit or "CNY",
        "value": reason.value,
        "old_value": before.value if before is not None and decider.moved else None,
        "old": before.threshold if before is not None else None,
        "new": after.threshold if after is not None else None,
        "same": before is not None and after is not None and before.threshold == after.threshold,
        "group": reason.kind != "leaf" and bool(reason.children),
        "cites": reason.cites,
        "why": presenters.why(reason),
        "state": presenters.state(reason),
    }


def _name(reason: Reason, book: Rulebook) -> str:
    """三级 a 存款日均; the tree's grade before the criterion where it is one."""
    root = reason.code.partition(".")[0]
    letter = reason.code.split(".")[1] if reason.code.count(".") else ""
    title = presenters.name(reason, letter if len(letter) == 1 else "")
    if any(grade.code == root for grade in book.grades):
        return " ".join(filter(None, [_grade(book, root), title or _("标准")]))
    return title or (_("在岗最低线") if root == "on_post" else reason.code)


def dial_title(dial: Dial, book: Rulebook) -> str:
    """三级 · a 存款日均."""
    return f"{_grade(book, dial.grade)} · {presenters.titled(dial.parameter)}"


def spread_sheet(
    found: Spread, figures: Figures, dial: Dial, amount: Decimal, book: Rulebook
) -> dict[str, Any]:
    """The picture and the numbers of "how many reach it": at the number in force, and at the one tried."""
    amounts = (dial.amount, amount)
    held = reaching_by(figures.by_grade, dial.comparison, amounts)
    ladder = ladder_of(book)

    def order(code: str) -> int:
        return ladder.get(code, len(ladder))

    now, tried = (reaching(found.values, dial.comparison, each) for each in amounts)
    return {
        "bars": _bars(found, dial, amount),
        "width": len(found.bars) * 10,
        "now_at": _at(found, dial.amount),
        "tried_at": _at(found, amount),
        "count": len(found.values),
        "lacking": figures.lacking.total(),
        "now": now,
        "tried": tried,
        "difference": tried - now,
        "share": Fraction(tried, len(found.values)) if found.values else None,
        "amount": amount,
        "by_grade": [_reach_row(code, held[code], book) for code in sorted(held, key=order)],
    }


def _reach_row(code: str, counts: Sequence[int], book: Rulebook) -> dict[str, Any]:
    return {"grade": _grade(book, code), "all": counts[0], "now": counts[1], "tried": counts[2]}


def _bars(found: Spread, dial: Dial, amount: Decimal) -> list[dict[str, Any]]:
    """Bars 10 wide in a picture 100 high, shaded where the whole bar reaches the number tried."""
    most = max((bar.people for bar in found.bars), default=0) or 1
    return [
        {
            "x": place * 10,
            "height": f"{100 * bar.people / most:.2f}",
            "y": f"{100 - 100 * bar.people / most:.2f}",
            "bar": bar,
            "reaches": dial.comparison.holds(_middle(bar), (Fraction(amount),)),
        }
        for place, bar in enumerate(found.bars)
    ]


def _middle(bar: Bar) -> Fraction:
    return Fraction(bar.low if bar.high is None else (bar.low + bar.high) / 2)


def _at(found: Spread, amount: Decimal) -> str:
    """Where a number stands in the picture."""
    return f"{found.place(amount) / 100 * len(found.bars) * 10:.2f}"
