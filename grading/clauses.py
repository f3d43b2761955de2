"""The clauses of a rulebook in words: standards, entry, vetoes, score sheets, pay, and what follows."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grading import entries, presenters
from grading.rules import catalogue, verdict, wording
from grading.rules.authority_section import Authority
from grading.rules.comparisons import COMPARISONS
from grading.rules.operands import Operand, Scope
from grading.rules.paying import PayItem
from grading.rules.reasons import Reason
from grading.rules.schema import Grade, Rulebook, numbers_in_force
from grading.rules.scoring import Sheet
from ledger.rules import money
from ledger.rules.figures import decimal_of

GROUPS = {
    "all": gettext_lazy("须全部达到"),
    "any": gettext_lazy("达到任一项"),
    "not": gettext_lazy("不得发生"),
    "unless": gettext_lazy("除外情形"),
}
WINDOWS = {
    "month": gettext_lazy("本月"),
    "quarter": gettext_lazy("本季"),
    "year": gettext_lazy("本年"),
}
SECURITIES = {
    "credit": gettext_lazy("信用"),
    "guarantee": gettext_lazy("保证"),
    "mortgage": gettext_lazy("抵押"),
    "pledge": gettext_lazy("质押"),
}
PERIODS = {
    "month": gettext_lazy("按月"),
    "quarter": gettext_lazy("按季"),
    "half_year": gettext_lazy("按半年"),
    "year": gettext_lazy("按年"),
}


def clauses(book: Rulebook, on: date) -> Iterator[dict[str, Any]]:
    """Every condition of the text in words, under the numbers of a day: a section a grade, then the rest."""
    judged = {
        grade.code: verdict.judge(book, grade=grade.code, period_kind=book.scheme.cycle, evidence={}, on=on)
        for grade in book.grades
    }
    first = next(iter(judged.values()))
    for grade in book.grades:
        if grade.code in first.standards:
            yield _clause(presenters.short(grade), [first.standards[grade.code]])
    trees = [tree for each in judged.values() for tree in (each.entry, each.own_entry) if tree is not None]
    entered = {tree.code: tree for tree in trees}
    if entered:
        yield _clause(_("任职条件"), entered.values())
    if first.on_post is not None:
        yield _clause(presenters.titled(first.on_post) or _("在岗最低线"), [first.on_post])
    yield from sheets(book, on)
    yield from pay(book)
    yield from authority(book, on)
    struck = {veto.code: veto for each in judged.values() for veto in each.vetoes}
    if struck:
        yield _clause(_("质量要求（任一不达即否决）"), struck.values())


def _clause(title: str, trees: Iterable[Reason]) -> dict[str, Any]:
    return {"title": title, "rows": [row for tree in trees for row in _tree(tree)]}


def _tree(root: Reason) -> Iterator[dict[str, Any]]:
    """The lines of one condition; windows and customers that all comparisons share are said once, on top."""
    told = {_note(leaf) for leaf in root.leaves()}
    common = told.pop() if len(told) == 1 else ""
    for row in _rows(root, 0):
        own = "" if row["note"] == common else row["note"]
        yield {**row, "note": common if row["depth"] == 0 else own}


def _rows(node: Reason, depth: int) -> Iterator[dict[str, Any]]:
    """One line a node, the nodes beneath it indented."""
    note = _note(node) if not node.children else ""
    yield {"depth": depth, "text": _sentence(node), "note": note, "cites": node.cites}
    for child in node.children:
        yield from _rows(child, depth + 1)


def _sentence(node: Reason) -> str:
    """A comparison as "a 存款日均 不低于 2.5 亿", a group as "4 项中须达 2 项"."""
    named = presenters.titled(node) or (presenters.metric_title(node.metric) if node.metric else "")
    parts = [_letter(node, named), named, _gathered(node) if node.children else _held_against(node)]
    return " ".join(filter(None, parts)) or node.code


def _letter(node: Reason, named: str) -> str:
    """The letter of an item of a standard, where its name does not begin with it."""
    parts = node.code.split(".")
    letter = parts[1] if len(parts) == 2 and len(parts[1]) == 1 else ""
    if not letter or named.startswith((f"{letter} ", f"{letter}. ")):
        return ""
    return f"{letter}." if presenters.english() else letter


def _held_against(node: Reason) -> str:
    comparison = COMPARISONS.get(node.comparison)
    if comparison is None:
        return ""
    words = comparison.title_en if presenters.english() else comparison.title
    bounds = [each for each in (node.threshold, node.upper) if each is not None]
    if not comparison.bounds:
        return words
    unit = node.unit or _unit(node.metric)
    return f"{words} {' – '.join(_figure(each, unit) for each in bounds) or _open(node)}"


def _open(node: Reason) -> str:
    """What stands for a bound that is no number of its own: worked out case by case, or not laid down."""
    return _("（未规定）") if node.why in ("repealed", "not_in_force") else _("按条文计算的数")


def _unit(metric: str) -> str:
    return catalogue.METRICS[metric].unit if metric in catalogue.METRICS else ""


def _figure(value: Any, unit: str) -> str:
    unit = unit if unit in entries.UNITS else "CNY"
    prefix = "" if unit in entries.PLAIN else money.currency_prefix(unit)
    return f"{prefix}{entries.written(decimal_of(value), unit, english=presenters.english())}"


def _gathered(node: Reason) -> str:
    if node.kind == "at_least" and node.threshold is not None:
        words = {"all": len(node.children), "needed": int(node.threshold)}
        return _("（%(all)s 项中须达 %(needed)s 项）") % words
    kind = GROUPS.get(node.kind)
    return "" if kind is None else f"({kind})" if presenters.english() else f"（{kind}）"


def _note(node: Reason) -> str:
    """The window of a comparison, and which customers it leaves out."""
    parts = [str(WINDOWS[node.window])] if node.window in WINDOWS else []
    if node.floor:
        words = {"floor": entries.written(node.floor, "CNY", english=presenters.english())}
        parts.append(_("只计日均存款不低于 %(floor)s 的客户") % words)
    return " · ".join(parts)


def sheets(book: Rulebook, on: date) -> Iterator[dict[str, Any]]:
    """The scoring sheets: each item with its full points, then what the totals are called."""
    scope = Scope(book.grades[0].code, numbers_in_force(book, on), {}, on)
    for sheet in book.sheets:
        yield {"title": _titled(sheet), "rows": [*_items(sheet, scope), *_results(sheet, scope)]}


def _items(sheet: Sheet, scope: Scope) -> Iterator[dict[str, Any]]:
    for item in sheet.items:
        full = _points(item.full, scope)
        note = _("满分 %(points)s") % {"points": full} if full else ""
        yield _line(item.label, 0, note)
        how = item.how[1 if presenters.english() else 0]
        yield {"depth": 1, "text": how, "note": "", "cites": ""}


def _results(sheet: Sheet, scope: Scope) -> Iterator[dict[str, Any]]:
    for result in sheet.results:
        start = _points(result.start, scope)
        note = _("%(points)s 分起") % {"points": start} if start else ""
        yield _line(result, 1, note)


def _points(operand: Operand, scope: Scope) -> str:
    """A number of points that the text lays down; "" where it is worked out case by case."""
    value = operand.term(scope).figure.value
    return "" if value is None else entries.written(decimal_of(value), "points")


def pay(book: Rulebook) -> Iterator[dict[str, Any]]:
    """What is paid: each item with the periods it is worked out for and when deferred parts are released."""
    if book.pay:
        yield {"title": _("津贴与奖励"), "rows": [_line(each.label, 0, _paid(each)) for each in book.pay]}


def authority(book: Rulebook, on: date) -> Iterator[dict[str, Any]]:
    """How much one customer may owe through a manager of each grade, under the numbers of a day."""
    rows = [
        {"depth": 0, "text": _lent(rule, grade), "note": _limit(rule, scope), "cites": rule.cites}
        for rule in book.authority
        for grade in book.grades
        if grade.code in rule.grades
        for scope in [Scope(grade.code, numbers_in_force(book, on), {}, on)]
    ]
    if rows:
        yield {"title": _("贷款权限（单户合计）"), "rows": rows}


def _lent(rule: Authority, grade: Grade) -> str:
    kinds = "、".join(str(SECURITIES[each]) for each in rule.securities) or _("各种担保方式")
    return " · ".join((presenters.short(grade), kinds, *rule.products))


def _limit(rule: Authority, scope: Scope) -> str:
    amount = rule.term(scope).amount
    if amount is None:
        return _("数额待本行填写，未填之前一律上报")
    return _("不超过 %(amount)s") % {"amount": presenters.amount(amount, "CNY")}


def _line(named: Any, depth: int, note: str) -> dict[str, Any]:
    """One line for whatever carries names and an article."""
    return {"depth": depth, "text": presenters.titled(named), "note": note, "cites": named.cites}


def _paid(item: PayItem) -> str:
    told = [str(PERIODS.get(period, period)) for period in item.periods]
    for release in item.deferral.releases if item.deferral is not None else ():
        words = {"months": release.after_months, "share": money.share_percent(release.share)}
        told.append(_("%(months)s 个月后发放 %(share)s") % words)
    return " · ".join(told)


def _titled(sheet: Sheet) -> str:
    periods = (str(PERIODS.get(period, period)) for period in sheet.periods)
    return f"{presenters.titled(sheet.label)} · {' / '.join(periods)}"


def transitions(book: Rulebook) -> Iterator[dict[str, Any]]:
    """What follows from an appraisal, first match first, for every kind of period."""
    for period, rules in book.transitions.items():
        yield {
            "title": str(PERIODS.get(period, period)),
            "rows": [
                {
                    "outcome": presenters.outcome_word(rule.outcome)
                    if rule.outcome in wording.OUTCOMES
                    else rule.outcome,
                    "why": rule.why_en if presenters.english() else rule.why,
                    "cites": rule.cites,
                }
                for rule in rules
            ],
        }
