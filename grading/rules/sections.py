"""Reads the sections of a rulebook file into the schema; what is wrong becomes a finding."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ledger.rules.figures import PLACES

from .conditions import Label, Node
from .dated import EVERY_GRADE, DatedValue, Parameter
from .reading import Table
from .schema import (
    ACTIVITIES,
    APPROVERS,
    NOTE_KINDS,
    OUTCOMES,
    PERIODS,
    TRANSITION_STATES,
    Grade,
    Note,
    Rulebook,
    Scheme,
    TransitionRule,
    Veto,
)
from .trees import Surroundings, read_condition


def read_rulebook(root: Table) -> Rulebook:
    """The whole document; only meaningful if no error was noted on the way."""
    scheme = _scheme(root.table("scheme"))
    rungs = root.tables("grades", required=True)
    grades = tuple(_grade(table) for table in rungs)
    _unique(rungs, [grade.code for grade in grades])
    codes = [grade.code for grade in grades if grade.code]
    parameters = _parameters(root.table("parameters", required=False), codes)
    around = Surroundings(parameters, default_window=scheme.cycle)
    book = Rulebook(
        scheme=scheme,
        grades=grades,
        parameters=parameters,
        standards=_standards(root.tables("standards", required=True), grades, around),
        on_post=_on_post(root, around),
        vetoes=_vetoes(root.tables("vetoes"), codes, around),
        transitions=_transitions(root.table("transitions")),
        allowance=_allowance(root, parameters),
        notes=tuple(_note(table) for table in root.tables("notes")),
    )
    root.reject_unknown()
    return book


def _scheme(table: Table) -> Scheme:
    scheme = Scheme(
        code=table.code(example='"corporate-six-grades"'),
        title=table.text("title"),
        title_en=table.text("title_en"),
        source=table.text("source"),
        issued_by=table.text("issued_by", default=""),
        lines=table.texts("lines", default=()),
        branches=table.texts("branches", default=()),
        cycle=table.choice("cycle", PERIODS) or PERIODS[0],
        term_months=table.whole("term_months"),
        starts_on=table.day("starts_on", missing="missing_start"),
        cites=table.citation(),
    )
    table.reject_unknown()
    return scheme


def _grade(table: Table) -> Grade:
    title = table.text("title")
    grade = Grade(
        code=table.code(),
        title=title,
        short=table.text("short", default=title),
        title_en=table.text("title_en"),
        rank=table.whole("rank", default=0),
        approver=table.choice("approver", APPROVERS),
        forbids=table.choices("forbids", ACTIVITIES, default=()),
        cites=table.citation(),
    )
    table.reject_unknown()
    return grade


def _parameters(root: Table, grades: list[str]) -> dict[str, Parameter]:
    found = {}
    for name in root.data:
        table = root.table(name)
        found[name] = _parameter(name, table, grades)
        table.reject_unknown()
    return found


def _parameter(name: str, table: Table, grades: list[str]) -> Parameter:
    series: dict[str, tuple[DatedValue, ...]] = {}
    if table.has("by_grade"):
        by_grade = table.table("by_grade")
        series = {grade: _rows(by_grade, grade) for grade in by_grade.data}
        _known_grades(by_grade, series, grades)
    else:
        table.seen.add("by_grade")
        series = {EVERY_GRADE: _rows(table, "values")}
    title = table.text("title")
    return Parameter(name, title, table.text("title_en"), table.choice("unit", tuple(PLACES)), series)


def _rows(table: Table, key: str) -> tuple[DatedValue, ...]:
    tables = table.tables(key, required=True)
    rows = [_row(each) for each in tables]
    starts = [row.starts_on for row in rows]
    for position, start in enumerate(starts):
        if start in starts[:position]:
            tables[position].add("duplicate_start", "starts_on", day=start)
    return tuple(sorted(rows, key=lambda row: row.starts_on))


def _row(table: Table) -> DatedValue:
    starts_on = table.day("starts_on", missing="missing_start")
    repealed = table.data.get("repealed") is True
    if repealed and table.has("value"):
        table.add("unknown_key", "value", key="value", allowed="starts_on、repealed、cites")
    amount = None if repealed else table.number("value")
    row = DatedValue(
        starts_on, amount, table.citation(), table.choice("printed_unit", (*PLACES, ""), default="")
    )
    table.seen.update(("repealed", "value"))
    if table.has("repealed") and not repealed:
        table.add("bad_choice", "repealed", key="repealed", value=table.data["repealed"], allowed="true")
    table.reject_unknown()
    return row


def _standards(tables: list[Table], grades: Iterable[Grade], around: Surroundings) -> dict[str, Node]:
    by_code = {grade.code: grade for grade in grades}
    found: dict[str, Node] = {}
    for table in tables:
        codes = table.texts("grades")
        _known_grades(table, codes, list(by_code), key="grades")
        node = read_condition(table, around, ignore=("grades",))
        for code in codes:
            if code in found:
                table.add("double_standard", "grades", grade=code)
            elif code in by_code:
                found[code] = _titled(node, by_code[code].title, by_code[code].title_en)
    return found


def _titled(node: Node, title: str, title_en: str) -> Node:
    label: Label = replace(
        node.label, title=node.label.title or title, title_en=node.label.title_en or title_en
    )
    return replace(node, label=label)  # type: ignore[type-var]


def _on_post(root: Table, around: Surroundings) -> Node | None:
    table = root.table("on_post", required=False)
    return read_condition(table, around) if root.has("on_post") else None


def _vetoes(tables: list[Table], grades: list[str], around: Surroundings) -> tuple[Veto, ...]:
    vetoes = []
    for table in tables:
        applies = table.texts("grades")
        _known_grades(table, applies, grades, key="grades")
        vetoes.append(Veto(table.code(), applies, read_condition(table, around, ignore=("grades", "code"))))
    _unique(tables, [veto.code for veto in vetoes])
    return tuple(vetoes)


def _transitions(root: Table) -> Mapping[str, tuple[TransitionRule, ...]]:
    found = {period: tuple(_rule(each) for each in root.tables(period, required=True)) for period in PERIODS}
    root.reject_unknown()
    return found


def _rule(table: Table) -> TransitionRule:
    when = tuple(
        (key, frozenset(table.choices(key, states)))
        for key, states in TRANSITION_STATES.items()
        if table.has(key)
    )
    table.seen.update(TRANSITION_STATES)
    rule = TransitionRule(
        when, table.choice("outcome", OUTCOMES), table.text("why"), table.text("why_en"), table.citation()
    )
    table.reject_unknown()
    return rule


def _allowance(root: Table, parameters: Mapping[str, Parameter]) -> str:
    if not root.has("pay"):
        root.seen.add("pay")
        return ""
    table = root.table("pay")
    name = table.text("allowance")
    if name and name not in parameters:
        table.add("unknown_parameter", "allowance", value=name, allowed="、".join(parameters))
    table.reject_unknown()
    return name


def _note(table: Table) -> Note:
    position = table.path[-1]
    note = Note(
        number=position + 1 if isinstance(position, int) else 0,
        kind=table.choice("kind", NOTE_KINDS),
        about=table.texts("about"),
        text=table.text("text"),
        text_en=table.text("text_en"),
        reading=table.text("reading"),
        reading_en=table.text("reading_en"),
        cites=table.citation(),
    )
    table.reject_unknown()
    return note


def _known_grades(table: Table, codes: Iterable[str], grades: list[str], key: str = "") -> None:
    for code in codes:
        if code not in grades:
            table.add("unknown_grade", key or code, value=code, allowed="、".join(grades))


def _unique(tables: list[Table], codes: list[str]) -> None:
    for position, code in enumerate(codes):
        if code and code in codes[:position]:
            tables[position].add("duplicate_code", "code", value=code)
