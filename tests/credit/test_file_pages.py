"""The pages of credit files: what each part says, who sees it, and what is refused in words."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit.models import Document, Facility, GroupLink, Guarantee, Party, Statement, Valuation
from credit.services import entries
from managers.models import ClientManager, Delegation, LogEntry, Relation, StoredFile, User
from managers.services import identity
from managers.services.stepping import Refusal
from tests.credit.borrowing import ON, SINCE, browser, customer, found, loan, manager, scan

pytestmark = pytest.mark.usefixtures("morning")
IDENTITY = "110101199003071233"


def page(user: User, part: str = "", number: str = "C1") -> str:
    return browser(user).get(reverse("credit_file", args=[number]), {"part": part}).content.decode()


def post(user: User, what: str, owner: str = "C1", **given: Any) -> Any:
    return browser(user).post(reverse("credit_file_add", args=[owner, what]), given)


def test_the_list_shows_what_is_owed_and_days_overdue_and_finds_by_account(people: dict[str, User]) -> None:
    loan("L1", "120000", schedule=[("2026-09-20", "1000", "50")])
    customer("C2", "乙食品厂", "M1")
    customer("C9", "丙运输队", "M3")
    client = browser(people["M1"])
    text = client.get(reverse("credit_files")).content.decode()
    assert "甲机械厂" in text and "12 万" in text and "逾期 22 天" in text
    assert "乙食品厂" in text and "丙运输队" not in text
    only = client.get(reverse("credit_files"), {"q": "L1"}).content.decode()
    assert "甲机械厂" in only and "乙食品厂" not in only
    assert "没有找到" in client.get(reverse("credit_files"), {"q": "丙运输队"}).content.decode()


def test_lists_take_as_many_statements_for_three_customers_as_for_one(people: dict[str, User]) -> None:
    loan("L1", "100", schedule=[("2026-09-20", "1", "1")])
    client = browser(people["head"])

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("credit_files"))
        return len(queries)

    asked()
    one = asked()
    for number in ("C2", "C3"):
        customer(number, f"客户{number}", "M2")
        loan(f"L{number}", "100", owner=number, schedule=[("2026-09-20", "1", "1")])
    assert asked() == one


@pytest.mark.parametrize(
    ("name", "status"),
    [
        *((name, 200) for name in ("M1", "head", "risk", "branch_risk", "auditor")),
        *(("M2", 404), ("west", 404), ("hr", 403)),
    ],
)
def test_a_file_opens_for_its_manager_and_roles_of_the_branch_alone(
    people: dict[str, User], name: str, status: int
) -> None:
    loan("L1", "120000")
    answer = browser(people[name]).get(reverse("credit_file", args=["C1"]))
    assert answer.status_code == status
    assert ("L1" in answer.content.decode()) == (status == 200)


def test_reading_somebody_elses_file_is_written_down_once_a_day(people: dict[str, User]) -> None:
    for _time in range(2):
        page(people["head"])
        page(people["M1"])
    read = LogEntry.objects.filter(action="read_file", subject="customer:C1")
    assert [each.by for each in read] == [people["head"]]


def test_schedule_and_payments_stand_side_by_side(people: dict[str, User]) -> None:
    plan = [("2026-09-20", "1000", "50"), ("2026-11-20", "1000", "45")]
    loan("L1", "2000", schedule=plan, paid=[("2026-09-21", "400", "50")])
    text = page(people["M1"])
    for shown in ("逾期 22 天", "未到期", "1,000.00", "400.00", "600.00", "保证"):
        assert shown in text


def facility(user: User, **given: Any) -> Any:
    return post(
        user,
        "facility",
        **{
            "number": "授〔2026〕1 号",
            "limit": "500000",
            "security": "",
            "revolving": "on",
            "starts_on": "2026-01-01",
            "ends_on": "2026-12-31",
            **given,
        },
    )


def test_a_facility_counts_once_a_second_person_has_confirmed_it(people: dict[str, User]) -> None:
    loan("L1", "120000")
    assert facility(people["head"]).status_code == 302
    row = Facility.objects.get()
    assert "没有生效的额度" in page(people["M1"])
    with pytest.raises(Refusal, match="不能复核本人"):
        entries.confirm_facility(row.pk, by=people["head"], on=ON)
    browser(people["branch_risk"]).post(reverse("confirm_facility", args=["C1", row.pk]))
    text = page(people["M1"])
    assert "生效" in text and "38 万" in text  # available
    again = facility(people["M1"]).content.decode()
    assert "已登记；请核对" in again
    assert "不能早于前一个日期" in facility(people["M1"], number="2", ends_on="2025-01-01").content.decode()


def test_nobody_confirms_a_facility_of_the_own_customer_of_kin_or_of_a_superior(
    people: dict[str, User],
) -> None:
    loan("L1", "120000")
    facility(people["risk"])
    row = Facility.objects.get()
    tied = {"user": people["head"], "manager": manager("M1"), "starts_on": SINCE, "declared_by": people["hr"]}
    for kind, word in (("kin", "亲属"), ("superior", "上级")):
        relation = Relation.objects.create(kind=kind, **tied)
        with pytest.raises(PermissionDenied, match=word):
            entries.confirm_facility(row.pk, by=people["head"], on=ON)
        assert "复核</button>" not in page(people["head"])
        Relation.objects.filter(pk=relation.pk).update(ends_on=SINCE)
    ClientManager.objects.filter(employee_no="M1").update(user=people["head"])
    with pytest.raises(PermissionDenied, match="本人"):
        entries.confirm_facility(row.pk, by=User.objects.get(pk=people["head"].pk), on=ON)


def test_a_facility_is_not_confirmed_on_behalf_of_whoever_entered_it_or_is_tied(
    people: dict[str, User],
) -> None:
    loan("L1", "120000")
    facility(people["head"])
    row = Facility.objects.get()
    deputies = {name: User.objects.create(username=f"for-{name}") for name in ("head", "branch_risk")}
    for name, deputy in deputies.items():
        lent = people[name].grants.get()
        given = {"starts_on": ON, "ends_on": ON, "reason": "休假", "made_by": people[name]}
        Delegation.objects.create(grant=lent, to=deputy, **given)
    kin = {"manager": manager("M1"), "kind": "kin", "starts_on": SINCE, "declared_by": people["hr"]}
    relation = Relation.objects.create(user=people["branch_risk"], **kin)
    for deputy in deputies.values():
        with pytest.raises(PermissionDenied, match="不包括这项操作"):
            entries.confirm_facility(row.pk, by=deputy, on=ON)
    Relation.objects.filter(pk=relation.pk).update(ends_on=SINCE)
    entries.confirm_facility(row.pk, by=deputies["branch_risk"], on=ON)
    entry = LogEntry.objects.latest("pk")
    assert (entry.by, entry.on_behalf_of) == (deputies["branch_risk"], people["branch_risk"])


def test_only_whoever_keeps_the_file_enters_something(people: dict[str, User]) -> None:
    assert facility(people["auditor"]).status_code == 403
    assert facility(people["M2"]).status_code == 404
    assert "<summary>登记授信额度" not in page(people["auditor"])
    assert Facility.objects.count() == 0


def party(user: User, **given: Any) -> Any:
    values = {"role": "controller", "name": "赵小明", "is_person": "on", "share": "60", **given}
    return post(user, "party", **values)


def test_identity_numbers_are_sealed_masked_and_opened_for_a_reason(people: dict[str, User]) -> None:
    assert party(people["M1"], identity_no=IDENTITY).status_code == 302
    row = Party.objects.get()
    assert IDENTITY not in str(row.identity_no)
    text = page(people["head"], "parties")
    assert "110***********1233" in text and IDENTITY not in text and "赵小明" in text
    masked = page(people["auditor"], "parties")
    assert "赵*" in masked and "赵小明" not in masked
    address = reverse("reveal_party", args=["C1", row.pk])
    refused = browser(people["M1"]).post(address, {"field": "identity_no", "reason": "核"})
    assert "至少" in refused.content.decode() and IDENTITY not in refused.content.decode()
    shown = browser(people["M1"]).post(address, {"field": "identity_no", "reason": "核对抵押登记资料"})
    assert IDENTITY in shown.content.decode() and shown["Cache-Control"] == "no-store"
    entry = LogEntry.objects.get(action="read_identity")
    assert (entry.by, entry.subject, entry.reason) == (people["M1"], "customer:C1", "核对抵押登记资料")
    assert IDENTITY not in str(entry.detail)
    given = {"field": "identity_no", "reason": "想看一看"}
    assert browser(people["head"]).post(address, given).status_code == 403
    no_case = browser(people["auditor"]).post(address, {"field": "identity_no", "reason": "稽核抽查"})
    assert "案号" in no_case.content.decode()
    assert browser(people["M2"]).post(address, {"field": "identity_no", "reason": "核对"}).status_code == 404


def test_a_wrong_identity_number_is_told_and_nothing_is_kept(people: dict[str, User]) -> None:
    text = party(people["M1"], identity_no="110101199003071239").content.decode()
    assert "身份证号不正确" in text and Party.objects.count() == 0
    firm = party(people["M1"], is_person="", identity_no=IDENTITY).content.decode()
    assert "只有自然人" in firm and Party.objects.count() == 0


def test_new_keys_reach_the_parties_too(people: dict[str, User]) -> None:
    party(people["M1"], identity_no=IDENTITY)
    assert identity.rotate("none-yet")["credit_party"] == 1
    assert identity.masked(Party.objects.get())["identity_no"] == "110***********1233"


def test_ended_entries_stay_with_their_reason(people: dict[str, User]) -> None:
    party(people["M1"])
    row = Party.objects.get()
    address = reverse("credit_file_end", args=["C1", "party", row.pk])
    browser(people["M1"]).post(address, {"reason": ""})
    assert Party.objects.get().ended_on is None
    browser(people["M1"]).post(address, {"reason": "股权已转让"})
    text = page(people["M1"], "parties")
    assert Party.objects.get().ended_on == ON and "股权已转让" in text and "已终止" in text


def test_a_groups_exposure_adds_up_what_the_reader_sees_and_counts_the_rest(people: dict[str, User]) -> None:
    loan("L1", "100")
    customer("C2", "乙食品厂", "M1")
    customer("C3", "丙贸易行", "M3")
    for number, balance in (("C2", "200.50"), ("C3", "77777")):
        loan(f"L{number}", balance, owner=number)
    for number, by in (("C2", "M1"), ("C3", "head")):
        assert post(people[by], "link", other=number, kind="same_control").status_code == 302
    text = page(people["M1"], "parties")
    assert "乙食品厂" in text and "300.50" in text and "另有 1 户" in text
    assert "丙贸易行" not in text and "77,777" not in text
    whole = page(people["head"], "parties")
    assert "丙贸易行" in whole and "78,077.50" in whole and "另有" not in whole
    assert "同样的关系" in post(people["M1"], "link", "C2", other="C1", kind="same_control").content.decode()
    assert "没有这个客户号" in post(people["M1"], "link", other="C3", kind="family").content.decode()
    assert "不能与本户自己关联" in post(people["M1"], "link", other="C1", kind="family").content.decode()
    assert GroupLink.objects.count() == 2


SHEET = {
    "kind": "year",
    "current_assets": "300",
    "inventory": "100",
    "total_assets": "1000",
    "current_liabilities": "200",
    "total_liabilities": "600",
    "equity": "400",
    "net_profit": "-45",
}


def statement(user: User, ends_on: str = "2025-12-31", **given: Any) -> Any:
    return post(user, "statement", **{**SHEET, "ends_on": ends_on, "upload": scan("年报.pdf"), **given})


def test_statements_show_ratios_and_their_trend_and_unknown_is_no_zero(people: dict[str, User]) -> None:
    assert statement(people["M1"], "2024-12-31", current_assets="400").status_code == 302
    assert statement(people["M1"]).status_code == 302
    text = page(people["M1"], "statements")
    for shown in ("流动比率", "1.5", "60.0%", "变差", "4.5%"):
        assert shown in text
    assert "利息保障倍数" in text and ">0.0%" not in text
    refused = statement(people["M1"], equity="399.99").content.decode()
    assert "相差 0.01 元" in refused
    assert "“存货”大于“流动资产”" in statement(people["M1"], inventory="300.01").content.decode()
    later = statement(people["M1"], "2027-12-31").content.decode()
    assert "不能晚于今日" in later and Statement.objects.count() == 2


def test_a_file_is_what_its_name_says_or_it_is_not_taken(people: dict[str, User]) -> None:
    text = statement(people["M1"], upload=scan("年报.pdf", b"MZ not a pdf")).content.decode()
    assert "不是 PDF" in text and Statement.objects.count() == 0 and StoredFile.objects.count() == 0


def test_originals_open_for_readers_of_the_file_alone(people: dict[str, User]) -> None:
    statement(people["head"])
    address = reverse("stored_file", args=[StoredFile.objects.get().pk])
    readers = ("M1", "risk", "hr", "M2", "west")
    got = {name: browser(people[name]).get(address).status_code for name in readers}
    assert got == {"M1": 200, "risk": 200, "hr": 403, "M2": 404, "west": 404}


def test_coverage_counts_what_is_valued_and_holds(people: dict[str, User]) -> None:
    loan("L1", "1000")
    given = {
        "kind": "mortgage",
        "title": "厂房",
        "secured": "800",
        "percent": "50",
        "starts_on": "2026-01-01",
    }
    assert post(people["M1"], "guarantee", **given).status_code == 302
    row = Guarantee.objects.get()
    assert row.share == Decimal("0.5")
    assert "没有评估，不计" in page(people["M1"], "guarantees")
    valued = {"guarantee": row.pk, "valued_on": "2026-09-01", "amount": "1200", "valuer": "江城评估"}
    assert post(people["M1"], "valuation", **valued, good_until="2026-10-12").status_code == 302
    text = page(people["M1"], "guarantees")
    assert "60.0%" in text and "江城评估" in text and "50%" in text
    assert post(people["M1"], "valuation", **valued, good_until="2026-09-30").status_code == 302
    assert "评估已过期，不计" in page(people["M1"], "guarantees") and Valuation.objects.count() == 2


def document(user: User, paper: str, dated_on: str = "2026-01-05", **given: Any) -> Any:
    return post(user, "document", paper=paper, dated_on=dated_on, upload=scan(), **given)


def test_papers_the_standard_asks_for_are_present_missing_or_expired(people: dict[str, User]) -> None:
    assert "标准不要求资料" in page(people["M1"], "papers")
    loan("L1", "1000", security="mortgage")
    document(people["M1"], "identity")
    document(people["M1"], "identity", "2026-02-05")
    document(people["M1"], "valuation", "2025-10-01")
    document(people["M1"], "financial_statement", "2025-10-01")
    assert list(Document.objects.filter(paper="identity").values_list("version", flat=True)) == [2, 1]
    text = page(people["M1"], "papers")
    for shown in ("权属证明", "缺少", "已过期", "即将到期", "齐备", "旧版", "2026-10-01"):
        assert shown in text


def test_the_shell_leads_to_files_and_proposals(people: dict[str, User]) -> None:
    for name, shown in (("M1", True), ("head", True), ("hr", False)):
        text = browser(people[name]).get(reverse("notices")).content.decode()
        assert (reverse("credit_files") in text) == shown
    assert found().customer_no == "C1"
