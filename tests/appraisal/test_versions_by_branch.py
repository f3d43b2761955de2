"""Everyone is measured by the version in force for the own branch and line, batch after batch."""

from collections.abc import Iterator
from datetime import date
from importlib import resources

import pytest

from appraisal import queries, services
from appraisal.services import measuring
from grading import queries as grading
from grading import services as grades
from grading.models import RulebookVersion
from grading.services import judging
from ledger import queries as ledger
from ledger.rules import windows
from managers.models import Branch, ClientManager, User
from tests.appraisal import smallbank
from tests.appraisal.acting import Staff, find, manager
from tests.appraisal.smallbank import ELSEWHERE, PERIOD, SCHEME, STEADY

TEXT = resources.files("grading.rulebooks").joinpath(f"{SCHEME}.toml").read_text(encoding="utf-8")
#: A branch of its own: nobody has a grade there but the trainee, so whoever serves there is told.
WEST = TEXT.replace("branches = []", 'branches = ["B2"]').replace("value = 15_000_000", "value = 30_000_000")


@pytest.fixture
def west(staff: Staff) -> RulebookVersion:
    """A version for the branch in the west, where the fourth grade asks for twice as much."""
    assert WEST.count("30_000_000") == TEXT.count("30_000_000") + TEXT.count("value = 15_000_000")
    return grades.publish_rulebook(
        WEST, effective_on=date(2026, 1, 1), by=staff["admin"], second=staff["auditor"]
    )


def test_a_branch_with_a_version_of_its_own_is_judged_by_it(
    west: RulebookVersion, staff: dict[str, User], on: date
) -> None:
    services.appraise(SCHEME, PERIOD, by=None, on=on)
    bases = {number: find(number).verdict for number in (STEADY, ELSEWHERE)}
    shipped = grading.version_in_force(SCHEME, smallbank.END, branch=manager(STEADY).branch, line="corporate")
    assert shipped != west
    assert {number: each.rulebook for number, each in bases.items() if each} == {
        STEADY: shipped,
        ELSEWHERE: west,
    }
    # Both hold 20 million; the west asks for 30.
    assert {number: each.outcome for number, each in bases.items() if each} == {
        STEADY: "keep",
        ELSEWHERE: "warn",
    }


def test_a_chooser_says_what_version_in_force_says(west: RulebookVersion, staff: dict[str, User]) -> None:
    for code in (SCHEME, "rural-monthly-points"):
        chosen = grading.chooser(code, smallbank.END)
        for each in ClientManager.objects.select_related("branch"):
            try:
                expected = grading.version_in_force(code, smallbank.END, branch=each.branch, line=each.line)
            except grading.NoRulebook:
                expected = None
            assert (each.employee_no, chosen(each)) == (each.employee_no, expected)


def test_who_is_left_without_a_version_waits_and_is_told(staff: dict[str, User], on: date) -> None:
    opened = services.open_cycle(SCHEME, PERIOD, by=None, on=on)
    ClientManager.objects.filter(employee_no=STEADY).update(line="personal")
    measured = services.measure(opened.cycle, by=None, on=on)
    assert [(each.manager.employee_no, each.text) for each in measured.left] == [
        (STEADY, "截数日没有版本适用于其机构与条线；请核对机构、条线或办法的适用范围")
    ]
    assert find(STEADY).state == "opened"
    left = queries.left_out(opened.cycle, ClientManager.objects.filter(employee_no=STEADY))
    assert left == []


def test_batches_change_nothing_but_what_is_held_at_a_time(
    west: RulebookVersion, staff: dict[str, User], on: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "BATCH", 2)
    _, measured = services.appraise(SCHEME, PERIOD, by=None, on=on)
    assert len(measured.steps) == len(smallbank.IN_SCOPE)
    assert [step.appraisal.manager.employee_no for step in measured.steps] == smallbank.IN_SCOPE
    kept = [step.appraisal._state.fields_cache.get("verdict") for step in measured.steps]
    assert kept == [None] * len(kept)
    assert services.appraise(SCHEME, PERIOD, by=None, on=on)[1].unchanged == len(smallbank.IN_SCOPE)


def test_judging_takes_managers_as_they_come(staff: dict[str, User], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "BATCH", 2)
    taken: list[str] = []

    def people() -> Iterator[ClientManager]:
        for each in ClientManager.objects.filter(employee_no__in=smallbank.IN_SCOPE).order_by("employee_no"):
            taken.append(each.employee_no)
            yield each

    version, run = grading.version_in_force(SCHEME, smallbank.END), ledger.current_run(smallbank.END)
    found = grades.judge(people(), version=version, run=run, period=windows.period(PERIOD))
    assert taken == []
    assert next(found).manager.employee_no == smallbank.IN_SCOPE[0]
    assert taken == smallbank.IN_SCOPE[:2]
    assert [each.manager.employee_no for each in found] == smallbank.IN_SCOPE[1:]


def test_a_branch_below_the_one_named_is_covered(west: RulebookVersion) -> None:
    below = Branch.objects.create(code="S9", name="西郊支行", kind="outlet", path="/HO/B2/S9/")
    person = manager(ELSEWHERE)
    person.branch = below
    assert grading.chooser(SCHEME, smallbank.END)(person) == west
