"""Evidence for worked regulations, by names that docs/rulebooks.md explains: code@window>=floor[params]."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from grading.rules import verdict
from grading.rules.schema import Rulebook
from ledger.rules.figures import Evidence, Figure, MetricRef

#: Words for figures that are not there.
GAPS = {
    "missing": Figure.missing("feed_missing", feed="events.csv", date="2026-09-30"),
    "no_target": Figure.missing("no_target", metric="…"),
    "not_applicable": Figure.not_applicable("nothing_to_measure"),
}


#: Metrics that go by the code they are asked for: `event.praise`, `times.late_report`, `target.profit`.
BY_CODE = {
    "event_quantity": ("event", "event"),
    "event_count": ("times", "event"),
    "target_value": ("target", "metric"),
}
#: A figure of another time or of other people is never meant by the bare name.
OTHERS = ("ago", "peers")


def names(ref: MetricRef) -> list[str]:
    """Every name a question answers to, the most exact first."""
    params, short = {name: value for name, value in ref.params if value}, ref.code
    # Which calculation is meant goes without saying where a regulation compares only one.
    params.pop("of", "") if ref.code == "peers_of" else None
    if ref.code in BY_CODE:
        word, asked = BY_CODE[ref.code]
        short = f"{word}.{params.pop(asked)}"
    window = f"@{ref.window}" if ref.window else ""
    floor = f">={format(ref.floor.normalize(), 'f')}" if ref.floor else ""
    inside = ",".join(f"{name}={value}" for name, value in sorted(params.items()))
    tail = f"[{inside}]" if inside else ""
    tails = [tail] if set(OTHERS) & set(params) else [tail, ""]
    found = [
        f"{short}{w}{f}{t}" for t in tails for w, f in ((window, floor), ("", floor), (window, ""), ("", ""))
    ]
    return list(dict.fromkeys(found))


def evidence(
    book: Rulebook, given: Mapping[str, Any], *, on: date, branch: str = "", usual: Mapping[str, Any] = {}
) -> Evidence:
    """The figures named; KeyError for a name that the regulation never asks for on that day."""
    found, used = {}, set()
    for ref in verdict.required_metrics(book, on, [branch]):
        for source in (given, usual):
            name = next((each for each in names(ref) if each in source), None)
            if name is not None:
                found[ref] = figure(source[name])
                used.add(name)
                break
    if unknown := [name for name in given if name not in used]:
        asked = sorted(names(ref)[0] for ref in verdict.required_metrics(book, on, [branch]))
        raise KeyError(f"never asked for: {unknown}; asked for: {asked}")
    return found


def figure(value: Any) -> Figure:
    """A number, or one of the words for a figure that is not there."""
    return GAPS[value] if value in GAPS else Figure.of(Decimal(str(value)))
