"""How a figure taken apart is laid out on a page."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading import presenters
from ledger import presenters as ledger
from ledger import words
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
    "class_loans": gettext_lazy("该类贷款"),
    "all_loans": gettext_lazy("全部贷款"),
    "peak": gettext_lazy("发生日"),
    "last_day": gettext_lazy("期末"),
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
        "asked": words.question(found.ref),
        "window": words.window_title(explanation.window.name),
        "sections": sections,
        "stats": _stats(explanation) if explanation.sections and not explanation.of_facts else [],
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
        "code": section.code,
        "of_facts": explanation.of_facts,
        "facts": words.facts(section),
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
