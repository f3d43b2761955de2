"""The full procedure for one manager: the people it takes, the case, and how it comes to each state."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import resources

import pytest
import time_machine
from django.utils import timezone

from appraisal import services
from appraisal.models import Appraisal
from grading import queries as grading
from grading.services import publishing
from managers.models import User
from tests.appraisal import acting, smallbank
from tests.appraisal.acting import Staff, find, grant, manager
from tests.appraisal.smallbank import END, RISING

TODAY = timezone.localdate()
MORNING = datetime.combine(TODAY, time(10), timezone.get_default_timezone())
AFTER = TODAY + timedelta(days=11)
POINTS = {"conduct": Decimal(90), "ability": Decimal(80), "diligence": Decimal(70), "results": Decimal(60)}


@pytest.fixture
def staff(bank: None) -> Staff:
    """The people of the full procedure."""
    return hire()


@pytest.fixture
def case(staff: Staff) -> Iterator[Appraisal]:
    """Rising's appraisal, measured; the day stays TODAY though the suite may run past midnight."""
    with time_machine.travel(MORNING, tick=True):
        yield opened(staff)


def hire() -> Staff:
    """The usual people, two more members and a chair of the group, two at head office, and Rising."""
    people = acting.hire()
    for name, role, branch in (
        ("second", "group_member", "B1"),
        ("chair", "group_chair", "B1"),
        ("high", "group_member", "HO"),
        ("higher", "group_chair", "HO"),
    ):
        people[name] = User.objects.create(username=name, display_name=name)
        grant(people[name], role, branch=branch)
    people["rising"] = User.objects.create(username="rising")
    own = manager(RISING)
    own.user = people["rising"]
    own.save()
    return people


def opened(staff: Staff) -> Appraisal:
    """Rising's appraisal, measured under a version that asks for every stage in a quarter."""
    text = resources.files("grading.rulebooks").joinpath("corporate-six-grades.toml").read_text("utf-8")
    text = text.replace("appeal_days = 10 ", "draft_days = 5\nappeal_days = 10 ")
    text = text.replace('year = ["statement"', 'quarter = ["statement"')
    publishing.publish_rulebook(
        text,
        effective_on=date(2026, 1, 1),
        by=staff["hr_head"],
        second=staff["risk"],
        reason="试行全流程并核对各步骤是否齐备",
    )
    services.appraise(smallbank.SCHEME, smallbank.PERIOD, by=None, on=TODAY)
    return find(RISING)


def go(name: str, who: User, *, on: date = TODAY, **extra: object) -> object:
    """One step of Rising's appraisal."""
    return getattr(services, name)(find(RISING), by=who, on=on, **extra)


def to_scored(staff: Staff) -> None:
    go("state", staff["rising"], text="本季新增三户。")
    for name in ("leader", "second", "chair"):
        go("score", staff[name], points=POINTS)


def to_cleared(staff: Staff) -> None:
    to_scored(staff)
    go("review", staff["hr"])
    go("submit", staff["hr"])
    go("clear", staff["risk"])


def to_published(staff: Staff, outcome: str = "demote") -> None:
    """Published after two votes of three."""
    to_cleared(staff)
    for name in ("leader", "second"):
        go("decide", staff[name], outcome=outcome, reason="服务不到位")
    go("publish", staff["hr"])


def grade() -> str:
    return grading.grades_on(END + timedelta(days=1), [manager(RISING).pk])[manager(RISING).pk]
