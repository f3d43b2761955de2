"""Loans proposed: counted with everything open, held against the clause, decided by who owns the amount."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from credit.models import LoanProposal
from credit.queries.loans import loans, owed
from credit.services import investigations, proposals
from ledger.services import handovers
from managers.models import ClientManager, Customer, Delegation, LogEntry, Notice, Relation, User
from managers.services.stepping import Refusal
from tests.credit.borrowing import (
    ON,
    SINCE,
    bundle,
    customer,
    found,
    graded,
    loan,
    manager,
    product,
    proposed,
    signed,
    started,
)

pytestmark = pytest.mark.django_db


def fresh(row: LoanProposal) -> LoanProposal:
    return LoanProposal.objects.get(pk=row.pk)


def test_a_loan_is_proposed_approved_and_linked_when_the_core_system_brings_it(
    people: dict[str, User],
) -> None:
    row = proposed(people)
    assert (row.state, row.level, row.total, row.escalated) == ("proposed", "outlet_head", 30000, False)
    proposals.approve(row.pk, by=people["head"], on=ON, opinion="同意")
    loan("L9", "30000", issued_on=date(2026, 10, 13))
    proposals.link_issued(bundle())
    done = fresh(row)
    assert (done.state, done.account and done.account.account_no, done.decided_by) == (
        "issued",
        "L9",
        people["head"],
    )
    steps = LogEntry.objects.filter(subject=f"loan_proposal:{row.pk}").order_by("id")
    assert [(each.action, each.by) for each in steps] == [
        ("propose_loan_proposal", people["M1"]),
        ("approve_loan_proposal", people["head"]),
        ("issue_loan_proposal", None),
    ]


def test_a_load_links_nothing_where_two_loans_would_fit(people: dict[str, User]) -> None:
    row = proposed(people)
    proposals.approve(row.pk, by=people["head"], on=ON, opinion="同意")
    for number in ("L8", "L9"):
        loan(number, "30000", issued_on=date(2026, 10, 13))
    wrong = loan("L7", "29999", issued_on=date(2026, 10, 13))
    proposals.link_issued(bundle())
    assert fresh(row).state == "approved"
    with pytest.raises(Refusal, match="L7 与这笔申报"):
        proposals.issue(row.pk, wrong, by=people["M1"], on=ON)
    proposals.issue(row.pk, proposals.candidates(row)[1], by=people["M1"], on=ON)
    assert fresh(row).state == "issued"


def test_the_credit_unions_limit_refuses_with_clause_and_number_and_can_be_taken_up(
    people: dict[str, User],
) -> None:
    graded("M1", "client_manager", "integrated")
    loan("L1", "30000", security="guarantee")
    loan("L2", "90000", security="mortgage")
    row = signed(people)
    with pytest.raises(Refusal) as told:
        proposed(people, "20000.01", investigation=row)
    for part in ("第十条", "50,000.00", "50,000.01", "营业机构负责人", "超权限上报", "保证"):
        assert part in str(told.value)
    assert proposed(people, "20000.00", investigation=row).escalated is False
    with pytest.raises(Refusal, match=r"合计为 50,000\.01"):
        proposed(people, "0.01", investigation=row)  # what is proposed counts as well
    taken_up = proposed(people, "5000", investigation=row, escalate=True)
    assert taken_up.escalated and "第十条" in taken_up.beyond
    assert proposed(people, "800000", investigation=row, security="mortgage").escalated is False


def test_what_was_withdrawn_or_refused_counts_no_more(people: dict[str, User]) -> None:
    graded("M1", "client_manager", "integrated")
    row = signed(people)
    first = proposed(people, "50000", investigation=row)
    with pytest.raises(Refusal, match="第十条"):
        proposed(people, "1", investigation=row)
    proposals.withdraw(first.pk, by=people["M1"], on=ON, reason="客户改期")
    second = proposed(people, "50000", investigation=row)
    proposals.refuse(second.pk, by=people["head"], on=ON, opinion="还款来源不足")
    assert proposed(people, "50000", investigation=row).total == 50000


def test_a_limit_without_an_amount_is_taken_up_always_and_never_zero(people: dict[str, User]) -> None:
    graded("M1", "grade_one", "integrated")
    row = signed(people)
    with pytest.raises(Refusal, match=r"农信二（一）.*尚未填写数额"):
        proposed(people, "1", investigation=row)
    assert proposed(people, "1", investigation=row, escalate=True).escalated


def test_the_total_decides_who_owns_it_and_that_is_asked_again_at_the_decision(
    people: dict[str, User],
) -> None:
    loan("L1", "4999999", security="mortgage")
    row = proposed(people, "1", security="mortgage")
    assert (row.total, row.level) == (5_000_000, "outlet_head")
    loan("L2", "0.01", security="mortgage")
    with pytest.raises(PermissionDenied, match=r"5,000,000\.01 元，须由总行风险审批"):
        proposals.approve(row.pk, by=people["head"], on=ON, opinion="同意")
    with pytest.raises(PermissionDenied, match="须由总行风险"):
        proposals.approve(row.pk, by=people["branch_risk"], on=ON, opinion="同意")
    proposals.approve(row.pk, by=people["risk"], on=ON, opinion="同意")
    assert fresh(row).state == "approved"


def test_neither_investigator_nor_kin_nor_the_next_outlet_decides(people: dict[str, User]) -> None:
    row = proposed(people)
    for name in ("M1", "M2", "west", "auditor", "hr"):
        with pytest.raises(PermissionDenied):
            proposals.approve(row.pk, by=people[name], on=ON, opinion="同意")
    Relation.objects.create(
        user=people["head"], manager=manager("M2"), kind="kin", starts_on=SINCE, declared_by=people["hr"]
    )
    with pytest.raises(PermissionDenied, match="亲属"):
        proposals.approve(row.pk, by=people["head"], on=ON, opinion="同意")
    with pytest.raises(IntegrityError, match="does not decide"), transaction.atomic():
        LoanProposal.objects.filter(pk=row.pk).update(
            state="approved", decided_by=people["M2"], decided_on=ON
        )
    assert fresh(row).state == "proposed"


def test_nobody_decides_on_behalf_of_an_investigator(people: dict[str, User]) -> None:
    row, deputy = proposed(people), User.objects.create(username="deputy")
    given = {"starts_on": ON, "ends_on": ON, "reason": "休假", "made_by": people["head"]}
    Delegation.objects.create(grant=people["head"].grants.get(), to=deputy, **given)
    ClientManager.objects.filter(employee_no="M2").update(user=people["head"])
    with pytest.raises(PermissionDenied, match="请转给有权层级"):
        proposals.approve(row.pk, by=deputy, on=ON, opinion="同意")
    ClientManager.objects.filter(employee_no="M2").update(user=people["M2"])
    proposals.approve(row.pk, by=deputy, on=ON, opinion="同意")
    assert LogEntry.objects.latest("pk").on_behalf_of == people["head"]


def test_nothing_is_proposed_without_two_signatures_nor_by_a_stranger(people: dict[str, User]) -> None:
    row = started(people)
    with pytest.raises(Refusal, match="两人都已签署"):
        proposed(people, investigation=row)
    whole = signed(people)
    with pytest.raises(PermissionDenied, match="经办"):
        proposed(people, investigation=whole, by=people["M2"])
    with pytest.raises(IntegrityError, match="signed by two"), transaction.atomic():
        LoanProposal.objects.create(
            customer=found(),
            investigation=row,
            proposer=manager("M1"),
            proposed_by=people["M1"],
            proposed_on=ON,
            amount=1,
            total=1,
            product=product(),
            security="credit",
            term_months=1,
            purpose="x",
            level="outlet_head",
            level_cites="x",
        )


def test_whoever_it_waits_for_is_told_and_the_to_do_ends_with_the_step(people: dict[str, User]) -> None:
    def waiting() -> set[tuple[str, str]]:
        return set(Notice.objects.waiting().values_list("to__username", "code"))

    row = started(people)
    investigations.sign(row.pk, by=people["M1"], on=ON)
    assert waiting() == {("M2", "investigation_signed_once")}
    investigations.sign(row.pk, by=people["M2"], on=ON)
    small = proposed(people, investigation=row.__class__.objects.get(pk=row.pk))
    assert waiting() == {("head", "loan_proposal_proposed")}
    proposals.refuse(small.pk, by=people["head"], on=ON, opinion="用途不明")
    assert waiting() == set()
    proposed(people, "6000000", security="mortgage")
    assert waiting() == {("risk", "loan_proposal_proposed")}


def test_a_repeat_with_the_same_key_proposes_once(people: dict[str, User]) -> None:
    row = signed(people)
    one = proposed(people, investigation=row, key="k")
    assert proposed(people, investigation=row, key="k") == one
    assert LoanProposal.objects.count() == 1


def test_amounts_terms_and_purposes_are_asked_for(people: dict[str, User]) -> None:
    row = signed(people)
    for wrong, told in (
        ({"amount": Decimal("0")}, "大于零"),
        ({"amount": Decimal("1.001")}, "两位小数"),
        ({"security": "word"}, "担保方式"),
        ({"term_months": 0}, "期限"),
        ({"purpose": " "}, "用途"),
        ({"product": product("demand", "deposit")}, "贷款产品"),
    ):
        with pytest.raises(Refusal, match=told):
            proposed(people, investigation=row, **wrong)


def test_a_balance_in_a_currency_without_a_rate_is_not_taken_for_nothing(people: dict[str, User]) -> None:
    loan("L1", "100", currency="USD")
    with pytest.raises(Refusal, match="缺少 USD 汇率"):
        proposed(people)


def test_what_is_owed_counts_open_loans_and_proposals_alike(people: dict[str, User]) -> None:
    loan("L1", "100.10")
    loan("L2", "0.00", security="")
    proposed(people, "5")
    assert [(each.label[:1], each.yuan) for each in owed(found().pk, ON)] == [
        ("L", Decimal("100.10")),
        ("#", Decimal("5.00")),
    ]


def test_a_loan_shows_its_days_overdue(people: dict[str, User]) -> None:
    plan = [("2026-09-20", "100", "5"), ("2026-10-20", "100", "4")]
    loan("L1", "200", schedule=plan, paid=[("2026-09-20", "60", "5")])
    (row,) = loans([found().pk], ON)
    assert (row.overdue.days, row.overdue.principal, row.overdue.interest) == (22, Decimal("40.00"), 0)


def test_credit_does_not_pass_to_whom_the_rulebook_forbids_it(people: dict[str, User]) -> None:
    graded("M2", "trainee", "corporate")
    giver, receiver = manager("M1"), manager("M2")

    def draft(credit: bool, to: ClientManager = receiver) -> None:
        line = handovers.Line(found().pk, credit=credit)
        handovers.draft(
            giver, [handovers.Part(to, [line])], effective_on=ON, reason="调岗", by=people["M1"], on=ON
        )

    with pytest.raises(Refusal, match=r"王强 是.*不得办理信贷"):
        draft(True)
    draft(False)
    customer("C2", "乙", "M1")
    assert Customer.objects.count() == 2


def test_nor_to_whom_the_customer_is_too_large_for(people: dict[str, User]) -> None:
    graded("M3", "client_manager", "integrated")
    loan("L1", "50000.01", security="guarantee")
    with pytest.raises(Refusal, match="客户 C1 超出 李敏 的权限"):
        handovers.draft(
            manager("M1"),
            [handovers.Part(manager("M3"), [handovers.Line(found().pk)])],
            effective_on=ON,
            reason="调岗",
            by=people["M1"],
            on=ON,
        )
