"""Five-level classification: three people, the floor, evidence, and what it does to the figures."""

import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction

from credit.models import Classification, LoanWatch, Reclassification
from credit.services.afterloan import classes, watching
from ledger import metrics, queries
from ledger.models import Bundle
from ledger.rules.figures import MetricRef
from ledger.services.nights import run_nights
from managers.models import LogEntry, Notice, User
from managers.services.stepping import Refusal
from tests.credit import loanbank
from tests.credit.loanbank import FIFTH, ON, account, manager, photo

pytestmark = pytest.mark.django_db
WHY = "经营恶化，还款来源不足，拟下调分类"


@pytest.fixture
def staff(tmp_path: Path, settings: Any) -> Iterator[dict[str, User]]:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    loanbank.load(tmp_path)
    yield loanbank.hire()


def proposed(staff: dict[str, User], loan_class: str = "substandard", **given: Any) -> Reclassification:
    who = given.pop("who", "E1")
    number = given.pop("loan", "L1")
    return classes.propose(account(number), loan_class, **{"reason": WHY, "by": staff[who], "on": ON} | given)


def confirmed(staff: dict[str, User], *args: Any, **given: Any) -> Reclassification:
    row = proposed(staff, *args, **given)
    classes.confirm(row.pk, by=staff["risk_two"], on=ON)
    return fresh(row)


def fresh(row: Reclassification) -> Reclassification:
    return Reclassification.objects.get(pk=row.pk)


def test_three_people_bring_a_class_into_the_figures_from_the_last_day_covered(
    staff: dict[str, User],
) -> None:
    run_nights(to=FIFTH)
    before = figure()
    row = confirmed(staff)
    classes.approve(row.pk, by=staff["head"], on=ON)
    row = fresh(row)
    assert (row.state, row.business_date, row.present) == ("approved", FIFTH, "special_mention")
    entered = Classification.objects.get(bundle__record=f"classification:{row.pk}")
    # the arrears last known go on
    assert (entered.loan_class, entered.business_date, entered.interest_arrears) == (
        "substandard",
        FIFTH,
        Decimal("12.34"),
    )
    run_nights(to=FIFTH)
    assert (before, figure()) == (0, 300)
    assert LogEntry.objects.filter(subject=f"classification:{row.pk}").count() == 3
    assert LoanWatch.objects.get(account=account()).loan_class == "substandard"


def figure() -> Any:
    ref = MetricRef("non_performing_balance", "month", Decimal(0))
    who = manager("E1").pk
    return metrics.figures(queries.current_run(FIFTH), [ref], [who])[who][ref].value


def test_what_the_core_system_delivers_later_counts(staff: dict[str, User], tmp_path: Path) -> None:
    row = confirmed(staff)
    classes.approve(row.pk, by=staff["head"], on=ON)
    from tests.ledger.acting import load_days

    load_days(tmp_path, 5, 5, loan_classes=[("L1", "1994-01-05", "normal", "0")])
    run_nights(to=FIFTH)
    assert figure() == 0


@pytest.mark.parametrize("who", ["E2", "E3", "head", "risk"])
def test_only_whoever_handles_the_loan_proposes(staff: dict[str, User], who: str) -> None:
    # E2 holds 30 % of C1 and handles it as well
    if who == "E2":
        assert proposed(staff, who=who).state == "proposed"
        return
    with pytest.raises(PermissionDenied, match="经办客户经理"):
        proposed(staff, who=who)


def test_each_step_is_another_persons(staff: dict[str, User]) -> None:
    row = proposed(staff)
    with pytest.raises(PermissionDenied):
        classes.confirm(row.pk, by=staff["E1"], on=ON)
    with pytest.raises(PermissionDenied):
        classes.confirm(row.pk, by=staff["other"], on=ON)
    classes.confirm(row.pk, by=staff["risk"], on=ON)
    with pytest.raises(Refusal, match="待批准"):
        classes.confirm(row.pk, by=staff["risk_two"], on=ON)
    with pytest.raises(PermissionDenied, match="营业机构负责人"):
        classes.approve(row.pk, by=staff["risk_two"], on=ON)
    classes.approve(row.pk, by=staff["main"], on=ON)  # a higher level may
    assert fresh(row).state == "approved"


def test_the_standard_names_who_owns_the_amount(staff: dict[str, User]) -> None:
    row = proposed(staff, "substandard", who="E2", loan="L2")
    assert (row.level, row.amount) == ("head_risk", Decimal("8000000.00"))
    with pytest.raises(PermissionDenied):
        classes.confirm(row.pk, by=staff["risk"], on=ON)  # L2 belongs to the other branch
    classes.confirm(row.pk, by=staff["other"], on=ON)
    from tests.ledger.acting import person

    local = person("local", "outlet_head", "B02")
    with pytest.raises(PermissionDenied, match="总行风险"):
        classes.approve(row.pk, by=local, on=ON)
    classes.approve(row.pk, by=staff["main"], on=ON)


def test_nobody_goes_above_the_floor(staff: dict[str, User]) -> None:
    # L2: unpaid since 1 October 1993, 96 days on the fifth
    with pytest.raises(Refusal, match=r"逾期 96 天.*次级"):
        proposed(staff, "special_mention", who="E2", loan="L2")
    row = proposed(staff, "doubtful", who="E2", loan="L2")
    assert (row.floor, row.floor_days) == ("substandard", 96)
    with pytest.raises(IntegrityError, match="reclassification_above_floor"), transaction.atomic():
        Reclassification.objects.filter(pk=row.pk).update(proposed="normal", evidence=None)


def test_a_better_class_needs_evidence_and_a_reason(staff: dict[str, User], tmp_path: Path) -> None:
    from tests.ledger.acting import load_days

    load_days(tmp_path, 5, 5, loan_classes=[("L1", "1994-01-05", "special_mention", "0")])
    with pytest.raises(Refusal, match="依据文件"):
        proposed(staff, "normal", reason="欠息已经结清，经营恢复正常")
    with pytest.raises(Refusal, match="至少 10 个字"):
        proposed(staff, "normal", reason="好转", evidence=photo())
    row = proposed(staff, "normal", reason="欠息已经结清，经营恢复正常", evidence=photo())
    assert row.evidence is not None and row.evidence.customer == row.account.customer
    # meanwhile the borrower falls behind again: whoever approves is told, and nothing is approved
    load_days(
        tmp_path,
        4,
        5,
        loan_classes=[
            ("L1", "1994-01-04", "special_mention", "8"),
            ("L1", "1994-01-05", "special_mention", "9"),
        ],
    )
    with pytest.raises(Refusal, match="最高只能为“关注”"):
        classes.confirm(row.pk, by=staff["risk"], on=ON)


def test_what_came_back_is_proposed_again_or_withdrawn(staff: dict[str, User]) -> None:
    row = confirmed(staff)
    with pytest.raises(PermissionDenied):
        classes.send_back(row.pk, by=staff["risk"], on=ON, reason="缺少依据")
    classes.send_back(row.pk, by=staff["head"], on=ON, reason="缺少依据")
    assert fresh(row).confirmed_by is None
    assert told("E1") == ["classification_returned"]
    classes.propose_again(row.pk, "doubtful", reason="已补充依据", by=staff["E1"], on=ON)
    assert (fresh(row).state, fresh(row).proposed) == ("proposed", "doubtful")
    with pytest.raises(PermissionDenied):
        classes.withdraw(row.pk, by=staff["head"], on=ON, reason="不办了")
    classes.withdraw(row.pk, by=staff["E1"], on=ON, reason="不办了")
    assert fresh(row).state == "withdrawn"
    assert proposed(staff).pk != row.pk


def told(username: str) -> list[str]:
    open_ones = Notice.objects.filter(to__username=username, done_at=None, tone="todo")
    return list(open_ones.order_by("id").values_list("code", flat=True))


def test_whoever_is_next_is_told(staff: dict[str, User]) -> None:
    row = proposed(staff)
    assert told("risk") == ["classification_proposed"]
    classes.confirm(row.pk, by=staff["risk"], on=ON)
    assert (told("risk"), told("head")) == ([], ["classification_confirmed"])
    classes.refuse(row.pk, by=staff["head"], on=ON, reason="依据不足")
    assert (told("head"), fresh(row).state) == ([], "refused")


def test_sent_twice_it_counts_once_and_one_proposal_is_under_way(staff: dict[str, User]) -> None:
    row = proposed(staff, key="k")
    assert proposed(staff, key="k").pk == row.pk
    with pytest.raises(Refusal, match="在办"):
        proposed(staff)
    first = classes.confirm(row.pk, by=staff["risk"], on=ON, key="a")
    assert classes.confirm(row.pk, by=staff["risk"], on=ON, key="a").pk == first.pk


def test_the_database_refuses_one_person_in_two_seats(staff: dict[str, User]) -> None:
    row = confirmed(staff)
    for wrong in ({"confirmed_by": staff["E1"]}, {"approved_by": staff["risk_two"], "state": "approved"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Reclassification.objects.filter(pk=row.pk).update(**wrong)


def test_a_loan_that_is_paid_back_has_no_class_any_more(staff: dict[str, User]) -> None:
    row = confirmed(staff)
    assert Bundle.objects.filter(record=f"classification:{row.pk}").count() == 0
    with pytest.raises(Refusal, match="结清"):
        proposed(staff, loan="L3")


def test_the_watch_finds_what_is_better_than_its_floor(staff: dict[str, User]) -> None:
    assert watching.keep_watch(on=ON) == 2
    found = {row.account.account_no: row for row in LoanWatch.objects.select_related("account")}
    assert (found["L2"].days, found["L2"].basis, found["L2"].floor, found["L2"].broken) == (
        96,
        "schedule",
        "substandard",
        True,
    )
    assert (found["L2"].principal, found["L2"].interest) == (Decimal("1000.00"), Decimal("10.00"))
    # arrears since the fifth: a day old
    assert (found["L1"].days, found["L1"].basis, found["L1"].broken) == (1, "arrears", False)
    assert told("E2") == ["class_below_floor"]
    row = proposed(staff, "substandard", who="E2", loan="L2")
    from managers.services import deadlines

    deadlines.tick(on=ON)
    assert told("E2") == []
    classes.confirm(row.pk, by=staff["other"], on=ON)
    classes.approve(row.pk, by=staff["main"], on=ON)
    assert not LoanWatch.objects.get(account=account("L2")).broken
    assert watching.keep_watch(on=ON) == 2


@pytest.mark.django_db(transaction=True)
def test_two_who_approve_at_once_enter_it_once(staff: dict[str, User]) -> None:
    row = confirmed(staff)
    told: list[object] = []

    def attempt(who: str) -> None:
        try:
            told.append(classes.approve(row.pk, by=staff[who], on=ON))
        except Refusal as refusal:
            told.append(str(refusal))
        connection.close()

    threads = [threading.Thread(target=attempt, args=(who,)) for who in ("head", "main", "main_two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(each, LogEntry) for each in told) == 1
    assert all("已批准" in str(each) for each in told if not isinstance(each, LogEntry))
    assert Bundle.objects.filter(record=f"classification:{row.pk}").count() == 1
