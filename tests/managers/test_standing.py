"""Who may act, for whom, and who must stand aside."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries

from managers.models import Branch, ClientManager, Delegation, Grant, Relation, User
from managers.models.scope import grants_on, grants_read_once
from managers.permissions import check_may, holders, may, roles_of
from managers.rules.separation import Seats, Ties

ON = date(2026, 10, 12)
SINCE = date(2020, 1, 1)


@pytest.fixture
def bank(db: None) -> dict[str, User]:
    """Head office with a branch and a manager who can log in; three people, of whom two hold a grant."""
    office = Branch.objects.create(code="HO", name="总行", kind="head_office", path="/HO/")
    branch = Branch.objects.create(code="B1", name="分行", kind="branch", parent=office, path="/HO/B1/")
    people = {name: User.objects.create(username=name) for name in ("hr", "risk", "deputy", "manager")}
    for name, role in (("hr", "branch_hr"), ("risk", "branch_risk")):
        Grant.objects.create(user=people[name], role=role, branch=branch, starts_on=SINCE)
    ClientManager.objects.create(
        employee_no="1", name="甲", branch=branch, line="corporate", hired_on=SINCE,
        post_started_on=SINCE, grade_code="third", user=people["manager"],
    )  # fmt: skip
    return people


def subject() -> ClientManager:
    return ClientManager.objects.get()


def delegate(bank: dict[str, User], **dates: date) -> Delegation:
    span = {"starts_on": ON, "ends_on": ON} | dates
    return Delegation.objects.create(
        grant=bank["risk"].grants.get(), to=bank["deputy"], made_by=bank["risk"], reason="休假", **span
    )


def tie(user: User, kind: str, **dates: date) -> Relation:
    return Relation.objects.create(
        user=user,
        manager=subject(),
        kind=kind,
        reason="申报",
        declared_by=user,
        **{"starts_on": SINCE} | dates,
    )


def test_a_delegated_grant_counts_on_its_days_and_names_its_holder(bank: dict[str, User]) -> None:
    delegate(bank)
    found = check_may(bank["deputy"], "clear_appraisal", on=ON, about=subject())
    assert (found.on_behalf_of, found.grant.user) == (bank["risk"], bank["risk"])
    assert roles_of(bank["deputy"], ON) == {"branch_risk"}
    assert roles_of(bank["deputy"], date(2026, 10, 13)) == set()


def test_the_own_grant_comes_before_a_delegated_one(bank: dict[str, User]) -> None:
    delegate(bank)
    Grant.objects.create(
        user=bank["deputy"], role="branch_risk", branch=Branch.objects.get(code="B1"), starts_on=SINCE
    )
    assert check_may(bank["deputy"], "clear_appraisal", on=ON, about=subject()).on_behalf_of is None


def test_what_was_ended_or_whose_holder_left_counts_no_more(bank: dict[str, User]) -> None:
    delegation = delegate(bank)
    User.objects.filter(pk=bank["risk"].pk).update(is_active=False)
    assert not may(bank["deputy"], "clear_appraisal", on=ON)
    User.objects.filter(pk=bank["risk"].pk).update(is_active=True)
    Delegation.objects.filter(pk=delegation.pk).update(ended_at="2026-10-12T00:00Z", ended_by=bank["risk"])
    assert not may(bank["deputy"], "clear_appraisal", on=ON)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("kin", "您与当事人有亲属关系，须回避；请由他人办理。"),
        ("superior", "当事人是您的上级，须回避；请由他人办理。"),
    ],
)
def test_ties_refuse_with_their_reason_while_they_hold(bank: dict[str, User], kind: str, said: str) -> None:
    tie(bank["risk"], kind, ends_on=ON)
    with pytest.raises(PermissionDenied) as refused:
        check_may(bank["risk"], "clear_appraisal", on=ON, about=subject())
    assert str(refused.value) == said
    assert check_may(bank["risk"], "clear_appraisal", on=date(2026, 10, 13), about=subject())


def test_whoever_acts_for_a_tied_person_is_bound_as_well(bank: dict[str, User]) -> None:
    delegate(bank)
    tie(bank["risk"], "kin")
    with pytest.raises(PermissionDenied):
        check_may(bank["deputy"], "clear_appraisal", on=ON, about=subject())


def test_a_grant_that_awaits_its_second_person_counts_for_nothing(bank: dict[str, User]) -> None:
    branch = Branch.objects.get(code="B1")
    grant = Grant.objects.create(
        user=bank["deputy"], role="branch_hr", branch=branch, starts_on=SINCE, granted_by=bank["hr"]
    )
    assert roles_of(bank["deputy"], ON) == set()
    assert holders("open_cycle", on=ON, about=subject()) == [bank["hr"]]
    Grant.objects.filter(pk=grant.pk).update(confirmed_by=bank["risk"])
    assert roles_of(bank["deputy"], ON) == {"branch_hr"}
    assert holders("open_cycle", on=ON, about=subject()) == [bank["hr"], bank["deputy"]]


def test_the_database_keeps_one_relation_of_a_kind_at_a_time(bank: dict[str, User]) -> None:
    tie(bank["risk"], "kin", ends_on=ON)
    with pytest.raises(IntegrityError), transaction.atomic():
        tie(bank["risk"], "kin", starts_on=ON)
    assert Relation.objects.count() == 1


def test_ties_and_seats_are_plain_rules() -> None:
    both = Ties(own=frozenset({1})) | Ties(kin=frozenset({1, 2}), superior=frozenset({2, 3}))
    assert [both.to(manager) for manager in (1, 2, 3, 4)] == ["own", "kin", "superior", ""]
    seats = Seats({"approve": ["propose"]})
    assert seats.taken("approve", [("propose", 5), ("see", 6)], [6]) == ""
    assert seats.taken("approve", [("propose", 5), ("see", 6)], [6, 5]) == "propose"


def test_a_page_reads_the_grants_of_its_reader_once(
    bank: dict[str, User], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reader = bank["hr"]
    with grants_read_once(), django_assert_num_queries(1):
        assert [grant.role for grant in grants_on(reader, ON)] == ["branch_hr"]
        assert grants_on(reader, ON) == grants_on(reader, ON)
    Grant.objects.filter(user=reader).update(ends_on=SINCE)
    assert grants_on(reader, ON) == []
    with grants_read_once():
        assert grants_on(reader, ON) == []
