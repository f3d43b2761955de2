"""Who answers for the loans after a handover, what a core system may say that knows nothing of it, bulk."""

from decimal import Decimal
from pathlib import Path

import pytest

from ledger.models import Bundle
from ledger.queries import handovers as reads
from ledger.services import handovers
from ledger.services.handovers import Refusal
from managers.models import Customer, Handover, Responsibility, User
from tests.ledger import handing
from tests.ledger.acting import day, person
from tests.ledger.handing import ON, WHY, held, line, manager

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(tmp_path: Path) -> dict[str, User]:
    return handing.bank(tmp_path)


def customer(number: str = "C1") -> int:
    return Customer.objects.get(customer_no=number).pk


def liable(on: int) -> list[tuple[str, str, bool]]:
    """Who answers for the loans of C1 on a day, and whether a handover says so."""
    names = {manager(number).pk: number for number in ("E1", "E2")}
    found = reads.liable([customer()], day(on))
    return [(each.loan, names[each.manager_id], each.handover is not None) for each in found]


def handling(on: int) -> set[str]:
    names = {manager(number).pk: number for number in ("E1", "E2")}
    return {names[each] for each in reads.handlers([customer()], day(on))[customer()]}


def test_before_any_handover_those_who_held_the_customer_at_issue_answer(staff: dict[str, User]) -> None:
    assert liable(5) == [("L1", "E1", False), ("L1", "E2", False)]
    assert handling(5) == {"E1", "E2"}


def test_old_loans_stay_with_whoever_issued_them(staff: dict[str, User]) -> None:
    handing.approved(staff)
    assert handling(6) == {"E2"}
    assert liable(6) == [("L1", "E1", True), ("L1", "E2", True)]
    assert liable(5) == [("L1", "E1", False), ("L1", "E2", False)]


def test_liability_moves_where_the_list_says_so(staff: dict[str, User]) -> None:
    handing.approved(staff, line("C1", liability=True))
    assert liable(6) == [("L1", "E2", True)]
    assert handling(6) == {"E2"}


def test_credit_may_stay_and_follow_later(staff: dict[str, User]) -> None:
    first = handing.approved(staff, line("C1", credit=False))
    assert (handling(6), held()[-1]) == ({"E1", "E2"}, ("E2", "1", "1994-01-06", ""))
    handing.approved(staff, line("C1", custody=False, liability=True), effective_on=day(8), on=day(8))
    assert (handling(7), handling(8), liable(7), liable(8)) == (
        {"E1", "E2"},
        {"E2"},
        [("L1", "E1", True), ("L1", "E2", True)],
        [("L1", "E2", True)],
    )
    ended = Responsibility.objects.filter(superseded_by__isnull=True, ends_on=day(7))
    assert {(each.kind, each.manager.employee_no, each.starts_on) for each in ended} == {
        ("credit", "E1", day(6)),
        ("liability", "E1", day(6)),
    }
    assert Bundle.objects.filter(handover__isnull=False).get().handover == first


def test_nothing_is_slipped_in_before_a_later_handover(staff: dict[str, User]) -> None:
    later = handing.approved(staff, line("C1", share=Decimal("0.2")), effective_on=day(8), on=day(8))
    row = handing.witnessed(staff, on=day(8), effective_on=day(7))
    with pytest.raises(Refusal) as refused:
        handovers.approve(row.pk, by=staff["market"], on=day(8))
    assert str(refused.value) == (f"客户 C1 已由移交 {later.pk} 号在更晚的日期办过移交；请改用其后的生效日。")


# --- What a core system delivers later ------------------------------------------------------------------


def test_a_row_that_repeats_what_was_handed_over_says_nothing_new(
    staff: dict[str, User], tmp_path: Path
) -> None:
    row = handing.approved(staff)
    after = held()
    loaded = handing.load_shares(tmp_path, [("C1", "E1", "0.7", "1994-01-01", "")], 6, 6)
    assert (held(), loaded.bundle.remarks) == (after, [f"handover {row.pk}: 1"])
    assert loaded.bundle.affects_from is None


def test_a_row_that_says_something_else_is_later_knowledge(staff: dict[str, User], tmp_path: Path) -> None:
    handing.approved(staff)
    rows = [("C1", "E1", "0.6", "1994-01-01", "1994-01-05"), ("C1", "E2", "0.9", "1994-01-06", "")]
    loaded = handing.load_shares(tmp_path, rows, 6, 6)
    assert held() == [
        ("E1", "0.6", "1994-01-01", "1994-01-05"),
        ("E2", "0.3", "1994-01-01", "1994-01-05"),
        ("E2", "0.9", "1994-01-06", ""),
    ]
    assert (loaded.bundle.remarks, loaded.bundle.affects_from) == ([], day(1))


# --- Bulk -----------------------------------------------------------------------------------------------


def test_a_whole_portfolio_goes_to_several_receivers_and_is_empty(staff: dict[str, User]) -> None:
    third = handing.third("B02").client_manager
    people = {
        "head": person("head_two", "outlet_head", "B02"),
        "hr": person("hr_two", "branch_hr", "B02"),
        "market": staff["sister"],
    }
    corporate = handovers.everything(manager("E2"), manager("E1"), on=ON, kind="corporate")
    numbers = {each.pk: each.customer_no for each in Customer.objects.all()}
    assert sorted(numbers[each.customer] for each in corporate.lines) == ["C1", "C2"]
    parts = [
        handovers.Part(manager("E1"), [line("C1")]),
        handovers.Part(third, [line("C2")]),
    ]
    rows = handovers.draft(manager("E2"), parts, effective_on=ON, reason=WHY, by=people["head"], on=ON)
    assert len({row.batch for row in rows}) == 1
    for row, receiver in zip(rows, (staff["E1"], third.user), strict=True):
        assert not reads.is_empty(manager("E2").pk, ON)
        handovers.accept(row.pk, by=receiver, on=ON)
        handovers.witness(row.pk, by=people["hr"], on=ON)
        handovers.approve(row.pk, by=people["market"], on=ON)
    assert reads.is_empty(manager("E2").pk, ON)
    assert (held("C1")[0], held("C2")[-1]) == (
        ("E1", "0.7", "1994-01-01", "1994-01-05"),
        ("E3", "1", "1994-01-06", ""),
    )
    assert Handover.objects.filter(state="effective").count() == 2
