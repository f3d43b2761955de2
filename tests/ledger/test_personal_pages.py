"""Figures of events, targets and holdings taken apart: by command down to the line, and on the page."""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from ledger import explanations, metrics, words
from ledger.models import Bundle, Target
from managers.models import Branch, Grant, User
from tests.ledger import bank
from tests.ledger.test_corrections import deliver, nights
from tests.ledger.test_personal_metrics import EVENTS, ON, TARGETS, Deliver

pytestmark = pytest.mark.django_db
__all__ = ["deliver"]


# --- taken apart ------------------------------------------------------------------------------------------


def explained(code: str, *, window: str = "month", who: str = "E1", **params: str) -> dict[str, Any]:
    """What the command prints as JSON."""
    asked = [f"--param={name}={value}" for name, value in params.items()]
    return call(who, code, "--window", window, *asked)


def call(*words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("explain", *words, "--date", ON.isoformat(), "--json", stdout=out)
    return json.loads(out.getvalue().strip().splitlines()[-1])


def test_events_are_explained_down_to_the_line(deliver: Deliver) -> None:
    first = deliver(bank.REGISTER | {"events.csv": EVENTS})
    second = deliver({"events.csv": [("E1", "1994-01-02", "complaint", "0", "柜面")]})
    nights("1994-01-05")
    found = explained("event_quantity", event="complaint")
    assert (found["exact"], found["adds_up"], found["unit"]) == ("9/4", True, "number")
    rows = found["sections"][0]["facts"]
    assert [(row["from"], row["quantity"], row["text"], row["reason"], row["sources"]) for row in rows] == [
        ("1994-01-02", "1.0000", "柜面", "replaced", [source(first, "events.csv", 2)]),
        ("1994-01-02", "0.0000", "柜面", "withdrawn", [source(second, "events.csv", 2)]),
        ("1994-01-02", "2.5000", "电话", "", [source(first, "events.csv", 3)]),
        ("1994-01-04", "-0.2500", "", "", [source(first, "events.csv", 4)]),
    ]
    assert explained("event_count", event="complaint")["exact"] == "2"


def source(bundle: Bundle, file: str, line: int) -> dict[str, Any]:
    return {"bundle": bundle.pk, "file": file, "line": line}


def test_a_target_is_explained_with_those_that_do_not_hold(deliver: Deliver) -> None:
    first = deliver(bank.REGISTER | {"targets.csv": TARGETS})
    second = deliver({"targets.csv": [("E1", "cards", "1994-01-01", "", "90")]})
    nights("1994-01-05")
    found = explained("target_value", metric="cards", window="01-03")
    assert (found["exact"], found["adds_up"]) == ("7716/625", True)
    rows = found["sections"][0]["facts"]
    assert [(row["from"], row["to"], row["quantity"], row["reason"], row["sources"]) for row in rows] == [
        ("1994-01-03", "1994-01-04", "12.3456", "", [source(first, "targets.csv", 3)]),
        ("1994-01-01", None, "90.0000", "begun_earlier", [source(second, "targets.csv", 2)]),
        ("1994-01-01", "1994-12-31", "100.0000", "replaced", [source(first, "targets.csv", 2)]),
    ]


QUESTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("deposit_balance", {}),
    ("loan_balance", {}),
    ("customers_held", {}),
    ("customers_reaching", {"of": "deposit", "reaching": "600"}),
    ("customers_reaching", {"of": "loan", "reaching": "1"}),
    ("customers_reaching", {}),
    ("deposit_daily_average", {"ago": "1"}),
    ("event_count", {"event": "complaint", "ago": "1"}),
    ("normal_loan_share", {}),
)


@pytest.mark.parametrize("window", ["day", "month", "01-03", "01-06", "last_year_end"])
def test_every_figure_adds_up_over_any_window(deliver: Deliver, window: str) -> None:
    deliver(bank.REGISTER | {"events.csv": EVENTS})
    nights("1994-01-05")
    wrong = [
        (who, code, params)
        for who in ("E1", "E2")
        for code, params in QUESTIONS
        if not explained(code, window=window, who=who, **params)["adds_up"]
    ]
    assert wrong == []


def test_the_command_prints_facts_as_text(deliver: Deliver, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = deliver(bank.REGISTER | {"events.csv": EVENTS})
    nights("1994-01-05")
    call_command(
        "explain", "E2", "event_count", "--date", "1994-01-05", "--window", "month", "--param=event=complaint"
    )
    out = capsys.readouterr().out
    assert f"complaint 1994-01-05 1.0000: 1 · 计入 · {bundle.pk}/events.csv:6" in out
    with pytest.raises(CommandError):
        call_command(
            "explain", "E2", "event_count", "--date", "1994-01-05", "--window", "month", "--param=event"
        )


# --- the page ---------------------------------------------------------------------------------------------


@pytest.fixture
def reader(deliver: Deliver) -> Client:
    """Somebody who sees everyone's figures, once the bank has events and targets."""
    deliver(bank.REGISTER | {"events.csv": EVENTS, "targets.csv": TARGETS})
    nights("1994-01-05")
    user = User.objects.create_user("risk")
    Grant.objects.create(
        user=user, role="head_risk", branch=Branch.objects.get(code="HO"), starts_on=date(1990, 1, 1)
    )
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, who: str, code: str, **asked: str) -> str:
    answer = client.get(f"/managers/{who}/figures/{code}/", {"on": "1994-01-05", "window": "month"} | asked)
    assert answer.status_code == 200, answer
    return " ".join(answer.content.decode().split())


def test_the_page_of_an_event_figure_lists_the_rows(reader: Client) -> None:
    text = page(reader, "E1", "event_quantity", event="complaint")
    bundle = Bundle.objects.get()
    assert [
        said
        for said in ("事项 客户投诉", "柜面", "电话", ">2.5<", ">-0.25<", "各行之和 3.25")
        if said not in text
    ] == []
    assert f"批次 {bundle.pk} · events.csv 第 3 行" in text
    assert "计全部客户" not in text and "未计客户" not in text


def test_events_and_targets_are_called_by_their_names(reader: Client) -> None:
    assert [words.event_title(code) for code in ("complaint", "training_passed", "never")] == [
        "客户投诉",
        "培训考试合格",
        "never",
    ]
    User.objects.filter(username="risk").update(is_staff=True)
    listed = reader.get("/admin/ledger/event/").content.decode()
    assert 'class="field-what">客户投诉</td>' in listed and ">complaint<" not in listed
    told = Target.objects.values("manager_id", "starts_on", "ends_on", "value", "bundle_id").first()
    Target.objects.create(metric="deposit_daily_average", line=99, **told)
    assert (
        'class="field-what">存款日均（不含协议存款）</td>'
        in reader.get("/admin/ledger/target/").content.decode()
    )


def test_the_page_of_a_target_says_which_holds(reader: Client) -> None:
    text = page(reader, "E1", "target_value", metric="cards")
    assert "当日不在起止之内" in text and "targets.csv 第 2 行" in text
    assert "没有目标" in page(reader, "E2", "target_value", metric="cards")


@pytest.mark.parametrize(
    ("code", "asked", "text"),
    [
        ("event_count", {"event": "never"}, "没有可列的行"),
        ("event_count", {}, "没有可计量的业务"),
        ("customers_held", {}, "C1 甲公司"),
        ("customers_reaching", {"of": "deposit", "reaching": "601"}, "未达所问数额"),
        ("customers_reaching", {"of": "loan", "reaching": "1"}, "贷款日均不低于 1.00"),
        ("customers_reaching", {"of": "loan", "reaching": "never"}, "贷款日均不低于 never"),
        ("customers_reaching", {}, "没有可计量的业务"),
        ("deposit_balance", {"window": "01-03"}, "700.00"),
        ("deposit_balance", {"window": "12-31"}, "1994-12-31 尚未到"),
        ("loan_balance", {"window": "last_year_end"}, "数据自 1994-01-01 起"),
        ("deposit_daily_average", {"ago": "1"}, "数据自 1994-01-01 起，未涵盖所需期间"),
        ("event_count", {"event": "complaint", "window": "previous_month"}, "数据自 1994-01-01 起"),
        ("deposit_daily_average", {"ago": "1", "window": "day"}, "1994-01-04"),
        ("deposit_daily_average", {"window": "half_year"}, "本半年"),
    ],
)
def test_no_figure_link_leads_to_an_error(
    reader: Client, code: str, asked: dict[str, str], text: str
) -> None:
    assert text in page(reader, "E1", code, **asked)


def test_a_question_that_is_none_is_not_found(reader: Client) -> None:
    for asked in ({"ago": "x"}, {"window": "fortnight"}):
        answer = reader.get("/managers/E1/figures/deposit_balance/", {"on": "1994-01-05"} | asked)
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("table", "mine", "other"), [("event", "柜面", "客户来信"), ("target", "12.3456", "77.7777")]
)
def test_hr_sees_the_rows_of_its_own_branch(
    reader: Client, tmp_path: Path, table: str, mine: str, other: str
) -> None:
    bank_two = {
        "events.csv": [("E2", "1994-01-05", "complaint", "2", "客户来信")],
        "targets.csv": [("E2", "cards", "1994-01-01", "", "77.7777")],
    }
    bank.loaded(bank.write(tmp_path / "two", bank_two))
    user = User.objects.create_user("hr1", is_staff=True)
    branch = Branch.objects.get(code="B01")
    Grant.objects.create(user=user, role="branch_hr", branch=branch, starts_on=date(1990, 1, 1))
    reader.force_login(user)
    answer = reader.get(f"/admin/ledger/{table}/")
    text = answer.content.decode()
    assert (answer.status_code, mine in text, other in text) == (200, True, False)
    row = answer.context["cl"].result_list[0]
    opened = reader.get(f"/admin/ledger/{table}/{row.pk}/change/")
    assert (opened.status_code, opened.context["has_change_permission"]) == (200, False)
    refused = [
        reader.post(f"/admin/ledger/{table}/{what}/", {"post": "yes"}) for what in ("add", f"{row.pk}/delete")
    ]
    assert [each.status_code for each in refused] == [403, 403]


def test_explainable_names_the_new_metrics() -> None:
    new = {"event_count", "event_quantity", "target_value", "customers_held", "customers_reaching"}
    assert new | {"deposit_balance", "loan_balance"} <= set(explanations.explainable())
    assert not new & set(metrics.catalogue()), "what is asked with parameters is not listed"
