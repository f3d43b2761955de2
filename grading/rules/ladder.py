"""Warnings about a text: ladders that do not rise, equal steps, changing units, cases left open."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise, product

from .catalogue import METRICS
from .conditions import Leaf, every_node, every_operand
from .consistency import named_beneath, named_in
from .dated import Parameter
from .operands import Measured, Number, Operand
from .reading import Report
from .schema import TRANSITION_STATES, Grade, Rulebook

#: Numbers that say nothing a regulation could change: none, all, the other way round.
UNDATED = (0, 1, -1)
#: From here on a ratio is rather a percentage as it is printed.
ZERO, TEN = Decimal(0), Decimal(10)
#: How a state of a transition reads in a message.
STATE_NAMES: Mapping[str, tuple[str, str]] = {
    "own": ("本级标准", "own standard"),
    "next": ("上一级标准", "next standard"),
    "lower": ("下一级", "grade below"),
    "on_post": ("在岗最低线", "on-post bar"),
    "veto": ("否决项", "veto"),
    "entry": ("上一级任职条件", "entry conditions of the next grade"),
    "result": ("计分等次", "result of the sheet"),
}
NO_RESULT = ("无", "none")


def check_ladder(book: Rulebook, report: Report) -> None:
    """Notes every warning that can be seen in the numbers and tables themselves."""
    for name, role, direction in _uses(book):
        _check_steps(book, book.parameters[name], report, direction=direction, equal=role == "threshold")
    for parameter in book.parameters.values():
        _check_printed_units(book, parameter, report)
    _check_unused(book, report)
    _check_undated(book, report)
    _check_cadence(book, report)
    _check_decided(book, report)
    _check_ratios(book, report)
    for period in book.transitions:
        _check_transitions(book, period, report)
        _check_order(book, period, report)


def _uses(book: Rulebook) -> list[tuple[str, str, int]]:
    """Parameters of the grades' standards with their role and whether more of them is harder (+1, -1)."""
    found: dict[tuple[str, str, int], None] = {}
    for root in book.standards.values():
        for node in every_node(root):
            for role, named in named_in(node):
                rises = node.comparison.rises if isinstance(node, Leaf) and role == "threshold" else 1
                # More of what goes into a calculation may make it harder or easier.
                found[(named.name, role, rises if role != "part" else 0)] = None
    return [use for use in found if use[2]]


def _check_steps(
    book: Rulebook, parameter: Parameter, report: Report, *, direction: int, equal: bool
) -> None:
    """Compares neighbouring grades once for every state of the numbers, and tells each pair once."""
    told: set[tuple[str, str, str]] = set()
    for day in parameter.starts():
        for (higher, high), (lower, low) in pairwise(_series_on(book, parameter, day)):
            step = (high - low) * direction
            code = "ladder_not_monotone" if step < 0 else "equal_thresholds" if equal and not step else ""
            if code and (code, higher.code, lower.code) not in told:
                told.add((code, higher.code, lower.code))
                _tell(report, code, parameter, (higher, lower), (_plain(high), _plain(low)))


def _series_on(book: Rulebook, parameter: Parameter, day: date) -> list[tuple[Grade, Decimal]]:
    rows = [
        (grade, parameter.row_on(grade=grade.code, on=day))
        for grade in book.grades
        if grade.code in parameter.series
    ]
    return [(grade, row.amount) for grade, row in rows if row is not None and row.amount is not None]


def _plain(amount: Decimal) -> str:
    return f"{amount:,f}"


def _tell(
    report: Report, code: str, parameter: Parameter, grades: tuple[Grade, Grade], amounts: tuple[str, str]
) -> None:
    higher, lower = grades
    report.add(
        code,
        ("parameters", parameter.name, "by_grade", lower.code),
        title=parameter.title,
        title_en=parameter.title_en,
        higher=higher.short,
        lower=lower.short,
        higher_en=higher.title_en,
        lower_en=lower.title_en,
        high=amounts[0],
        low=amounts[1],
        about=[f"{parameter.name}.{lower.code}", f"{parameter.name}.{higher.code}"],
    )


def _check_printed_units(book: Rulebook, parameter: Parameter, report: Report) -> None:
    for grade in book.grades:
        for row in parameter.series.get(grade.code, ()):
            if row.printed_unit and row.printed_unit != parameter.unit:
                report.add(
                    "unit_changes",
                    ("parameters", parameter.name, "by_grade", grade.code),
                    title=parameter.title,
                    title_en=parameter.title_en,
                    grade=grade.short,
                    grade_en=grade.title_en,
                    printed=row.printed_unit,
                    unit=parameter.unit,
                    about=[f"{parameter.name}.{grade.code}"],
                )


def _check_unused(book: Rulebook, report: Report) -> None:
    used = {
        named.name for _, _, root in book.roots() for node in every_node(root) for _, named in named_in(node)
    }
    used |= {named.name for _, operand in book.operands() for _, named in named_beneath(operand)}
    used |= {book.allowance, *(rule.limit for rule in book.authority)}
    for name in book.parameters:
        if name not in used:
            report.add("unused_parameter", ("parameters", name), name=name)


def _check_undated(book: Rulebook, report: Report) -> None:
    """Tells the numbers of a section together, at the first of them: a draft may be full of them."""
    written = ((path, amount) for path, operand in book.compared() for amount in literals(operand))
    sections: dict[tuple[str | int, ...], dict[Decimal, tuple[str | int, ...]]] = {}
    for path, amount in written:
        if amount not in UNDATED:
            sections.setdefault(path[:2], {}).setdefault(amount, path)
    for amounts in sections.values():
        told = "、".join(_plain(amount) for amount in amounts)
        report.add("undated_number", next(iter(amounts.values())), value=told)


def _check_cadence(book: Rulebook, report: Report) -> None:
    """Where periods of several kinds are decided on, a question about the past should say which it counts."""
    if len(book.transitions) < 2:
        return
    for path, operand in book.compared():
        for each in every_operand(operand):
            if isinstance(each, Measured) and _leaves_cadence_open(each):
                report.add("cadence_not_stated", path, metric=METRICS[each.code].title)


def _check_decided(book: Rulebook, report: Report) -> None:
    """A sheet for a kind of period that no transition decides on leads to nothing."""
    for sheet in book.sheets:
        names = {"title": sheet.label.title, "title_en": sheet.label.title_en}
        for period in sheet.periods:
            if period not in book.transitions:
                report.add("sheet_never_decided", sheet.label.path, period=period, **names)


def _leaves_cadence_open(asked: Measured) -> bool:
    metric = METRICS.get(asked.code)
    return metric is not None and "each" in metric.params and "each" not in dict(asked.params)


def literals(operand: Operand) -> Iterator[Decimal]:
    """Every number written in the operand itself instead of as a dated parameter."""
    yield from (each.amount for each in every_operand(operand) if isinstance(each, Number))


def _check_order(book: Rulebook, period: str, report: Report) -> None:
    """A row that fits everything, with others after it."""
    for place, rule in enumerate(book.transitions[period][:-1]):
        if not rule.when and not rule.results and rule.condition is None:
            report.add("never_reached", ("transitions", period, place), period=period, row=place + 1)
            return


def _check_ratios(book: Rulebook, report: Report) -> None:
    """A percentage written as it is printed: 80 where 0.8 is meant."""
    for name, parameter in book.parameters.items():
        amounts = [row.amount for rows in parameter.series.values() for row in rows if row.amount is not None]
        big = max(amounts, default=ZERO)
        if parameter.unit == "ratio" and big >= TEN:
            fill = {"name": name, "value": f"{big.normalize():f}", "percent": f"{(big * 100).normalize():f}"}
            report.add("ratio_above_ten", ("parameters", name), **fill)


def _check_transitions(book: Rulebook, period: str, report: Report) -> None:
    rules = [rule for rule in book.transitions[period] if rule.condition is None]
    possible, results = _possible_states(book), _possible_results(book, period)
    looked_at = {key for rule in rules for key, _ in rule.when} | {"result" for rule in rules if rule.results}
    for states, result in product(product(*possible.values()), results):
        case = dict(zip(possible, states, strict=True))
        if not any(rule.fits(case) and (not rule.results or result in rule.results) for rule in rules):
            told = {key: state for key, state in {**case, "result": result}.items() if key in looked_at}
            fill = {"period": period, "states": _states(told, 0), "states_en": _states(told, 1)}
            report.add("nothing_matches", ("transitions", period), **fill)
            return


def _possible_states(book: Rulebook) -> Mapping[str, tuple[str, ...]]:
    """The states that can occur in this rulebook: without entry conditions, for one, none is ever met."""
    found = dict(TRANSITION_STATES)
    if len(book.standards) == len(book.grades):
        found["own"] = tuple(state for state in TRANSITION_STATES["own"] if state != "none")
    never = {"own": book.standards, "next": book.standards, "entry": book.entry, "on_post": book.on_post}
    found |= {key: ("none",) for key, written in never.items() if not written}
    return found if book.vetoes else found | {"veto": ("clear",)}


def _possible_results(book: Rulebook, period: str) -> tuple[str, ...]:
    """The results that the sheets of a period can give; "" where points may fall short of the lowest.

    Points that are awaited have no result either, and leave the case undecided as they should.
    """
    results = [result for sheet in book.sheets if period in sheet.periods for result in sheet.results]
    starts = [result.start.amount for result in results if isinstance(result.start, Number)]
    short = not results or not starts or min(starts) > 0
    return tuple(dict.fromkeys((*(result.code for result in results), *([""] if short else []))))


def _states(case: Mapping[str, str], language: int) -> str:
    named = (f"{STATE_NAMES[key][language]}={state or NO_RESULT[language]}" for key, state in case.items())
    return ", ".join(named) or "—"
