"""A rulebook's way from draft to adoption: states, people, days, and what is in force when and where."""

from datetime import date
from importlib import resources
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.utils import InternalError
from model_bakery import baker

from grading import queries, services
from grading.models import RulebookVersion
from grading.rules.checker import RulebookError
from managers.models import Branch, ClientManager, LogEntry, Notice, User
from tests.grading.people import TODAY, hire

CODE = "corporate-six-grades"
TEXT = resources.files("grading.rulebooks").joinpath(f"{CODE}.toml").read_text(encoding="utf-8")
STRICTER = TEXT.replace("value = 38_000_000", "value = 39_000_000")
NEXT_YEAR = date(2027, 1, 1)
STATES = ["draft", "checked", "simulated", "adopted", "superseded", "withdrawn"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, User]:
    return hire()


def drafted(people: dict[str, User], text: str = STRICTER, *, by: str = "hr", day: date = NEXT_YEAR) -> Any:
    return services.draft(text, effective_on=day, by=people[by], on=TODAY)


def simulated(people: dict[str, User], text: str = STRICTER, **made: Any) -> RulebookVersion:
    row = drafted(people, text, **made)
    services.check(row, by=people["hr"], on=TODAY)
    return services.simulated(row, by=people["hr"], on=TODAY, summary={"periods": ["2026Q3"]})


def adopted(people: dict[str, User], text: str = STRICTER, *, day: date = NEXT_YEAR, **made: Any) -> Any:
    row = simulated(people, text, day=day, **made)
    return services.adopt(row, effective_on=day, by=people["risk"], on=TODAY, reason="总行批复追溯执行，见文")


def test_each_version_waits_for_its_maker_then_for_somebody_else(people: dict[str, User]) -> None:
    row = drafted(people)
    waiting = Notice.objects.all().waiting().order_by("to__username")
    services.check(row, by=people["hr"], on=TODAY)
    assert list(waiting.values_list("to__username", "code")) == [("hr", "rulebook_checked")]
    services.simulated(row, by=people["hr"], on=TODAY, summary={})
    assert list(waiting.values_list("to__username", "code")) == [
        ("head", "rulebook_simulated"),
        ("risk", "rulebook_simulated"),
    ]
    services.adopt(row, effective_on=NEXT_YEAR, by=people["risk"], on=TODAY)
    assert waiting.count() == 0


def test_from_draft_to_adoption(people: dict[str, User]) -> None:
    shipped = queries.version_in_force(CODE, TODAY)
    row = drafted(people)
    assert (row.state, row.number, row.made_by, row.lines, row.branches) == (
        "draft",
        shipped.number + 1,
        people["hr"],
        ["corporate"],
        [],
    )
    assert services.check(row, by=people["hr"], on=TODAY).state == "checked"
    assert services.simulated(row, by=people["hr"], on=TODAY, summary={"n": 3}).simulation == {"n": 3}
    done = services.adopt(row, effective_on=NEXT_YEAR, by=people["head"], on=TODAY)
    assert (done.state, done.adopted_by, done.effective_on) == ("adopted", people["head"], NEXT_YEAR)
    assert len(done.warnings) == len(shipped.warnings)
    assert queries.version_in_force(CODE, date(2026, 12, 31)) == shipped
    assert queries.version_in_force(CODE, NEXT_YEAR) == done
    shipped = queries.version(shipped.pk)
    assert (shipped.state, shipped.superseded_by) == ("superseded", done)
    log = LogEntry.objects.filter(subject=f"rulebook:{row.pk}").order_by("id")
    assert [(each.action, each.by.username if each.by else "") for each in log] == [
        ("draft_rulebook", "hr"),
        ("check_rulebook", "hr"),
        ("simulate_rulebook", "hr"),
        ("adopt_rulebook", "head"),
    ]


def test_no_step_out_of_turn(people: dict[str, User]) -> None:
    row = drafted(people)
    for take in (
        lambda: services.simulated(row, by=people["hr"], on=TODAY),
        lambda: services.adopt(row, effective_on=NEXT_YEAR, by=people["head"], on=TODAY),
        lambda: services.revise(row, by=people["hr"], on=TODAY),
    ):
        with pytest.raises(services.Refusal, match="状态是“起草中”"):
            take()
    assert queries.version(row.pk).state == "draft"


@pytest.mark.parametrize("who", ["audit", "leader", "risk"])
def test_only_hr_drafts(people: dict[str, User], who: str) -> None:
    with pytest.raises(PermissionDenied):
        drafted(people, by=who)


@pytest.mark.parametrize("who", ["hr_two", "audit", "leader"])
def test_only_the_head_office_adopts(people: dict[str, User], who: str) -> None:
    row = simulated(people)
    with pytest.raises(PermissionDenied):
        services.adopt(row, effective_on=NEXT_YEAR, by=people[who], on=TODAY)
    assert queries.version(row.pk).state == "simulated"


def test_nobody_adopts_an_own_draft(people: dict[str, User]) -> None:
    row = simulated(people, by="head")
    with pytest.raises(services.Refusal, match="不能是同一人"):
        services.adopt(row, effective_on=NEXT_YEAR, by=people["head"], on=TODAY)


def test_whoever_is_appraised_neither_makes_nor_adopts(people: dict[str, User]) -> None:
    row = simulated(people)
    branch = Branch.objects.get(code="HO")
    for name in ("hr_two", "head"):
        baker.make(ClientManager, branch=branch, line="corporate", status="on_post", user=people[name])
        people[name].refresh_from_db()
    with pytest.raises(services.Refusal, match="客户经理不能起草或通过"):
        drafted(people, by="hr_two")
    with pytest.raises(services.Refusal, match="客户经理不能起草或通过"):
        services.adopt(row, effective_on=NEXT_YEAR, by=people["head"], on=TODAY)


def test_a_text_is_replaced_only_by_its_maker_and_only_while_it_is_a_draft(people: dict[str, User]) -> None:
    row = drafted(people)
    new = {"effective_on": NEXT_YEAR, "on": TODAY}
    with pytest.raises(services.Refusal, match="只有起草人"):
        services.rewrite(row, TEXT, by=people["hr_two"], **new)
    assert services.rewrite(row, TEXT, by=people["hr"], **new).content == TEXT
    services.check(row, by=people["hr_two"], on=TODAY)
    with pytest.raises(services.Refusal, match="只有起草中的稿"):
        services.rewrite(row, STRICTER, by=people["hr"], **new)
    services.revise(row, by=people["hr"], on=TODAY)
    assert services.rewrite(row, STRICTER, by=people["hr"], **new).state == "draft"


def test_a_text_with_errors_is_no_draft(people: dict[str, User]) -> None:
    with pytest.raises(RulebookError):
        drafted(people, TEXT.replace('value = "deposit_average"', 'value = "nothing"'))
    assert not RulebookVersion.objects.filter(origin="published").exists()


def test_a_withdrawn_draft_stays_to_be_read(people: dict[str, User]) -> None:
    row = simulated(people)
    with pytest.raises(services.Refusal, match="撤回须写明原因"):
        services.withdraw(row, by=people["hr"], on=TODAY, reason=" ")
    services.withdraw(row, by=people["hr"], on=TODAY, reason="总行另有安排")
    assert queries.version(row.pk).state == "withdrawn"
    with pytest.raises(services.Refusal, match="已撤回"):
        services.check(row, by=people["hr"], on=TODAY)


def test_the_same_draft_twice_is_one(people: dict[str, User]) -> None:
    assert drafted(people) == drafted(people)
    assert drafted(people, by="hr_two") != drafted(people)


def test_a_draft_on_a_basis_that_has_been_replaced_is_not_adopted(people: dict[str, User]) -> None:
    basis = queries.version_in_force(CODE, NEXT_YEAR)
    row = services.draft(TEXT + "\n# 一\n", effective_on=NEXT_YEAR, by=people["hr"], on=TODAY, based_on=basis)
    services.check(row, by=people["hr"], on=TODAY)
    services.simulated(row, by=people["hr"], on=TODAY)
    other = adopted(people, by="hr_two")
    with pytest.raises(services.Refusal, match=f"有效的已是第 {other.number} 版"):
        services.adopt(row, effective_on=NEXT_YEAR, by=people["head"], on=TODAY)


def test_the_database_keeps_what_was_decided(people: dict[str, User]) -> None:
    done, draft = adopted(people), drafted(people, TEXT + "\n# 另一稿\n")
    for write in ({"content": ""}, {"effective_on": TODAY}, {"adopted_by": people["head"]}, {"warnings": []}):
        with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
            RulebookVersion.objects.filter(pk=done.pk).update(**write)
    for state in STATES[:3]:
        with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
            RulebookVersion.objects.filter(pk=done.pk).update(state=state)
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        RulebookVersion.objects.filter(pk=draft.pk).update(state="adopted", adopted_by=people["head"])
    services.check(draft, by=people["hr"], on=TODAY)
    with pytest.raises(InternalError, match="Cannot update"), transaction.atomic():
        RulebookVersion.objects.filter(pk=draft.pk).update(content=TEXT)
    with pytest.raises(InternalError, match="Cannot delete"), transaction.atomic():
        RulebookVersion.objects.filter(pk=draft.pk).delete()


def test_the_database_wants_two_people(people: dict[str, User]) -> None:
    row = simulated(people)
    with pytest.raises(IntegrityError, match="rulebook_two_people"), transaction.atomic():
        RulebookVersion.objects.filter(pk=row.pk).update(
            state="adopted", adopted_by=people["hr"], adopted_at="2026-10-12T00:00:00Z"
        )


def scoped(number: int, lines: str, branches: str) -> str:
    """The shipped text for other lines and branches, told apart by a comment."""
    text = TEXT.replace('lines = ["corporate"]', f"lines = {lines}").replace(
        "branches = []", f"branches = {branches}"
    )
    return f"{text}\n# {number}\n"


def test_what_is_in_force_by_day_branch_and_line_is_one_query(
    people: dict[str, User], django_assert_num_queries: Any
) -> None:
    east = Branch.objects.create(code="B1", name="城东", kind="branch", path="/HO/B1/")
    below = Branch.objects.create(code="S1", name="城东支行", kind="outlet", path="/HO/B1/S1/")
    west = Branch.objects.create(code="B2", name="城西", kind="branch", path="/HO/B2/")
    everywhere = adopted(people, scoped(1, '["corporate", "personal"]', "[]"))
    only_east = adopted(people, scoped(2, '["corporate"]', '["B1"]'))

    def held(branch: Branch, line: str, day: date = NEXT_YEAR) -> list[RulebookVersion]:
        with django_assert_num_queries(1):
            return [each for each in queries.in_force(day, branch=branch, line=line) if each.code == CODE]

    assert held(east, "corporate") == held(below, "corporate") == [only_east]
    assert held(west, "corporate") == held(east, "personal") == [everywhere]
    assert held(east, "small_business") == []
    assert held(west, "corporate", date(2026, 12, 31))[0].origin == "shipped"
    assert queries.version(everywhere.pk).state == "adopted"


def test_a_later_version_supersedes_what_it_covers_whole(people: dict[str, User]) -> None:
    first = adopted(people, scoped(1, '["corporate"]', '["B1"]'))
    second = adopted(people, scoped(2, '["corporate"]', "[]"), day=date(2027, 7, 1))
    assert queries.version(first.pk).superseded_by == second
    assert queries.version_in_force(CODE, date(2027, 6, 30)) == first
    earlier = adopted(people, scoped(3, '["corporate"]', "[]"), day=date(2027, 3, 1))
    assert (earlier.state, earlier.superseded_by) == ("superseded", second)
    assert queries.version_in_force(CODE, date(2027, 6, 30)) == earlier


def test_drafts_are_read_by_those_whose_work_they_are(people: dict[str, User]) -> None:
    row = drafted(people)
    seen = {name: queries.readable(user, TODAY).filter(pk=row.pk).exists() for name, user in people.items()}
    assert seen == {"hr": True, "hr_two": True, "head": True, "risk": True, "audit": True, "leader": False}
    assert queries.readable(people["leader"], TODAY).count() == RulebookVersion.objects.count() - 1


def test_versions_of_an_older_release_are_settled_after_a_migrate(people: dict[str, User]) -> None:
    shipped = queries.version_in_force(CODE, TODAY)
    own = RulebookVersion.objects.create(
        code=CODE,
        number=shipped.number + 1,
        origin="published",
        state="adopted",
        title="办法",
        content=TEXT,
        sha256="",
        lines=["corporate"],
        effective_on=date(2026, 1, 1),
        made_by=people["hr"],
        adopted_by=people["head"],
        adopted_at="2025-12-01T00:00:00Z",
    )
    assert services.install_shipped_rulebooks() == []
    shipped = queries.version(shipped.pk)
    assert (shipped.state, shipped.superseded_by) == ("superseded", own)
