"""What a handover refuses: in the service with a sentence, and in the database whoever writes."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import Error, connection, transaction

from ledger.models import Bundle, PeriodClosing, Run
from ledger.services import handovers, verification
from ledger.services.handovers import Refusal
from managers.models import (
    ClientManager,
    Handover,
    HandoverLine,
    LogEntry,
    Relation,
    Responsibility,
    User,
)
from tests.ledger import handing
from tests.ledger.acting import day
from tests.ledger.handing import ON, WHY, drafted, fresh, line, manager, witnessed

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(tmp_path: Path) -> dict[str, User]:
    return handing.bank(tmp_path)


def said(call, *args, **given) -> str:
    """The sentence of a refusal, after which nothing has changed."""
    before = list(Handover.objects.order_by("pk").values()), LogEntry.objects.count()
    with pytest.raises((Refusal, PermissionDenied)) as refused, transaction.atomic():
        call(*args, **given)
    assert (list(Handover.objects.order_by("pk").values()), LogEntry.objects.count()) == before
    return str(refused.value)


# --- Drafting -------------------------------------------------------------------------------------------


def test_drafts_that_say_nothing_sensible_are_refused(staff: dict[str, User]) -> None:
    head, e1, e2 = staff["head"], manager("E1"), manager("E2")

    def draft(*parts, **given):
        return said(
            handovers.draft, e1, parts, **{"effective_on": ON, "reason": WHY, "by": head, "on": ON} | given
        )

    part = handovers.Part(e2, [line("C1")])
    assert draft(part, reason=" ") == "请写明原因，让对方知道怎么办。"
    assert draft() == "清单是空的；请为每位接收人至少勾选一位客户。"
    assert draft(handovers.Part(e1, [line("C1")])) == "接收人不能是移交人本人；请另选接收人。"
    assert draft(part, part) == "同一接收人只能出现一次；请把客户合在一起。"
    nothing = handovers.Part(e2, [line("C1", custody=False, credit=False)])
    assert draft(nothing) == "每位客户至少要移交一项：管户、信贷经办或旧贷款责任。"
    assert draft(handovers.Part(e2, [line("C2")])).endswith("不在移交人名下；请从清单中去掉。")
    assert draft(handovers.Part(e2, [line("C1", share=Decimal("0.8"))])) == (
        "客户 C1 的移交比例须大于 0 且不超过移交人所持的 70%；请更正。"
    )
    assert draft(part, effective_on=day(2), reason="补登") == (
        "生效日早于今日或已出数，属于更正；原因至少写 10 个字。"
    )
    ClientManager.objects.filter(pk=e2.pk).update(status="suspended")
    assert draft(part) == "王强 E2 的状态是“停职”，不能接收客户；请另选接收人。"


def test_a_customer_is_spoken_for_once(staff: dict[str, User]) -> None:
    first = drafted(staff["head"])
    assert said(drafted, staff["head"]) == (
        f"客户 C1 已列入移交 {first.pk} 号，尚未办结；请先办结或撤回那一张。"
    )
    handovers.withdraw(first.pk, by=staff["head"], on=ON, reason="改日再办")
    assert drafted(staff["head"]).state == "drafted"


def test_the_same_key_gives_the_first_answer(staff: dict[str, User]) -> None:
    first = drafted(staff["head"], key="k1")
    assert drafted(staff["head"], key="k1") == first
    entry = handovers.accept(first.pk, by=staff["E2"], on=ON, key="k2")
    assert handovers.accept(first.pk, by=staff["E2"], on=ON, key="k2") == entry
    assert Handover.objects.count() == 1


def test_only_the_giver_or_who_looks_after_them_drafts(staff: dict[str, User]) -> None:
    assert drafted(staff["E1"]).drafted_by == staff["E1"]
    refused = "您的角色或所辖机构不包括这项操作；如确有需要，请联系安全管理员授权。"
    assert said(drafted, staff["E2"], line("C1")) == refused
    assert said(drafted, staff["market"], line("C1")) == refused


# --- Seats ----------------------------------------------------------------------------------------------


def test_each_step_belongs_to_one_person(staff: dict[str, User]) -> None:
    row = drafted(staff["head"])
    assert said(handovers.accept, row.pk, by=staff["E1"], on=ON) == "这一步只能由当事人本人办理。"
    handovers.accept(row.pk, by=staff["E2"], on=ON)
    assert said(handovers.witness, row.pk, by=staff["head"], on=ON) == (
        "您已办理过“起草”，不能再办理“监交”；两步须由不同的人担任，请转给他人。"
    )
    assert said(handovers.approve, row.pk, by=staff["market"], on=ON) == (
        "现在的状态是“待监交”，不能“批准”；可能他人已先办理，请刷新后查看。"
    )
    handovers.witness(row.pk, by=staff["hr"], on=ON)
    out = "您的角色或所辖机构不包括这项操作；如确有需要，请联系安全管理员授权。"
    assert said(handovers.approve, row.pk, by=staff["sister"], on=ON) == out
    assert said(handovers.approve, row.pk, by=staff["E2"], on=ON) == out


def test_kin_of_either_side_stands_aside(staff: dict[str, User]) -> None:
    row = witnessed(staff)
    Relation.objects.create(
        user=staff["market"],
        manager=manager("E2"),
        kind="kin",
        starts_on=day(1),
        reason="配偶",
        declared_by=staff["market"],
    )
    assert said(handovers.approve, row.pk, by=staff["market"], on=ON) == (
        "您与当事人有亲属关系，须回避；请由他人办理。"
    )
    handovers.approve(row.pk, by=staff["market_two"], on=ON)
    assert fresh(row).state == "effective"


def test_whose_turn_it_is_may_refuse_and_the_drafter_withdraw(staff: dict[str, User]) -> None:
    row = drafted(staff["head"])
    assert said(handovers.refuse, row.pk, by=staff["hr"], on=ON, reason="不妥") == (
        "这一步只能由当事人本人办理。"
    )
    assert (
        said(handovers.refuse, row.pk, by=staff["E2"], on=ON, reason="") == "请写明原因，让对方知道怎么办。"
    )
    handovers.refuse(row.pk, by=staff["E2"], on=ON, reason="客户档案未整理")
    assert fresh(row).state == "refused"
    again = witnessed(staff)
    assert said(handovers.withdraw, again.pk, by=staff["E2"], on=ON, reason="不办了") == (
        "您的角色或所辖机构不包括这项操作；如确有需要，请联系安全管理员授权。"
    )
    handovers.withdraw(again.pk, by=staff["E1"], on=ON, reason="客户不同意")
    assert fresh(again).state == "withdrawn"


def test_an_approved_one_is_cancelled_before_its_day_only(staff: dict[str, User]) -> None:
    row = handing.approved(staff, effective_on=day(9))
    handovers.cancel(row.pk, by=staff["market_two"], on=ON, reason="调岗取消")
    assert (fresh(row).state, handovers.take_effect(on=day(9))) == ("cancelled", [])
    done = handing.approved(staff)
    assert said(handovers.cancel, done.pk, by=staff["market"], on=ON, reason="反悔") == (
        "现在的状态是“已生效”，不能“取消”；可能他人已先办理，请刷新后查看。"
    )


def test_closed_figures_stay(staff: dict[str, User]) -> None:
    row = witnessed(staff, effective_on=day(5))
    impact = handovers.impact_of(row)
    close(staff)
    closed = "生效日 1994年1月5日 在已关账期间内（截至 1994年1月5日）；请改为其后的日期。"
    told = said(handovers.approve, row.pk, by=staff["market"], on=ON, confirmed=impact.digest)
    assert told.replace("1994-01-05", "1994年1月5日") == closed
    told = said(drafted, staff["head"], effective_on=day(4))
    assert "在已关账期间内" in told


def close(staff: dict[str, User]) -> None:
    """The figures of the last night, closed."""
    run = Run.objects.get(business_date=day(5), is_current=True)
    PeriodClosing.objects.create(
        period="1994Q1",
        run=run,
        through_bundle=Bundle.objects.latest("id"),
        checksum="x",
        covers={},
        closed_by=staff["hr"],
        confirmed_by=staff["head"],
        reason="关账",
    )


# --- The database has the last word ---------------------------------------------------------------------


def refused_by_database(statement: str, *given: object) -> str:
    """The name of the constraint or the words with which the database refuses a statement."""
    with pytest.raises(Error) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, given)
    cause = refused.value.__cause__
    return cause.diag.constraint_name or str(refused.value).splitlines()[0]


@pytest.mark.parametrize(
    ("who", "constraint"),
    [
        ("E1", "handover_four_people"),
        ("E2", "handover_four_people"),
        ("head", "handover_different_people"),
        ("hr", "handover_different_people"),
    ],
)
def test_the_database_wants_four_people(staff: dict[str, User], who: str, constraint: str) -> None:
    row = witnessed(staff)
    update = "UPDATE managers_handover SET approved_by_id = %s, state = 'approved' WHERE id = %s"
    assert refused_by_database(update, staff[who].pk, row.pk) == constraint
    accepted = "UPDATE managers_handover SET accepted_by_id = %s WHERE id = %s"
    assert refused_by_database(accepted, staff["market"].pk, row.pk) == "handover_four_people"


def test_the_database_keeps_states_lists_and_history(staff: dict[str, User]) -> None:
    row = witnessed(staff)
    jump = "UPDATE managers_handover SET state = 'effective', approved_by_id = %s WHERE id = %s"
    assert "Invalid transition" in refused_by_database(jump, staff["market"].pk, row.pk)
    assert "Cannot delete" in refused_by_database("DELETE FROM managers_handover WHERE id = %s", row.pk)
    moved = "UPDATE managers_handover SET effective_on = effective_on + 1 WHERE id = %s"
    assert refused_by_database(moved, row.pk) != ""
    add = (
        "INSERT INTO managers_handoverline"
        " (handover_id, customer_id, custody, credit, liability, share, note)"
        " SELECT %s, id, true, true, false, 0.5, '' FROM managers_customer WHERE customer_no = 'C2'"
    )
    assert refused_by_database(add, row.pk) == "handover_line_drafted"
    share = "UPDATE managers_handoverline SET share = 0.1 WHERE handover_id = %s"
    assert "Cannot update" in refused_by_database(share, row.pk)


def test_the_database_keeps_closed_and_unconfirmed_days(staff: dict[str, User]) -> None:
    row = witnessed(staff, effective_on=day(5))
    update = "UPDATE managers_handover SET approved_by_id = %s, state = 'approved' WHERE id = %s"
    assert refused_by_database(update, staff["market"].pk, row.pk) == "handover_past_confirmed"
    close(staff)
    assert refused_by_database(update, staff["market"].pk, row.pk) == "handover_not_in_closed_period"


def test_responsibilities_are_written_once(staff: dict[str, User]) -> None:
    handing.approved(staff)
    one = Responsibility.objects.order_by("pk").first()
    assert one is not None
    change = "UPDATE managers_responsibility SET starts_on = starts_on + 1 WHERE id = %s"
    assert refused_by_database(change, one.pk) != ""
    assert "Cannot delete" in refused_by_database("DELETE FROM managers_responsibility WHERE id = %s", one.pk)


# --- verify ---------------------------------------------------------------------------------------------


def hits(code: str) -> list[str]:
    """What the checks of a number find, those of handovers."""
    found = [each for each in verification._INVARIANTS if each.code == code]
    return [hit for each in found for hit in each.check(True).hits if hit.startswith("handover")]


def test_verify_finds_a_handover_that_does_not_show_and_a_seat_taken_twice(staff: dict[str, User]) -> None:
    row = handing.approved(staff)
    assert (hits("I14"), hits("I05")) == ([], [])
    assert HandoverLine.objects.get(handover=row).share == Decimal("0.7")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE managers_assignment SET share = 0.9 WHERE starts_on = '1994-01-06' AND share = 1"
        )
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
    ClientManager.objects.filter(employee_no="E1").update(user=staff["hr"])
    assert hits("I14") == [f"handover {row.pk}: C1 E2 moved by 0.600000 instead of 0.700000"]
    assert hits("I05") == [f"handover {row.pk}"]
