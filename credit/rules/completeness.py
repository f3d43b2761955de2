"""Completeness of a credit file: which papers the standard asks for are there, missing, or out of date."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

#: So many days before a paper runs out it is shown as expiring.
SOON = 30
PRESENT, MISSING, EXPIRED, EXPIRING = "present", "missing", "expired", "expiring"


@dataclass(frozen=True, slots=True)
class Paper:
    """One document of the file: what it is, its day, and until when it says that it holds (None: no word)."""

    code: str
    dated_on: date
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one required paper on a day; `until` is the last day it is good for, if there is one."""

    code: str
    state: str
    until: date | None = None


def needed(each: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """The papers of several securities together; where they differ, the shorter time holds (0: for ever)."""
    found: dict[str, int] = {}
    for required in each:
        for code, days in required.items():
            known = found.get(code, 0)
            found[code] = min(filter(None, (known, days)), default=0)
    return found


def completeness(required: Mapping[str, int], papers: Iterable[Paper], on: date) -> list[Found]:
    """Every required paper with its state, by the one that holds longest."""
    held = list(papers)
    return [
        judged(code, days, [each for each in held if each.code == code], on)
        for code, days in required.items()
    ]


def judged(code: str, days: int, papers: Iterable[Paper], on: date) -> Found:
    """The state of one required paper among those of its kind that were handed in."""
    ends = [last_day(each, days) for each in papers]
    if not ends:
        return Found(code, MISSING)
    if None in ends:
        return Found(code, PRESENT)
    until = max(end for end in ends if end is not None)
    if until < on:
        return Found(code, EXPIRED, until)
    return Found(code, EXPIRING if until < on + timedelta(SOON) else PRESENT, until)


def last_day(paper: Paper, days: int) -> date | None:
    """Until when a paper is good: what it says itself, and what the standard allows, whichever is sooner."""
    allowed = paper.dated_on + timedelta(days) if days else None
    return min((day for day in (paper.expires_on, allowed) if day is not None), default=None)
