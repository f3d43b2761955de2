"""How loans end: the checklist, two people or four, what the law allows, and the new day in the books."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from credit.models import LoanEnding
from credit.queries.afterloan import loans
from credit.queries.standards import standard_on
from credit.services.afterloan import endings, maturing
from ledger.models import Bundle
from managers.models import ClientManager, Notice, Relation, User
from managers.services import deadlines
from managers.services.stepping import Refusal
from tests.credit import loanbank
from tests.credit.loanbank import ON, account, photo
from tests.ledger.acting import load_days, person

pytestmark = pytest.mark.django_db
WHY = "到期收回，手续办妥"


@pytest.fixture
def staff(tmp_path: Path, settings: Any) -> Iterator[dict[str, User]]:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    loanbank.load(tmp_path)
    yield loanbank.hire()


def everything(kind: str) -> list[str]:
    found = standard_on(ON).checklist(kind)
    assert found is not None
    return list(found.items)


def proposed(staff: dict[str, User], kind: str, number: str, **given: Any) -> LoanEnding:
    who = given.pop("who", "E1")
    told = {"reason": WHY, "ticked": everything(kind), "by": staff[who], "on": ON}
    return endings.propose(account(number), kind, **told | given)


def fresh(row: LoanEnding) -> LoanEnding:
    return LoanEnding.objects.get(pk=row.pk)


def test_a_loan_is_recovered_when_nothing_is_left_and_all_is_ticked(staff: dict[str, User]) -> None:
    with pytest.raises(Refusal, match=r"余额为 300\.00"):
        proposed(staff, "recovered", "L1")
    with pytest.raises(Refusal, match="退还抵（质）押物、登记台账"):
        proposed(staff, "recovered", "L3", ticked=["loan_card"])
    row = proposed(staff, "recovered", "L3")
    assert [item["words"] for item in fresh(row).checklist] == ["登记贷款卡", "退还抵（质）押物", "登记台账"]
    with pytest.raises(PermissionDenied):
        endings.approve(row.pk, by=staff["E1"], on=ON)
    endings.approve(row.pk, by=staff["head"], on=ON)
    assert (fresh(row).state, fresh(row).ended_on) == ("approved", ON)


def test_an_extension_enters_the_books_as_a_bundle_of_its_own(staff: dict[str, User]) -> None:
    given: dict[str, Any] = {"reason": "受灾减产，申请展期"}
    with pytest.raises(Refusal, match="书面同意"):
        proposed(staff, "extended", "L1", new_matures_on=date(1994, 8, 1), **given)
    with pytest.raises(Refusal, match="最晚展期至 1995-02-01"):
        proposed(staff, "extended", "L1", new_matures_on=date(1995, 2, 2), consent=photo(), **given)
    row = proposed(staff, "extended", "L1", new_matures_on=date(1994, 8, 1), consent=photo(), **given)
    assert loans.loan(account(), ON).matures_on == date(1994, 2, 1)
    endings.approve(row.pk, by=staff["head"], on=ON)
    assert Bundle.objects.filter(record=f"ending:{row.pk}").exists()
    known = loans.loan(account(), ON)
    assert (known.matures_on, known.issued_on, known.amount) == (date(1994, 8, 1), date(1993, 2, 1), 300)


def test_a_notice_of_a_day_that_no_longer_holds_waits_for_no_receipt(staff: dict[str, User]) -> None:
    maturing.make_notices(on=ON)
    waiting = Notice.objects.filter(subject__startswith="maturity_notice:", done_at=None)
    deadlines.tick(on=ON)
    assert {row.words["loan"] for row in waiting} == {"L1", "L2"}
    row = proposed(
        staff,
        "extended",
        "L1",
        reason="受灾减产，申请展期",
        new_matures_on=date(1994, 8, 1),
        consent=photo(),
    )
    endings.approve(row.pk, by=staff["head"], on=ON)
    assert {row.words["loan"] for row in waiting.all()} == {"L2"}


def test_an_extension_is_asked_for_before_maturity(staff: dict[str, User]) -> None:
    with pytest.raises(Refusal, match="展期须在到期前提出"):
        endings.propose(
            account(),
            "extended",
            reason="逾期后申请",
            ticked=everything("extended"),
            new_matures_on=date(1994, 8, 1),
            consent=photo(),
            by=staff["E1"],
            on=date(1994, 2, 2),
        )


def test_a_renewal_names_the_customers_new_loan(staff: dict[str, User]) -> None:
    for wrong in ("", "A1", "L2", "L1"):
        with pytest.raises(Refusal, match="新贷款的账号"):
            proposed(staff, "renewed", "L1", new_account_no=wrong)
    row = proposed(staff, "renewed", "L1", new_account_no="L3")
    endings.approve(row.pk, by=staff["head"], on=ON)
    assert fresh(row).state == "approved"


def test_preservation_takes_four_people(staff: dict[str, User], tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="后三类"):
        proposed(staff, "preserved", "L1")
    load_days(tmp_path, 5, 5, loan_classes=[("L1", "1994-01-05", "doubtful", "")])
    row = proposed(staff, "preserved", "L1", reason="经催收无果，移交保全")
    with pytest.raises(Refusal, match="保全部门接收"):
        endings.approve(row.pk, by=staff["head"], on=ON)
    with pytest.raises(PermissionDenied):
        endings.receive(row.pk, by=staff["risk"], on=ON)
    endings.receive(row.pk, by=staff["keeper"], on=ON)
    with pytest.raises(PermissionDenied):
        endings.witness(row.pk, by=staff["keeper"], on=ON)
    endings.witness(row.pk, by=staff["head"], on=ON)
    with pytest.raises(Refusal, match="两步须由不同的人"):
        endings.approve(row.pk, by=staff["head"], on=ON)
    endings.approve(row.pk, by=staff["main"], on=ON)
    assert fresh(row).state == "approved"


def test_kin_of_whoever_issued_the_loan_does_not_receive_it(staff: dict[str, User], tmp_path: Path) -> None:
    issued = ("L1", "300.00", "1993-02-01", "1994-02-01", "guarantee", "5.5", "E3")
    load_days(tmp_path, 5, 5, loan_classes=[("L1", "1994-01-05", "doubtful", "")], loans=[issued])
    row = proposed(staff, "preserved", "L1", reason="经催收无果，移交保全")
    assert row.manager.employee_no == "E1"
    issuer = ClientManager.objects.get(employee_no="E3")
    Relation.objects.create(
        user=staff["keeper"], manager=issuer, kind="kin", starts_on=ON, declared_by=staff["hr"]
    )
    with pytest.raises(PermissionDenied, match="回避关系"):
        endings.receive(row.pk, by=staff["keeper"], on=ON)


def test_the_level_of_the_amount_approves(staff: dict[str, User], tmp_path: Path) -> None:
    load_days(tmp_path, 5, 5, loan_classes=[("L2", "1994-01-05", "loss", "")])
    row = proposed(staff, "preserved", "L2", who="E2", reason="经催收无果，移交保全")
    local = person("local", "outlet_head", "B02")
    witness = person("witness", "outlet_head", "B02")
    endings.receive(row.pk, by=person("west", "asset_preservation", "B02"), on=ON)
    endings.witness(row.pk, by=witness, on=ON)
    with pytest.raises(PermissionDenied, match="总行风险"):
        endings.approve(row.pk, by=local, on=ON)
    with pytest.raises(PermissionDenied, match="总行风险"):
        endings.refuse(row.pk, by=local, on=ON, reason="清单不全")
    endings.approve(row.pk, by=staff["main"], on=ON)


def test_it_is_withdrawn_by_its_proposer_and_refused_by_whoever_is_next(staff: dict[str, User]) -> None:
    row = proposed(staff, "recovered", "L3", key="k")
    assert proposed(staff, "recovered", "L3", key="k").pk == row.pk
    with pytest.raises(Refusal, match="在办"):
        proposed(staff, "recovered", "L3")
    with pytest.raises(PermissionDenied):
        endings.withdraw(row.pk, by=staff["head"], on=ON, reason="不办了")
    endings.withdraw(row.pk, by=staff["E1"], on=ON, reason="不办了")
    again = proposed(staff, "recovered", "L3")
    with pytest.raises(PermissionDenied):
        endings.refuse(again.pk, by=staff["E1"], on=ON, reason="不办了")
    endings.refuse(again.pk, by=staff["head"], on=ON, reason="贷款卡未登记")
    assert (fresh(row).state, fresh(again).state) == ("withdrawn", "refused")


def test_the_database_wants_other_people_and_nothing_left(staff: dict[str, User]) -> None:
    row = proposed(staff, "recovered", "L3")
    wrongs: list[dict[str, Any]] = [
        {"state": "approved", "approved_by": staff["E1"], "ended_on": ON},
        {"balance": 1},
        {"state": "received", "received_by": staff["risk"]},
    ]
    for wrong in wrongs:
        with pytest.raises(IntegrityError), transaction.atomic():
            LoanEnding.objects.filter(pk=row.pk).update(**wrong)
