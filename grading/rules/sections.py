"""Reads the sections of a rulebook file into the schema; what is wrong becomes a finding."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from ledger.rules.figures import PLACES

from .authority_section import read_authority
from .catalogue import METRICS
from .conditions import Label, Node
from .dated import EVERY_GRADE, DatedValue, Parameter
from .expressions import deeper
from .pay_section import read_pay
from .reading import Table
from .schema import (
    ACTIVITIES,
    APPROVERS,
    HEADINGS,
    LINES,
    NEWCOMERS,
    NOTE_KINDS,
    OUTCOMES,
    PERIODS,
    REACHED,
    STAGES,
    TRANSITION_STATES,
    Grade,
    Note,
    Procedure,
    Rulebook,
    Scheme,
    TransitionRule,
    Veto,
)
from .scores_section import read_sheets
from .scoring import Sheet
from .surroundings import Surroundings
from .trees import read_condition

MONTHS = tuple(str(month) for month in range(1, 13))
MOST_STEPS = 9
MOST_DAYS = 3_660


def read_rulebook(root: Table) -> Rulebook:
    """The whole document; only meaningful if no error was noted on the way."""
    scheme = _scheme(root.table("scheme"))
    rungs = root.tables("grades", required=True)
    grades = tuple(_grade(table) for table in rungs)
    _unique(rungs, [grade.code for grade in grades])
    codes = [grade.code for grade in grades if grade.code]
    parameters = _parameters(root.table("parameters", required=False), codes)
    named = _named_conditions(root.table("conditions", required=False))
    around = Surroundings(parameters, default_window=scheme.cycle, named=named)
    alone = replace(around, code="conditions", window=scheme.cycle)
    for table in named.values():
        read_condition(Table(table.data, table.path, table.report), alone)
    sheets = read_sheets(root, around)
    sheet_codes = tuple(sheet.label.code for sheet in sheets)
    items = tuple(item.label.code for sheet in sheets for item in sheet.items)
    decided = replace(around, items=(*sheet_codes, *items))
    allowance, pay = read_pay(root, decided)
    book = Rulebook(
        scheme=scheme,
        grades=grades,
        parameters=parameters,
        standards=_standards(root.tables("standards", required=not sheets), grades, around),
        on_post=_on_post(root, around),
        vetoes=_vetoes(root.tables("vetoes"), codes, around),
        transitions=_transitions(root.table("transitions"), scheme.cycle, codes, decided, sheets),
        allowance=allowance,
        notes=tuple(_note(table) for table in root.tables("notes")),
        entry=_standards(root.tables("entry"), grades, around),
        sheets=sheets,
        pay=pay,
        procedure=_procedure(root),
        authority=read_authority(root, codes, parameters),
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
        lines=table.choices("lines", LINES, default=()),
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
    series |= _by_branch(table, grades)
    series |= _by_month(table)
    table.seen.add("by_grade")
    if not table.has("by_grade") and (table.has("values") or not series):
        series[EVERY_GRADE] = _rows(table, "values")
    title = table.text("title")
    return Parameter(name, title, table.text("title_en"), table.choice("unit", tuple(PLACES)), series)


def _by_branch(table: Table, grades: list[str]) -> dict[str, tuple[DatedValue, ...]]:
    """`by_branch.B01 = [ … ]`, or by grade beneath it: the unit's own numbers go before the common ones."""
    found: dict[str, tuple[DatedValue, ...]] = {}
    root = table.table("by_branch", required=False)
    for branch, value in root.data.items():
        if isinstance(value, dict):
            beneath = root.table(branch)
            _known_grades(beneath, beneath.data, grades)
            found |= {f"branch:{branch}|{grade}": _rows(beneath, grade) for grade in beneath.data}
        else:
            found[f"branch:{branch}"] = _rows(root, branch)
    return found


def _by_month(table: Table) -> dict[str, tuple[DatedValue, ...]]:
    """`by_month.6 = [ … ]`: what is asked of the appraisal whose last day lies in June."""
    root, found = table.table("by_month", required=False), {}
    for month in root.data:
        if month not in MONTHS:
            root.add("bad_choice", month, key="by_month", value=month, allowed="1–12")
        found[f"month:{month}"] = _rows(root, month)
    return found


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


def _named_conditions(root: Table) -> dict[str, Table]:
    """The conditions under [conditions], to be read where they are named."""
    return {name: root.table(name) for name in root.data}


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


def _transitions(
    root: Table, cycle: str, grades: list[str], around: Surroundings, sheets: tuple[Sheet, ...]
) -> Mapping[str, tuple[TransitionRule, ...]]:
    """A table of rules for every kind of period that is decided; the cycle's own must be there."""
    results = [result.code for sheet in sheets for result in sheet.results]
    found = {}
    for period in PERIODS:
        tables = root.tables(period, required=period == cycle)
        if tables:
            found[period] = tuple(_rule(each, grades, around, results) for each in tables)
    root.reject_unknown()
    return found


def _rule(table: Table, grades: list[str], around: Surroundings, results: list[str]) -> TransitionRule:
    when = tuple(
        (key, frozenset(table.choices(key, states)))
        for key, states in TRANSITION_STATES.items()
        if table.has(key)
    )
    table.seen.update(TRANSITION_STATES)
    table.seen.update(("if", "result", "window", "floor"))
    rule = TransitionRule(
        when=when,
        outcome=table.choice("outcome", OUTCOMES),
        why=table.text("why"),
        why_en=table.text("why_en"),
        cites=table.citation(),
        condition=read_condition(table.table("if"), deeper(table, around)) if table.has("if") else None,
        results=frozenset(table.choices("result", results or [""])) if table.has("result") else frozenset(),
        to=table.choice("to", (*grades, REACHED, ""), default="") if grades else "",
        steps=table.whole("steps", default=1),
    )
    if rule.outcome == "adjust" and not rule.to:
        table.add("missing_key", key="to", example=f'"{REACHED}"')
    if not 1 <= rule.steps <= MOST_STEPS:
        table.add("out_of_range", "steps", key="steps", low=1, high=MOST_STEPS, value=rule.steps)
    _check_direction(table, rule, grades)
    table.reject_unknown()
    return rule


def _check_direction(table: Table, rule: TransitionRule, grades: list[str]) -> None:
    """An outcome says one thing and the grade it leads to another."""
    hints = {
        "keep": ("删去 to；维持的人不动。", "Remove to: whoever keeps the grade stays."),
        "demote": ("to 写较低的等级。", "Write a lower grade in to."),
        "promote": ("to 写较高的等级。", "Write a higher grade in to."),
    }
    end = {"demote": grades[:1], "promote": grades[-1:], "keep": [rule.to]}.get(rule.outcome, [])
    if rule.to and rule.to in end:
        hint, hint_en = hints[rule.outcome]
        fill = {"outcome": rule.outcome, "to": rule.to, "hint": hint, "hint_en": hint_en}
        table.add("to_against_outcome", "to", **fill)
    elif rule.outcome == "demote" and rule.to in grades[:-1]:
        table.add("demotion_may_rise", "to", to=rule.to)


def _procedure(root: Table) -> Procedure:
    """[procedure]: quorum, majority, who breaks a tie, days to appeal and for a state, who certifies what."""
    plain = Procedure()
    if not root.has("procedure"):
        root.seen.add("procedure")
        return plain
    table = root.table("procedure")
    deadlines = table.table("deadlines", required=False)
    certifies = table.table("certifies", required=False)
    stages = table.table("stages", required=False)
    weights = table.table("weights", required=False)
    procedure = Procedure(
        quorum=_share(table, "quorum", plain.quorum),
        majority=_share(table, "majority", plain.majority),
        tie=table.choice("tie", ("chair", "refused", "again"), default="chair") or "chair",
        appeal_days=_count(table, "appeal_days"),
        draft_days=_count(table, "draft_days"),
        reapply_months=_count(table, "reapply_months"),
        leapfrog=table.choice("leapfrog", (*APPROVERS, ""), default=""),
        deadlines={state: _count(deadlines, state) for state in deadlines.data},
        certifies={metric: certifies.text(metric) for metric in certifies.data},
        stages={kind: stages.choices(kind, STAGES) for kind in _known(stages, PERIODS)},
        newcomers=table.choice("newcomers", NEWCOMERS, default="whole") or "whole",
        pro_rata=table.choices("pro_rata", tuple(METRICS), default=()),
        least_days=_count(table, "least_days"),
        weights={heading: weights.number(heading) or Decimal(0) for heading in _known(weights, HEADINGS)},
        cites=table.citation(),
    )
    table.reject_unknown()
    return procedure


def _share(table: Table, key: str, default: Decimal) -> Decimal:
    """A part of those who vote, between 0 and 1."""
    if not table.has(key):
        table.seen.add(key)
        return default
    found = table.number(key)
    if found is not None and not 0 <= found <= 1:
        table.add("not_a_share", key, key=key, value=found)
    return found or default


def _count(table: Table, key: str) -> int:
    """So many days or months, none where it is not written."""
    number = table.whole(key, default=0)
    if not 0 <= number <= MOST_DAYS:
        table.add("out_of_range", key, key=key, low=0, high=MOST_DAYS, value=number)
    return number


def _known(table: Table, allowed: Sequence[str]) -> list[str]:
    """The keys of a table that are among those allowed; any other is noted."""
    for key in table.data:
        table.seen.add(key)
        if key not in allowed:
            table.add("bad_choice", key, key=key, value=key, allowed="、".join(allowed))
    return [key for key in table.data if key in allowed]


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
    """Notes grades that are not on the ladder; where none is read, that alone is said."""
    for code in codes if grades else ():
        if code not in grades:
            table.add("unknown_grade", key or code, value=code, allowed="、".join(grades))


def _unique(tables: list[Table], codes: list[str]) -> None:
    for position, code in enumerate(codes):
        if code and code in codes[:position]:
            tables[position].add("duplicate_code", "code", value=code)
