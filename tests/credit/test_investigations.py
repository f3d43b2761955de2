"""The two-person rule: two managers write, each signs alone with the own login, and nothing moves after."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from credit.models import Investigation, Section
from credit.services import investigations
from managers.models import ClientManager, LogEntry, User
from managers.services.stepping import Refusal
from tests.credit.borrowing import ON, found, graded, lender, manager, scan, signed, started

pytestmark = pytest.mark.django_db


def fresh(row: Investigation) -> Investigation:
    return Investigation.objects.get(pk=row.pk)


def test_two_managers_sign_one_after_the_other_and_both_are_in_the_log(people: dict[str, User]) -> None:
    row = started(people)
    investigations.sign(row.pk, by=people["M2"], on=ON)
    assert (fresh(row).state, fresh(row).signed_first_by) == ("signed_once", None)
    investigations.sign(row.pk, by=people["M1"], on=ON)
    done = fresh(row)
    assert (done.state, done.signed_first_by, done.signed_second_by) == (
        "signed",
        people["M1"],
        people["M2"],
    )
    assert done.digest == investigations.digest_of(done)
    steps = LogEntry.objects.filter(subject=f"investigation:{row.pk}").order_by("id")
    assert [(each.action, each.by) for each in steps] == [
        ("open_investigation", people["M1"]),
        ("sign_once_investigation", people["M2"]),
        ("sign_investigation", people["M1"]),
    ]


def test_nobody_signs_twice_nor_for_the_other(people: dict[str, User]) -> None:
    row = started(people)
    investigations.sign(row.pk, by=people["M1"], on=ON)
    with pytest.raises(Refusal, match="您已签署"):
        investigations.sign(row.pk, by=people["M1"], on=ON)
    for other in ("M3", "head", "risk"):
        with pytest.raises(PermissionDenied, match="两位调查人"):
            investigations.sign(row.pk, by=people[other], on=ON)
    assert fresh(row).state == "signed_once"


def test_a_repeat_with_the_same_key_gives_the_first_signature(people: dict[str, User]) -> None:
    row = started(people)
    first = investigations.sign(row.pk, by=people["M1"], on=ON, key="k")
    with pytest.raises(Refusal, match="您已签署"):
        investigations.sign(row.pk, by=people["M1"], on=ON, key="other")
    assert first.to_state == "signed_once"


def test_once_signed_nothing_changes_until_the_signature_is_taken_back(people: dict[str, User]) -> None:
    row = started(people)
    investigations.sign(row.pk, by=people["M1"], on=ON)
    with pytest.raises(Refusal, match="先撤回签署"):
        investigations.write(row.pk, "risk", "改写", by=people["M2"], on=ON)
    with pytest.raises(IntegrityError), transaction.atomic():
        Section.objects.filter(investigation=row).update(text="改写")
    with pytest.raises(Refusal, match="请写明原因"):
        investigations.reopen(row.pk, by=people["M2"], on=ON, reason=" ")
    investigations.reopen(row.pk, by=people["M2"], on=ON, reason="补充抵押物现场照片")
    investigations.write(row.pk, "risk", "改写", by=people["M2"], on=ON, uploads=[scan()])
    assert (fresh(row).state, fresh(row).digest, row.evidence.count()) == ("drafted", "", 1)


def test_every_heading_is_written_before_anybody_signs(people: dict[str, User]) -> None:
    row = investigations.start(found(), manager("M2"), kind="pre_loan", by=people["M1"], on=ON)
    investigations.write(row.pk, "finance", "负债率六成。", by=people["M2"], on=ON)
    with pytest.raises(Refusal, match="还没有写：借款人基本情况、经营情况、借款用途"):
        investigations.sign(row.pk, by=people["M1"], on=ON)
    with pytest.raises(Refusal, match="没有内容"):
        investigations.write(row.pk, "risk", "  ", by=people["M1"], on=ON)


def test_both_are_different_on_post_and_not_forbidden_credit(people: dict[str, User]) -> None:
    def begin(second: str, by: str = "M1") -> None:
        investigations.start(found(), manager(second), kind="pre_loan", by=people[by], on=ON)

    with pytest.raises(Refusal, match="两名客户经理"):
        begin("M1")
    with pytest.raises(PermissionDenied, match="经办"):
        begin("M2", by="M3")
    ClientManager.objects.filter(employee_no="M2").update(status="suspended")
    with pytest.raises(Refusal, match="王强 的状态是“停职”"):
        begin("M2")
    people["X"] = lender("X", "周望", grade="trainee")
    with pytest.raises(Refusal, match=r"周望 是.*不得办理信贷"):
        begin("X")
    User.objects.filter(username="M3").update(is_active=False)
    with pytest.raises(Refusal, match="没有可用的登录账号"):
        begin("M3")


def test_who_lost_the_post_meanwhile_does_not_sign(people: dict[str, User]) -> None:
    row = started(people)
    graded("M2", "trainee", "corporate")
    with pytest.raises(Refusal, match="王强 是见习客户经理"):
        investigations.sign(row.pk, by=people["M1"], on=ON)


def test_the_database_wants_two_people_with_their_own_logins(people: dict[str, User]) -> None:
    row = started(people)
    signature = {"state": "signed_once", "digest": "x", "signed_first_by": people["M2"]}
    with pytest.raises(IntegrityError, match="own login"), transaction.atomic():
        Investigation.objects.filter(pk=row.pk).update(**signature)
    one = {"customer": found(), "kind": "pre_loan", "started_on": ON}
    with pytest.raises(IntegrityError, match="investigation_two_managers"), transaction.atomic():
        Investigation.objects.create(first=manager("M1"), second=manager("M1"), **one)


def test_closed_ones_are_not_signed(people: dict[str, User]) -> None:
    row = signed(people)
    investigations.close(row.pk, by=people["M2"], on=ON, reason="客户撤回申请")
    with pytest.raises(Refusal, match="已结束"):
        investigations.sign(row.pk, by=people["M1"], on=ON)


def test_the_second_sees_the_investigation_though_not_the_customer(people: dict[str, User]) -> None:
    row = started(people)
    seen = {name: row in Investigation.objects.visible_to(people[name], ON) for name in people}
    assert seen == {
        **{name: True for name in ("M1", "M2", "head", "risk", "branch_risk", "auditor", "hr")},
        **{name: False for name in ("M3", "west")},
    }
