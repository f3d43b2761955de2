"""How a figure taken apart and a rulebook are laid out on a page."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading import presenters, queries
from grading.models import RulebookVersion
from grading.rules.dated import Parameter
from grading.rules.schema import Rulebook
from ledger import presenters as ledger
from ledger.explanations import Explained
from ledger.rules import money
from ledger.rules.explaining import CustomerPart, Explanation, Held, Line, Section, Source

REASONS = {
    "below_floor": gettext_lazy("客户存款日均低于 %(floor)s，未计"),
    "not_largest": gettext_lazy("不是最大一户"),
}
SECTIONS = {
    "window": gettext_lazy("本期"),
    "base": gettext_lazy("基期（减去）"),
    "own": gettext_lazy("单户"),
    "normal_loans": gettext_lazy("正常类贷款"),
    "all_loans": gettext_lazy("全部贷款"),
    "peak": gettext_lazy("发生日"),
}
NOTES = {
    "agreement_deposit": gettext_lazy("协议存款，不计"),
    "overdrawn": gettext_lazy("透支"),
    "unclassified": gettext_lazy("尚无五级分类"),
    "normal": gettext_lazy("正常"),
    "special_mention": gettext_lazy("关注"),
    "substandard": gettext_lazy("次级"),
    "doubtful": gettext_lazy("可疑"),
    "loss": gettext_lazy("损失"),
    "settlement": gettext_lazy("结算"),
}
WINDOWS = {
    "month": gettext_lazy("本月"),
    "quarter": gettext_lazy("本季"),
    "year": gettext_lazy("本年"),
    "previous_month": gettext_lazy("上月"),
    "previous_quarter": gettext_lazy("上季"),
    "previous_year": gettext_lazy("上年"),
}


def explained(found: Explained) -> dict[str, Any]:
    """Everything the page of a figure shows."""
    explanation = found.explanation
    sections = [_section(section, explanation) for section in explanation.sections]
    return {
        "found": found,
        "title": presenters.metric_title(explanation.metric),
        "value": found.figure.value,
        "unit": explanation.unit,
        "reason": _reason(found),
        "window": WINDOWS[explanation.window.name],
        "sections": sections,
        "stats": _stats(explanation),
        "one_day": all(section.divisor == 1 for section in explanation.sections),
        "several": len(sections) > 1,
        "how": how(explanation),
    }


def _reason(found: Explained) -> str:
    figure = found.figure
    if figure.value is not None:
        return ""
    return presenters.wording.why(figure.reason, figure.params, language=presenters.language())


def how(explanation: Explanation) -> str:
    """The arithmetic in one line, with its exact figures."""
    if explanation.combination != "sum":
        totals = [money.exact_amount(section.total) for section in explanation.sections]
        ratios = [f"{upper} ÷ {lower}" for upper, lower in zip(totals[::2], totals[1::2], strict=True)]
        return _("正常类贷款 ÷ 全部贷款：%(ratios)s") % {"ratios": " − ".join(ratios)}
    parts = []
    for section in explanation.sections:
        total = money.exact_figure(section.total, unit=explanation.unit)
        quotient = _("%(total)s 元·天 ÷ %(days)s 天") % {"total": total, "days": section.divisor}
        parts.append(quotient if section.divisor > 1 else total)
    return " − ".join(parts)


def _section(section: Section, explanation: Explanation) -> dict[str, Any]:
    parts = sorted(section.customers, key=lambda part: (not part.counted, -part.worth, part.customer_no))
    return {
        "title": SECTIONS.get(section.code, section.code),
        "window": section.window,
        "days": section.window.days,
        "value": Fraction(section.total) / section.divisor,
        "total": section.total,
        "divisor": section.divisor,
        "averaged": section.divisor > 1,
        "rows": [_customer(part, section, explanation) for part in parts],
    }


def _customer(part: CustomerPart, section: Section, explanation: Explanation) -> dict[str, Any]:
    """One customer as the `explain_row` component takes it."""
    floor = ledger.short(explanation.floor)
    counted = part.counted
    return {
        "customer_no": part.customer_no,
        "name": part.name,
        "average": Fraction(_whole(part)) / section.divisor,
        "attribution": attribution(part.held),
        "own": Fraction(part.amount) / section.divisor,
        "state": "counted" if counted else "left_out",
        "text": "" if counted else str(REASONS.get(part.reason, part.reason)) % {"floor": floor},
        "remark": "" if part.lines else _("本期没有余额。"),
        "spans": list(_spans(part.lines)),
    }


def _whole(part: CustomerPart) -> Decimal:
    """What the whole customer's business comes to over the days held, whoever it is credited to."""
    return sum((line.value * line.days for line in part.lines if line.counts), Decimal(0))


def attribution(held: Iterable[Held]) -> str:
    """The shares with their days: 100% 至 04-30 · 70% 起 05-01."""
    pieces = list(held)
    if len(pieces) == 1:
        return money.share_percent(pieces[0].share)
    first = [
        _("%(share)s 至 %(day)s") % {"share": money.share_percent(piece.share), "day": f"{piece.end:%m-%d}"}
        for piece in pieces[:-1]
    ]
    last = [
        _("%(share)s 自 %(day)s") % {"share": money.share_percent(piece.share), "day": f"{piece.start:%m-%d}"}
        for piece in pieces[-1:]
    ]
    return " · ".join([*first, *last])


def _spans(lines: Iterable[Line]) -> Iterator[dict[str, Any]]:
    """The lines of a customer; what the line above of the same account says already is not said again."""
    previous, told = "", frozenset[Source]()
    for line in lines:
        if line.account_no != previous:
            told = frozenset()
        note = str(NOTES.get(line.note, line.note)) if line.note else ""
        yield {
            "account": line.account_no if line.account_no != previous else "",
            "account_note": " · ".join(filter(None, (_currency(line), note))),
            "period": f"{line.start:%m-%d} – {line.end:%m-%d}" if line.days > 1 else f"{line.start:%m-%d}",
            "starts_on": line.start,
            "days": line.days,
            "balance": line.balance,
            "currency": line.currency,
            "rate": f"{line.rate.normalize():f}" if line.rate is not None else "",
            "share": line.share,
            "product": line.amount if line.counts else None,
            "sources": [
                ledger.source(source) for source in dict.fromkeys(line.sources) if source not in told
            ],
            "left_out": not line.counts,
        }
        previous, told = line.account_no, frozenset(line.sources)


def _currency(line: Line) -> str:
    return line.currency if line.currency != "CNY" and line.account_no else ""


def _stats(explanation: Explanation) -> list[dict[str, Any]]:
    """The three cards above the list: counted, left out, agreement deposits."""
    section = explanation.sections[0]
    counted = [part for part in section.customers if part.counted]
    out = [part for part in section.customers if not part.counted]
    agreed = [
        line
        for part in section.customers
        for line in part.lines
        if line.note == "agreement_deposit" and not line.counts
    ]
    cards = [_stat(_("计入客户 %(count)s") % {"count": len(counted)}, section.total, section, explanation)]
    cards.append(
        _stat(
            _("未计客户 %(count)s") % {"count": len(out)},
            sum((part.worth for part in out), Decimal(0)),
            section,
            explanation,
        )
    )
    if agreed:
        cards.append(
            _stat(
                _("协议存款，不计"), sum((line.amount for line in agreed), Decimal(0)), section, explanation
            )
        )
    return cards


def _stat(label: str, total: Decimal, section: Section, explanation: Explanation) -> dict[str, Any]:
    unit = "CNY" if explanation.unit == "ratio" else explanation.unit
    return {"label": label, "value": Fraction(total) / section.divisor, "unit": unit}


def grid(version: RulebookVersion, on: date) -> dict[str, Any]:
    """The numbers of a rulebook in force on a day, grade by grade, and what the text left open."""
    book = queries.rulebook(version)
    return {
        "title": presenters.titled(book.scheme),
        "grades": [{"short": presenters.short(grade), "rank": grade.rank} for grade in book.grades],
        "rows": [_parameter(book, parameter, on) for parameter in book.parameters.values()],
        "vetoes": [
            {"title": presenters.titled(veto.node.label), "cites": veto.node.label.cites}
            for veto in book.vetoes
        ],
        "notes": [_note(note) for note in book.notes],
        "warnings": len(version.warnings),
    }


def _parameter(book: Rulebook, parameter: Parameter, on: date) -> dict[str, Any]:
    cells = [parameter.row_on(grade=grade.code, on=on) for grade in book.grades]
    cites = [cell.cites for cell in cells if cell is not None]
    return {
        "title": presenters.titled(parameter),
        "unit": parameter.unit,
        "cells": [_cell(cell, parameter) for cell in cells],
        "cites": cites[0] if len(set(cites)) == 1 else _span(cites),
    }


def _cell(row: Any, parameter: Parameter) -> Mapping[str, Any]:
    if row is None or row.amount is None:
        return {"value": None, "cites": ""}
    return {
        "value": row.amount,
        "cites": row.cites,
        "flaw": bool(row.printed_unit and row.printed_unit != parameter.unit),
    }


def _span(cites: list[str]) -> str:
    return f"{cites[0]} … {cites[-1]}" if cites else ""


def _note(note: Any) -> dict[str, str]:
    english = presenters.english()
    return {
        "number": str(note.number),
        "text": note.text_en if english else note.text,
        "reading": note.reading_en if english else note.reading,
        "cites": note.cites,
    }
