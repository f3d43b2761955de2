"""The quarantine's pages: who sees which rows, and what the buttons do."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from ledger.models import BalanceChange, Bundle, QuarantinedRow
from managers.models import User
from tests.ledger import bank
from tests.ledger.acting import person
from tests.ledger.bank import REGISTER

pytestmark = pytest.mark.django_db


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    """A bundle with three bad rows: of branch 1, of branch 2, and of nobody knows which."""
    rows = [("A1", "1994-01-03", "1,0"), ("A2", "1994-01-03", ""), ("A9", "1994-01-03", "<b>5</b>")]
    files = REGISTER | {"balances.csv": [*REGISTER["balances.csv"], *rows]}
    return bank.loaded(bank.write(tmp_path, files), keep_bad=True).bundle


def page(user: User, name: str, *args: int, **data: str) -> tuple[int, str]:
    """What a signed-in person gets."""
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(user)
    answer = client.get(reverse(name, args=args), data)
    return answer.status_code, answer.content.decode()


def press(user: User, name: str, pk: int, **data: str) -> tuple[int, str]:
    """Press a button of a row; the page after it."""
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(user)
    answer = client.post(reverse(name, args=[pk]), data, follow=True)
    return answer.status_code, answer.content.decode()


def rows_on(text: str) -> list[int]:
    """The lines whose rows a list shows."""
    lines = QuarantinedRow.objects.in_bulk()
    return sorted(row.line for pk, row in lines.items() if reverse("quarantined_row", args=[pk]) in text)


@pytest.mark.parametrize(
    ("role", "branch", "lines"),
    [
        ("head_hr", "HO", [7, 8, 9]),
        ("branch_hr", "B01", [7]),
        ("branch_hr", "B02", [8]),
        ("platform_admin", "HO", []),
    ],
)
def test_people_see_the_rows_of_their_branches(
    bundle: Bundle, role: str, branch: str, lines: list[int]
) -> None:
    user = person("u", role, branch)
    status, text = page(user, "quarantine", bundle.pk)
    assert (status, rows_on(text)) == (200, lines)
    for row in QuarantinedRow.objects.all():
        assert page(user, "quarantined_row", row.pk)[0] == (200 if row.line in lines else 404)


def test_who_may_not_see_runs_sees_no_quarantine(bundle: Bundle) -> None:
    user = person("u", "outlet_head", "B01")
    assert page(user, "quarantine", bundle.pk)[0] == 403
    assert page(user, "quarantined_row", QuarantinedRow.objects.first().pk)[0] == 403


def test_the_bundles_page_leads_to_the_rows_that_wait(bundle: Bundle) -> None:
    text = page(person("hr", "head_hr"), "bundles")[1]
    assert "3 行隔离待处理" in text
    assert reverse("quarantine", args=[bundle.pk]) in text


def test_a_value_of_a_row_is_shown_as_text(bundle: Bundle) -> None:
    row = QuarantinedRow.objects.get(line=9)
    text = page(person("hr", "head_hr"), "quarantined_row", row.pk)[1]
    assert "<b>5</b>" not in text and "&lt;b&gt;5&lt;/b&gt;" in text


def test_a_row_is_mended_and_replayed(bundle: Bundle) -> None:
    row = QuarantinedRow.objects.get(line=7)
    hr = person("hr", "branch_hr", "B01")
    data = {"value-balance": "10.00", "value-account_no": "A1", "value-business_date": "1994-01-03"}
    status, text = press(hr, "replay_row", row.pk, reason="网点更正", **data)
    assert (status, rows_on(text)) == (200, [])
    row.refresh_from_db()
    assert (row.status, row.corrected, row.decided_by) == ("replayed", {"balance": "10.00"}, hr)
    assert f"已作为批次 {row.replay_id} 入库" in text
    assert BalanceChange.objects.filter(bundle=row.replay).count() == 1
    text = page(hr, "quarantine", bundle.pk, status="replayed")[1]
    assert rows_on(text) == [7]
    assert "网点更正" in page(hr, "quarantined_row", row.pk)[1]


def test_a_row_that_is_still_wrong_keeps_what_was_typed(bundle: Bundle) -> None:
    row = QuarantinedRow.objects.get(line=7)
    status, text = press(
        person("hr", "head_hr"), "replay_row", row.pk, reason="再试", **{"value-balance": "1.2.3"}
    )
    assert status == 200
    assert 'value="1.2.3"' in text and "再试" in text and "重放未成功" in text
    row.refresh_from_db()
    assert (row.status, row.corrected, Bundle.objects.count()) == ("open", None, 1)


def test_a_row_is_dismissed_for_a_reason_and_only_once(bundle: Bundle) -> None:
    row = QuarantinedRow.objects.get(line=8)
    hr = person("hr", "head_hr")
    assert "请写明原因" in press(hr, "dismiss_row", row.pk, reason=" ")[1]
    assert rows_on(press(hr, "dismiss_row", row.pk, reason="测试数据")[1]) == [7, 9]
    assert "已处理（已作废）" in press(hr, "dismiss_row", row.pk, reason="再一次")[1]
    row.refresh_from_db()
    assert (row.status, row.reason) == ("dismissed", "测试数据")


@pytest.mark.parametrize("name", ["replay_row", "dismiss_row"])
@pytest.mark.parametrize(("role", "branch", "status"), [("auditor", "HO", 403), ("branch_hr", "B02", 404)])
def test_only_those_who_load_bundles_decide(
    bundle: Bundle, name: str, role: str, branch: str, status: int
) -> None:
    row = QuarantinedRow.objects.get(line=7)
    assert press(person("u", role, branch), name, row.pk, reason="我要")[0] == status
    row.refresh_from_db()
    assert row.status == "open"


def test_those_who_only_look_get_no_form(bundle: Bundle) -> None:
    row = QuarantinedRow.objects.get(line=7)
    text = page(person("u", "auditor"), "quarantined_row", row.pk)[1]
    assert reverse("replay_row", args=[row.pk]) not in text and "1,0" in text


def test_a_bundle_whose_rows_are_all_decided_says_so(bundle: Bundle) -> None:
    hr = person("hr", "head_hr")
    for row in QuarantinedRow.objects.all():
        press(hr, "dismiss_row", row.pk, reason="测试数据")
    assert "没有待处理的行" in page(hr, "quarantine", bundle.pk)[1]
    assert "0 行隔离待处理" in page(hr, "bundles")[1]
