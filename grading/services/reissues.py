"""Re-issues: which frozen verdicts a version would change that takes effect in the past."""

import functools
import operator
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from grading import queries
from grading.models import RulebookVersion, Verdict
from grading.rules import checker, verdict
from grading.rules.schema import Rulebook
from grading.services.judging import rejudged


def would_change(version: RulebookVersion, *, effective_on: date) -> list[dict[str, str]]:
    """The frozen verdicts that would come out otherwise if `version` held from `effective_on` on.

    The latest verdict of every manager and period of the scheme, for the days on which the version would
    be in force and in the lines and branches it covers, judged again from the stored evidence. Each row:
    employee_no, name, period, old_outcome, old_grade, new_outcome, new_grade; an empty new outcome means
    that the grade held is not on the new ladder. Raises checker.RulebookError where the text has errors.
    """
    book = checker.load(version.content)
    stored = (
        _concerned(version, effective_on).select_related("manager").order_by("manager__employee_no", "period")
    )
    return list(_changed(stored, book))


def _concerned(version: RulebookVersion, effective_on: date) -> QuerySet[Verdict]:
    """The latest verdict a manager and period, of the days on which the version would be in force."""
    found = Verdict.objects.filter(rulebook__code=version.code, on__gte=effective_on)
    later = queries.later_start(version, effective_on)
    if later is not None:
        found = found.filter(on__lt=later)
    if version.lines:
        found = found.filter(manager__line__in=version.lines)
    if version.branches:
        inside = (Q(manager__branch__path__contains=f"/{code}/") for code in version.branches)
        found = found.filter(functools.reduce(operator.or_, inside))
    latest = found.order_by("manager_id", "period", "-id").distinct("manager_id", "period")
    return Verdict.objects.filter(pk__in=latest.values("pk"))


def _changed(stored: QuerySet[Verdict], book: Rulebook) -> Iterator[dict[str, str]]:
    for row in stored.iterator(chunk_size=500):
        outcome, grade = _again(row, book)
        if (outcome, grade) != (row.outcome, row.proposed_grade):
            yield {**_old(row), "new_outcome": outcome, "new_grade": grade}


def _old(row: Verdict) -> dict[str, Any]:
    return {
        "employee_no": row.manager.employee_no,
        "name": row.manager.name,
        "period": row.period,
        "old_outcome": row.outcome,
        "old_grade": row.proposed_grade,
    }


def _again(row: Verdict, book: Rulebook) -> tuple[str, str]:
    """Outcome and proposed grade from the frozen evidence; empty where the grade is not on the ladder."""
    try:
        found = rejudged(row, book)
    except verdict.UnknownGrade:
        return "", ""
    return found.outcome, found.proposed_grade
