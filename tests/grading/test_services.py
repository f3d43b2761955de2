"""What grading does with the database: publish a rulebook, judge and freeze, keep the history of grades."""

from datetime import date
from importlib import resources
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from model_bakery import baker

from grading import queries, services
from grading.models import GradeRecord, RulebookVersion
from grading.rules.checker import RulebookError
from grading.rules.schema import LINES
from managers.models import Branch, ClientManager, LogEntry, User
from tests.ledger import bank

CODE = "corporate-six-grades"
TEXT = resources.files("grading.rulebooks").joinpath(f"{CODE}.toml").read_text(encoding="utf-8")
STRICTER = TEXT.replace("value = 38_000_000", "value = 39_000_000")
DAY = date(2027, 1, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def maker() -> User:
    return User.objects.create(username="maker")


@pytest.fixture
def checker() -> User:
    return User.objects.create(username="checker")


@pytest.fixture
def person() -> ClientManager:
    branch = baker.make(Branch, kind="outlet", path="/HO/")
    return baker.make(ClientManager, branch=branch, line="corporate", status="on_post")


def test_the_shipped_text_stands_in_until_the_bank_publishes_its_own(maker: User, checker: User) -> None:
    shipped = queries.version_in_force(CODE, DAY)
    assert (shipped.origin, shipped.content) == ("shipped", TEXT)
    own = services.publish_rulebook(STRICTER, effective_on=DAY, by=maker, second=checker)
    assert queries.version_in_force(CODE, date(2026, 12, 31)) == shipped
    assert queries.version_in_force(CODE, DAY) == own
    assert (own.number, own.made_by, own.adopted_by) == (shipped.number + 1, maker, checker)


def test_publishing_keeps_the_flaws_and_logs_both_people(maker: User, checker: User) -> None:
    own = services.publish_rulebook(STRICTER, effective_on=DAY, by=maker, second=checker)
    assert len(own.warnings) == 13
    entry = LogEntry.objects.get(action="publish_rulebook")
    assert (entry.by, entry.subject) == (checker, f"rulebook:{own.pk}")
    assert entry.detail == {"made_by": "maker", "effective_on": "2027-01-01", "sha256": own.sha256}


def test_one_person_cannot_be_both(maker: User) -> None:
    with pytest.raises(services.Refusal, match="不能是同一人"):
        services.publish_rulebook(STRICTER, effective_on=DAY, by=maker, second=maker)
    with pytest.raises(IntegrityError, match="rulebook_two_people"), transaction.atomic():
        baker.make(RulebookVersion, origin="published", made_by=maker, adopted_by=maker)


def test_the_same_text_for_the_same_day_is_not_published_twice(maker: User, checker: User) -> None:
    first = services.publish_rulebook(STRICTER, effective_on=DAY, by=maker, second=checker)
    with pytest.raises(services.Refusal, match=f"第 {first.number} 版"):
        services.publish_rulebook(STRICTER, effective_on=DAY, by=checker, second=maker)
    again = services.publish_rulebook(TEXT, effective_on=DAY, by=maker, second=checker)
    assert queries.version_in_force(CODE, DAY) == again


def test_a_text_with_errors_is_not_published(maker: User, checker: User) -> None:
    with pytest.raises(RulebookError):
        services.publish_rulebook("[scheme]", effective_on=DAY, by=maker, second=checker)
    assert not RulebookVersion.objects.filter(origin="published").exists()


def test_a_version_is_never_changed() -> None:
    for write in ({"content": ""}, {"effective_on": DAY}):
        with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
            RulebookVersion.objects.update(**write)


def test_no_rulebook_before_any_is_in_force() -> None:
    with pytest.raises(queries.NoRulebook):
        queries.version_in_force(CODE, date(1980, 1, 1))
    with pytest.raises(queries.NoRulebook):
        queries.version_in_force("nothing", DAY)


def test_installing_again_installs_nothing() -> None:
    assert services.install_shipped_rulebooks() == []


def record(person: ClientManager, grade: str, day: date) -> GradeRecord:
    return services.record_grade(person, grade=grade, effective_on=day, basis="test", by=None)


def test_the_grade_of_a_day_is_the_latest_record_by_then(person: ClientManager) -> None:
    record(person, "fourth", date(2026, 1, 1))
    record(person, "third", date(2026, 10, 1))
    record(person, "second", date(2026, 10, 1))
    assert queries.grades_on(date(2025, 12, 31)) == {}
    assert queries.grades_on(date(2026, 9, 30)) == {person.pk: "fourth"}
    assert queries.grades_on(date(2026, 10, 1), [person.pk]) == {person.pk: "second"}
    assert queries.latest_records([person.pk])[person.pk].grade_code == "second"
    assert [each.grade_code for each in queries.grade_history(person.pk)] == ["second", "third", "fourth"]


def test_a_delivered_grade_is_held_from_the_day_the_post_began(tmp_path: Path) -> None:
    """One bundle of many months brings people who came before its first day and inside it."""
    first, second = bank.REGISTER["managers.csv"]
    later = [*second]
    later[5] = "1994-01-04"
    bank.loaded(bank.write(tmp_path / "b", {**bank.REGISTER, "managers.csv": [first, later]}))
    held = dict(GradeRecord.objects.values_list("manager__employee_no", "effective_on"))
    assert held == {"E1": date(1992, 1, 1), "E2": date(1994, 1, 4)}


def test_the_lines_a_rulebook_may_name_are_those_managers_have() -> None:
    assert list(LINES) == ClientManager.Line.values


def test_the_history_of_grades_is_never_edited(person: ClientManager) -> None:
    record(person, "fourth", date(2026, 1, 1))
    for change in (lambda: GradeRecord.objects.update(grade_code="senior"), GradeRecord.objects.all().delete):
        with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
            change()
