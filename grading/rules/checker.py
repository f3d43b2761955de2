"""Checks a rulebook text: errors forbid its use, warnings are kept with the version; never raises."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from .conditions import every_node
from .consistency import check_consistency
from .findings import Finding, make, path_text
from .ladder import check_ladder
from .locator import index, locate
from .reading import Report, Table
from .schema import Note, Rulebook
from .sections import read_rulebook
from .syntax import Fault, fault, value_at

#: Longer texts are refused unread: no regulation needs it, and reading would only cost time.
MAX_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check; ``rulebook`` is set exactly when there is no error."""

    rulebook: Rulebook | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What forbids using the file."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """Flaws of the text and doubtful places, each with the reading chosen where the file states one."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")


class RulebookError(ValueError):
    """The text has errors; ``findings`` lists them all."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("\n".join(finding.text() for finding in findings))
        self.findings = findings


def load(text: str, *, file: str = "rulebook.toml") -> Rulebook:
    """The rulebook of a text free of errors; RulebookError with every finding otherwise."""
    checked = check(text, file=file)
    if checked.rulebook is None:
        raise RulebookError(checked.errors)
    return checked.rulebook


def check_bytes(raw: bytes, *, file: str = "rulebook.toml") -> Checked:
    """As `check`, for the bytes of a file (UTF-8, with or without a byte-order mark)."""
    try:
        return check(raw.decode("utf-8-sig"), file=file)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return Checked(None, (make("not_text", file=file, line=line, path=()),))


def check(text: str, *, file: str = "rulebook.toml") -> Checked:
    """Reads the text and says everything that is wrong or doubtful about it, in the order of the file."""
    document, failure = _parsed(text, file)
    if failure is not None:
        return Checked(None, (failure,))
    report = Report(file, index(text))
    book = read_rulebook(Table(document, (), report))
    if not report.broken:
        check_consistency(book, report)
        _check_notes(book, report)
    if report.broken:
        return Checked(None, _ordered(report.findings))
    check_ladder(book, report)
    return Checked(book, _ordered(list(_with_notes(book, report))))


def _parsed(text: str, file: str) -> tuple[dict[str, Any], Finding | None]:
    if len(text) > MAX_CHARACTERS:
        limit = {"detail": f"长于 {MAX_CHARACTERS:,} 字", "detail_en": f"> {MAX_CHARACTERS:,} characters"}
        return {}, make("not_toml", file=file, line=1, path=(), **limit)
    try:
        return tomllib.loads(text.replace("\r\n", "\n"), parse_float=Decimal), None
    # ArithmeticError: a float that Decimal refuses. RecursionError: brackets nested without end.
    except (ValueError, ArithmeticError, RecursionError, TypeError) as error:
        return {}, _unreadable(fault(error, text), text, file)


def _unreadable(found: Fault, text: str, file: str) -> Finding:
    fill = {"detail": found.detail, "detail_en": found.detail_en, "value": value_at(text, found.line)}
    return make(found.code, file=file, line=found.line, path=(), **fill)


def _ordered(findings: list[Finding]) -> tuple[Finding, ...]:
    unique = dict.fromkeys(findings)
    return tuple(sorted(unique, key=lambda each: (each.severity, each.line, each.path, each.code)))


def _clauses(book: Rulebook) -> Iterator[str]:
    """Every code a note may point at: conditions, and parameters with or without a grade."""
    for code, _, root in book.roots():
        for node in every_node(root):
            yield f"{code}.{node.label.code}" if node.label.code else code
    for name, parameter in book.parameters.items():
        yield name
        yield from (f"{name}.{grade}" for grade in parameter.series if grade)
    yield from ("scheme", *(f"transitions.{period}" for period in book.transitions))
    for sheet in book.sheets:
        yield from (sheet.label.code, *(f"{sheet.label.code}.{item.label.code}" for item in sheet.items))
    yield from (f"pay.{item.label.code}" for item in book.pay)


def _check_notes(book: Rulebook, report: Report) -> None:
    known = list(dict.fromkeys(_clauses(book)))
    for note in book.notes:
        for about in note.about:
            if about not in known:
                path = ("notes", note.number - 1, "about")
                report.add("unknown_reference", path, value=about, example=known[0])


def _with_notes(book: Rulebook, report: Report) -> Iterator[Finding]:
    """Findings with the reading chosen for them; a note that no finding claims is a warning of its own."""
    codes, claimed = _codes_by_path(book), set()
    for finding in report.findings:
        about = finding.about or codes.get(finding.path, ())
        note = next((each for each in book.notes if _fits(each, finding, about)), None)
        yield finding if note is None else _noted(finding, note, about)
        claimed.add(note.number if note else 0)
    yield from (_own(note, report) for note in book.notes if note.number not in claimed)


def _codes_by_path(book: Rulebook) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for code, _, root in book.roots():
        for node in every_node(root):
            key = path_text(node.label.path)
            found[key] = (*found.get(key, ()), f"{code}.{node.label.code}" if node.label.code else code)
    return found


def _fits(note: Note, finding: Finding, about: tuple[str, ...]) -> bool:
    return note.kind == finding.code and bool(set(note.about) & set(about))


def _noted(finding: Finding, note: Note, about: tuple[str, ...]) -> Finding:
    return replace(finding, reading=note.reading, reading_en=note.reading_en, note=note.number, about=about)


def _own(note: Note, report: Report) -> Finding:
    path = ("notes", note.number - 1)
    flaw = make(
        "text_flaw",
        file=report.file,
        line=locate(report.lines, path),
        path=path,
        text=note.text,
        text_en=note.text_en,
        about=note.about,
    )
    return replace(_noted(flaw, note, note.about), code=note.kind)
