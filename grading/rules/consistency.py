"""Errors of sense in a rulebook that reads well: units, missing values, m of n, grades out of reach."""

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from itertools import product

from ledger.rules.figures import shown

from .arithmetic import Elapsed, First, Less, Observed, PointsOf, Ratio, Taken
from .catalogue import METRICS
from .conditions import Group, Leaf, Node, every_node, every_operand, operands_of
from .dated import EVERY_GRADE, DatedValue, Parameter
from .operands import Measured, Named, Number, Operand, Scope
from .ranking import OfPeers
from .reading import Report
from .schema import OUTCOMES, Rulebook, numbers_in_force
from .scoring import Sheet, operands_of_item

#: What a place among peers is counted in, whatever they are compared by.
PEERS_UNITS = {"rank": "count", "count": "count", "share_below": "ratio"}


def check_consistency(book: Rulebook, report: Report) -> None:
    """Notes every error of sense; the document itself was read without any."""
    for node in _nodes(book):
        _check_citation(node, report)
        _check_units(node, book, report)
        _check_range(node, report)
    for grade, node in _applied(book):
        _check_values(grade, node, book, report)
        _check_counts(grade, node, book, report)
    _check_authority(book, report)
    _check_reach(book, report)
    _check_ranked_points(book, report)
    _check_results(book, report)
    _check_outcomes(book, report)


def _check_ranked_points(book: Rulebook, report: Report) -> None:
    """Points are known of peers once their sheets are worked out, not while they are."""
    for sheet in book.sheets:
        for path, operand in _of_sheet(sheet):
            compared = (each for each in every_operand(operand) if isinstance(each, OfPeers))
            if any(isinstance(part, PointsOf) for each in compared for part in every_operand(each)):
                report.add("points_among_peers", path)


def _check_results(book: Rulebook, report: Report) -> None:
    """Two results that begin at the same points on some day cannot be told apart."""
    days = book.starts() or [date.max]
    for sheet in book.sheets:
        told: set[tuple[str, str]] = set()
        for day, grade in product(days, book.grades):
            scope = Scope(grade.code, numbers_in_force(book, day), {}, day)
            starts: dict[Fraction, str] = {}
            for place, result in enumerate(sheet.results):
                value = result.start.term(scope).figure.value
                first = result.code if value is None else starts.setdefault(value, result.code)
                if value is not None and first != result.code and (first, result.code) not in told:
                    told.add((first, result.code))
                    fill = {"first": first, "second": result.code, "value": shown(value, "points")}
                    report.add("overlapping_results", (*sheet.label.path, "results", place, "from"), **fill)


def _check_outcomes(book: Rulebook, report: Report) -> None:
    """A question about the past names an outcome there is, or a result of a sheet."""
    results = [result.code for sheet in book.sheets for result in sheet.results]
    known = [*dict.fromkeys((*(each for each in OUTCOMES if each != "adjust"), *results))]
    for path, operand in book.compared():
        for each in every_operand(operand):
            asked = dict(each.params).get("outcome", known[0]) if isinstance(each, Measured) else known[0]
            if asked not in known:
                report.add("unknown_outcome", path, value=asked, allowed="、".join(known))


def _of_sheet(sheet: Sheet) -> Iterator[tuple[tuple[str | int, ...], Operand]]:
    """Every operand that a sheet rests on, with its place."""
    for item in sheet.items:
        yield from ((item.label.path, each) for each in operands_of_item(item))
        nodes = every_node(item.needs) if item.needs is not None else ()
        yield from ((node.label.path, each) for node in nodes for each in operands_of(node))
    starts = (result.start for result in sheet.results)
    yield from ((sheet.label.path, each) for each in (sheet.total, *starts))


def named_in(node: Node) -> Iterator[tuple[str, Named]]:
    """Every parameter a node itself names, as ("threshold" | "floor" | "count" | "part", parameter)."""
    for operand in operands_of(node):
        if isinstance(operand, Named):
            yield "threshold" if isinstance(node, Leaf) else "count", operand
        else:
            yield from named_beneath(operand)


def named_beneath(operand: Operand) -> Iterator[tuple[str, Named]]:
    """Every parameter an operand names: floors of metrics apart from parts of a calculation."""
    for each in every_operand(operand):
        floor = each.floor if isinstance(each, Measured) else None
        for part in each.parts():
            if isinstance(part, Named):
                yield "floor" if part is floor else "part", part
    if isinstance(operand, Named):
        yield "part", operand


def _nodes(book: Rulebook) -> list[Node]:
    """Each node of the file once, though several grades may share it."""
    found = {each.label.path: each for _, _, root in book.roots() for each in every_node(root)}
    return list(found.values())


def _applied(book: Rulebook) -> Iterator[tuple[str, Node]]:
    """Each condition with every grade it is tested for."""
    yield from book.standards.items()
    if book.on_post is not None:
        yield from ((grade.code, book.on_post) for grade in book.grades)
    yield from ((grade, veto.node) for veto in book.vetoes for grade in veto.grades)


def _check_citation(node: Node, report: Report) -> None:
    dated = isinstance(node, Leaf) and any(isinstance(bound, Named) for bound in node.bounds)
    if isinstance(node, Leaf) and not dated and not node.label.cites:
        report.add("missing_citation", node.label.path)


def _check_units(node: Node, book: Rulebook, report: Report) -> None:
    for role, named in named_in(node):
        parameter = book.parameters[named.name]
        left = unit_of(node.left, book) if role == "threshold" and isinstance(node, Leaf) else None
        expected = {"floor": "CNY", "count": "count"}.get(role, left)
        if expected and parameter.unit != expected:
            fill = {"metric": node.label.title or role, "left": expected, "right": parameter.unit}
            report.add("unit_mismatch", node.label.path, name=named.name, **fill)


def unit_of(operand: Operand, book: Rulebook) -> str | None:
    """The unit of what an operand comes to; None where it can be any, or the calculation does not tell."""
    unit = None
    match operand:
        case Measured():
            unit = _unit_of_metric(operand)
        case Named():
            unit = book.parameters[operand.name].unit
        case Ratio() | Elapsed():
            unit = "ratio"
        case PointsOf():
            unit = "points"
        case OfPeers():
            unit = PEERS_UNITS.get(operand.peers) or unit_of(operand.inner, book)
        case Taken() | Less() | First() | Observed() if getattr(operand, "take", "") != "product":
            units = (unit_of(part, book) for part in operand.parts())
            unit = next((each for each in units if each), None)
    return unit


def _unit_of_metric(operand: Measured) -> str | None:
    """Plans and events count whatever the bank says they do; of peers, a rank or a share is no amount."""
    params = dict(operand.params)
    if params.get("peers") in PEERS_UNITS:
        return PEERS_UNITS[params["peers"]]
    code = params["metric"] if operand.code == "target_value" else operand.code
    unit = METRICS[code].unit if code in METRICS else "number"
    return None if unit == "number" else unit


def _check_range(node: Node, report: Report) -> None:
    ends = (
        [bound.amount for bound in node.bounds if isinstance(bound, Number)] if isinstance(node, Leaf) else []
    )
    if len(ends) == 2 and ends[0] > ends[1]:
        report.add("bad_range", node.label.path, low=ends[0], high=ends[1])


def _check_values(grade: str, root: Node, book: Rulebook, report: Report) -> None:
    named = {use.name for node in every_node(root) for _, use in named_in(node)}
    for name in sorted(named):
        if not _anywhere(book.parameters[name], grade):
            report.add("missing_value", ("parameters", name, "by_grade"), name=name, grade=grade)


def _check_authority(book: Rulebook, report: Report) -> None:
    """Every grade that a limit speaks of has a row for it, be it one that says the limit is not set yet."""
    for rule in book.authority:
        for grade in rule.grades:
            if not _anywhere(book.parameters[rule.limit], grade):
                path = ("parameters", rule.limit, "by_grade")
                report.add("missing_value", path, name=rule.limit, grade=grade)


def _check_counts(grade: str, root: Node, book: Rulebook, report: Report) -> None:
    for node in every_node(root):
        if not isinstance(node, Group) or node.needed is None:
            continue
        for path, needed in _counts(grade, node, book):
            if needed != int(needed) or needed < 1:
                report.add("bad_count", path, value=needed)
            elif needed > len(node.members):
                report.add("m_gt_n", path, needed=needed, count=len(node.members))


def _counts(grade: str, node: Group, book: Rulebook) -> Iterator[tuple[tuple[str | int, ...], Fraction]]:
    if isinstance(node.needed, Number):
        yield (*node.label.path, "at_least"), Fraction(node.needed.amount)
    elif isinstance(node.needed, Named):
        rows = _series(book.parameters[node.needed.name], grade)
        path = ("parameters", node.needed.name, "by_grade", grade)
        yield from ((path, Fraction(row.amount)) for row in rows if row.amount is not None)


def _anywhere(parameter: Parameter, grade: str) -> bool:
    """Whether a grade has a value in some branch or month at least."""
    return bool(_series(parameter, grade)) or any(
        key.startswith(("month:", "branch:")) and (not key.partition("|")[2] or key.endswith(f"|{grade}"))
        for key in parameter.series
    )


def _series(parameter: Parameter, grade: str) -> tuple[DatedValue, ...]:
    return parameter.series.get(grade) or parameter.series.get(EVERY_GRADE) or ()


def _check_reach(book: Rulebook, report: Report) -> None:
    for position, grade in enumerate(book.grades):
        root, path = book.standards.get(grade.code), ("grades", position, "code")
        if root is None and not _by_rule(grade.code, book):
            report.add(
                "unreachable_grade",
                path,
                grade=grade.title,
                detail="没有标准",
                detail_en="it has no standard",
            )
        elif root is not None and any(_contradicts(node, grade.code, book) for node in every_node(root)):
            detail = {
                "detail": "须同时达到的条件互相矛盾",
                "detail_en": "conditions that must all hold exclude each other",
            }
            report.add("unreachable_grade", path, grade=grade.title, **detail)


def _by_rule(grade: str, book: Rulebook) -> bool:
    """Whether a transition sends to the grade by name, or nothing but steps and scores move anybody."""
    named = {rule.to for rules in book.transitions.values() for rule in rules}
    return grade in named or not book.standards


def _contradicts(node: Node, grade: str, book: Rulebook) -> bool:
    if not isinstance(node, Group) or node.kind != "all":
        return False
    leaves = [member for member in node.members if isinstance(member, Leaf)]
    return any(_empty(leaves, Scope(grade, numbers_in_force(book, day), {})) for day in book.starts())


def _empty(leaves: Iterable[Leaf], scope: Scope) -> bool:
    """Whether no value of some metric could satisfy all of the leaves about it."""
    plain = [leaf for leaf in leaves if isinstance(leaf.left, Measured)]
    ends = [(ref, *_interval(leaf, scope)) for leaf in plain for ref in leaf.left.refs(scope)]
    return any(
        low > high
        for ref, low, _ in ends
        for other, _, high in ends
        if ref == other and low is not None and high is not None
    )


def _interval(leaf: Leaf, scope: Scope) -> tuple[Fraction | None, Fraction | None]:
    values = [bound.term(scope).figure.value for bound in leaf.bounds] or list(leaf.comparison.implied)
    first = values[0]
    match leaf.comparison.symbol:
        case ">=" | ">" | "passed":
            return first, None
        case "<=" | "<" | "none_of":
            return None, first
        case "==":
            return first, first
        case _:
            return first, values[-1]
