"""The pages of investigations and of loans proposed: written, signed, printed, taken up, decided."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit.models import LoanProposal, Section
from credit.services import investigations, proposals
from managers.models import LogEntry, StoredFile, User
from tests.credit.borrowing import (
    ON,
    browser,
    customer,
    found,
    graded,
    manager,
    product,
    proposed,
    scan,
    signed,
)

pytestmark = pytest.mark.usefixtures("morning")


def test_an_investigation_is_written_signed_and_printed_in_the_browser(people: dict[str, User]) -> None:
    begun = browser(people["M1"]).post(
        reverse("credit_file_begin", args=["C1", "investigation"]),
        {"kind": "pre_loan", "second": manager("M2").pk},
    )
    address = begun["Location"]
    codes = ("borrower", "business", "finance", "purpose", "security", "risk")
    said = {f"text-{code}": f"{code} 已核实" for code in codes}
    answer = browser(people["M2"]).post(
        f"{address}write/", {**said, "text-opinion": "", "files-security": scan()}, follow=True
    )
    assert "已保存：借款人基本情况、经营情况" in answer.content.decode()
    early = browser(people["M1"]).post(f"{address}sign/", follow=True).content.decode()
    assert "还没有写：调查结论与意见" in early
    browser(people["M1"]).post(f"{address}write/", {"text-opinion": "同意"})
    browser(people["M1"]).post(f"{address}sign/")
    seen = browser(people["M2"]).get(address).content.decode()
    assert "待第二人签署" in seen and "撤回签署" in seen and "已核实" in seen
    early = browser(people["M2"]).get(f"{address}report.pdf", follow=True).content.decode()
    assert "两人都签署后" in early
    browser(people["M2"]).post(f"{address}sign/")
    printed = browser(people["M2"]).get(f"{address}report.pdf")
    assert (
        printed.content.startswith(b"%PDF") and LogEntry.objects.filter(action="print_investigation").exists()
    )
    evidence = reverse("stored_file", args=[StoredFile.objects.latest("uploaded_at").pk])
    assert browser(people["M2"]).get(evidence).status_code == 200
    assert browser(people["M3"]).get(address).status_code == 404
    assert browser(people["hr"]).get(address).status_code == 403


def marks(user: User, row: Any) -> dict[str, str]:
    """What the page of an investigation says was there when it was opened."""
    page = browser(user).get(reverse("investigation", args=[row.pk])).content.decode()
    return dict(re.findall(r'name="(seen-[a-z]+)" value="([0-9a-f]*)"', page))


def test_two_people_write_without_losing_what_either_wrote(people: dict[str, User]) -> None:
    row = investigations.start(found(), manager("M2"), kind="pre_loan", by=people["M1"], on=ON)
    address = reverse("write_investigation", args=[row.pk])
    opened = marks(people["M1"], row)
    texts = {f"text-{code}": "" for code in Section.Code.values}
    browser(people["M2"]).post(address, {**texts, **opened, "text-risk": "原料\r\n涨价"})
    both = {**texts, **opened, "text-risk": "汇率", "text-finance": "负债率六成"}
    answer = browser(people["M1"]).post(address, both).content.decode()
    assert "“主要风险与防范”已由" in answer and ">汇率</textarea>" in answer and "现有内容" in answer
    said = dict(Section.objects.values_list("code", "text"))
    assert said == {"risk": "原料\r\n涨价", "finance": "负债率六成"}
    again = {**texts, **marks(people["M1"], row), "text-finance": "负债率六成", "text-risk": "原料\n涨价"}
    answer = browser(people["M1"]).post(address, again, follow=True).content.decode()
    assert "没有改动。" in answer


def proposal(user: User, row: Any, **given: Any) -> Any:
    values = {
        "investigation": row.pk,
        "amount": "60000",
        "product": product().pk,
        "security": "guarantee",
        "term_months": "12",
        "purpose": "购买钢材",
        **given,
    }
    return browser(user).post(reverse("credit_file_begin", args=["C1", "proposal"]), values)


def test_a_loan_is_proposed_taken_up_and_approved_in_the_browser(people: dict[str, User]) -> None:
    graded("M1", "client_manager", "integrated")
    row = signed(people)
    refused = proposal(people["M1"], row).content.decode()
    assert "第十条" in refused and "50,000.00" in refused and "购买钢材" in refused
    assert proposal(people["M1"], row, escalate="on").status_code == 302
    made = LoanProposal.objects.get()
    address = reverse("loan_proposal", args=[made.pk])
    text = browser(people["head"]).get(address).content.decode()
    assert "超权限上报" in text and "第十条" in text and "60,000.00" in text and "批准" in text
    assert 'data-dialog="approve"' not in browser(people["M2"]).get(address).content.decode()
    assert browser(people["M2"]).post(f"{address}approve/", {"reason": "同意"}).status_code == 403
    browser(people["head"]).post(f"{address}approve/", {"reason": "同意，落实保证"})
    done = browser(people["M1"]).get(address).content.decode()
    assert "已批准，待放款" in done and "同意，落实保证" in done
    assert browser(people["west"]).get(address).status_code == 404
    assert browser(people["hr"]).get(address).status_code == 403


def test_the_list_of_proposals_takes_as_many_statements_for_three_as_for_one(people: dict[str, User]) -> None:
    row = signed(people)
    client = browser(people["head"])

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("loan_proposals"))
        return len(queries)

    def more() -> None:
        proposals.propose(
            row,
            amount=Decimal(1),
            product=product(),
            security="credit",
            term_months=1,
            purpose="周转",
            by=people["M1"],
            on=date(2026, 10, 12),
        )

    more()
    asked()
    one = asked()
    more()
    more()
    assert asked() == one
    assert "周转" not in browser(people["west"]).get(reverse("loan_proposals")).content.decode()
    assert "甲机械厂" in client.get(reverse("loan_proposals"), {"state": "proposed"}).content.decode()
    assert "没有这种状态" in client.get(reverse("loan_proposals"), {"state": "issued"}).content.decode()


def test_audit_reads_peoples_names_masked_wherever_a_loan_is_shown(people: dict[str, User]) -> None:
    customer("P1", "钱多多", "M1", kind="personal")
    row = signed(people, owner="P1")
    asked = proposed(people, investigation=row)
    pages = (
        reverse("credit_files"),
        reverse("credit_file", args=["P1"]),
        reverse("investigation", args=[row.pk]),
        reverse("loan_proposals"),
        reverse("loan_proposal", args=[asked.pk]),
    )
    for address in pages:
        masked = browser(people["auditor"]).get(address).content.decode()
        assert (address, "钱*" in masked, "钱多多" in masked) == (address, True, False)
        assert "钱多多" in browser(people["M1"]).get(address).content.decode()
