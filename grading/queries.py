"""Reads of grading: the rulebook in force, the grade on a day, the latest verdict."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from django.db.models import QuerySet

from grading.models import GradeRecord, RulebookVersion, Verdict
from grading.rules import checker
from grading.rules.schema import Rulebook


class NoRulebook(LookupError):
    """No version of the scheme is in force on the day asked for."""


def version_in_force(code: str, on: date) -> RulebookVersion:
    """The version of scheme `code` in force on a business date, or NoRulebook.

    The bank's own latest version counts; what the product ships stands in where the bank has none.
    """
    versions = RulebookVersion.objects.filter(code=code)
    own = versions.filter(origin=RulebookVersion.Origin.PUBLISHED, effective_on__lte=on)
    found = (
        own.order_by("-effective_on", "-number").first()
        or versions.filter(origin=RulebookVersion.Origin.SHIPPED, effective_on__lte=on)
        .order_by("-number")
        .first()
    )
    if found is None:
        raise NoRulebook(code)
    return found


@lru_cache(maxsize=32)
def _parsed(version_id: int, content: str) -> Rulebook:
    return checker.load(content, file=f"{version_id}.toml")


def rulebook(version: RulebookVersion) -> Rulebook:
    """The version's text as a rulebook; parsed once per process, since versions never change."""
    return _parsed(version.pk, version.content)


def grades_on(on: date, managers: Iterable[int] | None = None) -> dict[int, str]:
    """The grade of each manager on a day, by manager id; one query. No record by then: no entry."""
    records = GradeRecord.objects.filter(effective_on__lte=on)
    if managers is not None:
        records = records.filter(manager__in=managers)
    latest = records.order_by("manager_id", "-effective_on", "-id").distinct("manager_id")
    return dict(latest.values_list("manager_id", "grade_code"))


def latest_records(managers: Iterable[int]) -> dict[int, GradeRecord]:
    """The last grade record of each manager whatever its day, those yet to take effect included."""
    records = GradeRecord.objects.filter(manager__in=list(managers))
    return {
        record.manager_id: record
        for record in records.order_by("manager_id", "-effective_on", "-id").distinct("manager_id")
    }


def grade_history(manager: int) -> QuerySet[GradeRecord]:
    """All grade records of a manager, newest first."""
    return GradeRecord.objects.filter(manager=manager).order_by("-effective_on", "-id")


def latest_verdicts(code: str, period: str) -> QuerySet[Verdict]:
    """The latest verdict of every manager under a scheme for a period."""
    verdicts = Verdict.objects.filter(rulebook__code=code, period=period)
    latest = verdicts.order_by("manager_id", "-id").distinct("manager_id").values("id")
    return (
        Verdict.objects.filter(id__in=latest)
        .select_related("manager", "rulebook")
        .order_by("manager__employee_no")
    )
