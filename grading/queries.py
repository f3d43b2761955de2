"""Reads of grading: the rulebook in force, the grade on a day, the latest verdict."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache

from django.db.models import Q, QuerySet

from grading.models import GradeRecord, RulebookVersion, Verdict
from grading.rules import checker
from grading.rules.schema import Grade, Rulebook
from managers.models import Branch, ClientManager, User
from managers.permissions import may

RELATED = ("made_by", "adopted_by", "based_on", "superseded_by")


class NoRulebook(LookupError):
    """No version of the scheme is in force on the day asked for."""


def in_force(on: date, *, branch: Branch | None = None, line: str = "") -> QuerySet[RulebookVersion]:
    """The version of every scheme in force on a business date, by code; for a branch and a line if given.

    The bank's own latest version counts; what the product ships stands in where the bank has none. A version
    for some branches holds in everything below them.
    """
    versions = RulebookVersion.objects.filter(state__in=RulebookVersion.COUNTING, effective_on__lte=on)
    if branch is not None:
        around = branch.path.strip("/").split("/")
        versions = versions.filter(Q(branches=[]) | Q(branches__overlap=around))
    if line:
        versions = versions.filter(Q(lines=[]) | Q(lines__contains=[line]))
    # "published" comes before "shipped".
    return versions.order_by("code", "origin", "-effective_on", "-number").distinct("code")


def version_in_force(code: str, on: date, *, branch: Branch | None = None, line: str = "") -> RulebookVersion:
    """The version of scheme `code` in force on a business date (see `in_force`), or NoRulebook."""
    found = in_force(on, branch=branch, line=line).filter(code=code).first()
    if found is None:
        raise NoRulebook(code)
    return found


def chooser(code: str, on: date) -> Callable[[ClientManager], RulebookVersion | None]:
    """Tells the version of scheme `code` in force on a day for any manager; None where none covers them.

    As `version_in_force` for the manager's branch and line, for however many managers with one query.
    """
    known = [each for each in counting(code) if each.effective_on <= on]
    found: dict[tuple[str, str], RulebookVersion | None] = {}

    def chosen(manager: ClientManager) -> RulebookVersion | None:
        place = manager.branch.path, manager.line
        if place not in found:
            found[place] = next((each for each in reversed(known) if _meant_for(each, *place)), None)
        return found[place]

    return chosen


def _meant_for(version: RulebookVersion, path: str, line: str) -> bool:
    inside = not version.branches or any(f"/{code}/" in path for code in version.branches)
    return inside and (not version.lines or line in version.lines)


def counting(code: str) -> QuerySet[RulebookVersion]:
    """Every version of a scheme that was ever adopted, each before those that take precedence over it."""
    versions = RulebookVersion.objects.filter(code=code, state__in=RulebookVersion.COUNTING)
    return versions.order_by("-origin", "effective_on", "number")


def covers(one: RulebookVersion, other: RulebookVersion) -> bool:
    """Whether `one` applies wherever `other` does; nothing listed means everywhere."""
    return _within(other.lines, one.lines) and _within(other.branches, one.branches)


def _within(inner: list[str], outer: list[str]) -> bool:
    return not outer or (bool(inner) and set(inner) <= set(outer))


def before(version: RulebookVersion, on: date) -> RulebookVersion | None:
    """What holds on a day wherever `version` is to apply, `version` itself left out; None where nothing."""
    held = [
        each
        for each in counting(version.code)
        if each.pk != version.pk and each.effective_on <= on and covers(each, version)
    ]
    return held[-1] if held else None


def later_start(version: RulebookVersion, effective_on: date) -> date | None:
    """The day on which an adopted version takes over from one in force from `effective_on`, if any does."""
    own = RulebookVersion.Origin.PUBLISHED
    return min(
        (
            each.effective_on
            for each in counting(version.code)
            if each.origin == own and each.effective_on > effective_on and covers(each, version)
        ),
        default=None,
    )


def version(pk: int) -> RulebookVersion:
    """One version, read anew with the people and versions it names."""
    return RulebookVersion.objects.select_related(*RELATED).get(pk=pk)


def readable(user: User, on: date) -> QuerySet[RulebookVersion]:
    """The versions a person may read: everybody what was adopted, drafts only those whose work they are."""
    versions = RulebookVersion.objects.select_related(*RELATED)
    if any(may(user, action, on=on) for action in ("edit_rulebook", "adopt_rulebook", "view_drafts")):
        return versions
    return versions.filter(state__in=RulebookVersion.COUNTING)


@lru_cache(maxsize=32)
def _parsed(version_id: int, content: str) -> Rulebook:
    return checker.load(content, file=f"{version_id}.toml")


def rulebook(version: RulebookVersion) -> Rulebook:
    """The version's text as a rulebook; parsed once per process and text."""
    return _parsed(version.pk, version.content)


def grades_on(on: date, managers: Iterable[int] | None = None) -> dict[int, str]:
    """The grade of each manager on a day, by manager id; one query.

    No record by then, or one that ends the grade: no entry.
    """
    records = GradeRecord.objects.filter(effective_on__lte=on)
    if managers is not None:
        records = records.filter(manager__in=managers)
    latest = records.order_by("manager_id", "-effective_on", "-id").distinct("manager_id")
    return {manager: grade for manager, grade in latest.values_list("manager_id", "grade_code") if grade}


def latest_records(managers: Iterable[int]) -> dict[int, GradeRecord]:
    """The last grade record of each manager whatever its day, those yet to take effect included."""
    records = GradeRecord.objects.filter(manager__in=list(managers))
    return {
        record.manager_id: record
        for record in records.order_by("manager_id", "-effective_on", "-id").distinct("manager_id")
    }


def covering(manager: ClientManager, grade: str, on: date) -> RulebookVersion | None:
    """The rulebook in force that covers the manager's line and branch and has the grade on its ladder."""
    for version in in_force(on, branch=manager.branch, line=manager.line):
        if any(each.code == grade for each in rulebook(version).grades):
            return version
    return None


def forbidden(manager: ClientManager, activity: str, on: date) -> Grade | None:
    """The grade that forbids a manager an activity (`credit`) on a day; None where nothing stands against it.

    Asked wherever customers' loans are to be assigned to somebody, or a loan is to be made.
    """
    held = grades_on(on, [manager.pk]).get(manager.pk, "")
    version = covering(manager, held, on) if held else None
    grade = rulebook(version).grade(held) if version is not None else None
    return grade if grade is not None and activity in grade.forbids else None


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
