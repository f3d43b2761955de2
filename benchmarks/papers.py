"""Milliseconds for every kind of paper beside an empty page of the same compiler; no two papers are alike."""

from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.measure import median, timed
from benchmarks.report import Found

EMPTY = Path(__file__).with_name("empty.typ")
PAPERS = 20


def measure(found: Found) -> None:
    """The first paper of a process, which reads the types, then each kind and the empty page in turns."""
    from appraisal.papers import document, samples
    from managers.printing import Frame, typeset, typesetting

    typesetting._compiler.cache_clear()
    found.seconds["first paper ms"] = [1000 * timed(document, samples.notice(), samples.PRODUCED)]
    for number in range(PAPERS):
        frame = Frame(title=f"{number}", on=date(2026, 1, 1), foot=(f"{number}",))
        found.add("empty page ms", 1000 * timed(typeset, EMPTY, {}, frame=frame))
        for sheet in samples.all_sheets():
            name = f"paper: {type(sheet).__name__} ms"
            found.add(name, 1000 * timed(document, varied(sheet, number), samples.PRODUCED))
    found.figures["slowest paper ms"] = max(
        median(values) for name, values in found.seconds.items() if name.startswith("paper: ")
    )


def varied(value: Any, number: int) -> Any:
    """The same sheet with other texts: the compiler remembers paragraphs it has set before."""
    if isinstance(value, str):
        return f"{value}{number}" if value else value
    if isinstance(value, tuple):
        return tuple(varied(each, number) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        kept = ("language", "head")
        others = {each.name: getattr(value, each.name) for each in fields(value) if each.name not in kept}
        return replace(value, **{name: varied(each, number) for name, each in others.items()})
    return value
