"""Facts made inside the bank: bundles that cover nothing new, corrected and withdrawn like others."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from ledger import happenings, queries
from ledger.happenings import Happened, Origin
from ledger.messages import reason
from ledger.models import Bundle, Event, Feed, QuarantinedRow
from ledger.rules.figures import Figure
from ledger.services import records
from ledger.services.records import Table
from managers.models import ClientManager, HomeVisit, User
from managers.services.stepping import Refusal
from tests.ledger import bank
from tests.ledger.test_corrections import deliver, nights
from tests.ledger.test_personal_metrics import ask

pytestmark = pytest.mark.django_db
__all__ = ["deliver"]
Deliver = Callable[..., Bundle]
SECOND, FIFTH = date(1994, 1, 2), date(1994, 1, 5)


@pytest.fixture
def happening(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Happened]]:
    """What one part of the house knows of; the test fills it."""
    events: list[Happened] = []
    monkeypatch.setattr(happenings, "_ORIGINS", [Origin({"inspection": "检查"}, lambda: events)])
    yield events


def test_events_reach_the_figures_and_are_withdrawn(deliver: Deliver, happening: list[Happened]) -> None:
    deliver(bank.REGISTER)
    happening += [
        Happened("E1", SECOND, "inspection", 1, "inspection:1"),
        Happened("E1", FIFTH, "inspection", 1, "inspection:2"),
        Happened("E1", date(1994, 1, 6), "inspection", 1, "inspection:3"),
        Happened("E1", date(1993, 12, 31), "inspection", 1, "inspection:4"),
    ]
    entered = records.enter_events(to=FIFTH)
    assert entered is not None and (entered.from_on, entered.to_on) == (SECOND, FIFTH)
    assert records.enter_events(to=FIFTH) is None
    nights("1994-01-05")
    assert ask("event_count", event="inspection") == Figure.of(2, "count")
    assert ask("event_count", event="inspection", who="E2") == Figure.of(0, "count")
    assert ask("event_count", event="never-recorded").reason == "feed_not_configured"
    assert not Feed.objects.filter(code="events").exists()
    happening.pop(0)
    deliver({"settlements.csv": []}, start="1994-01-06", end="1994-01-06")
    assert records.enter_events(to=date(1994, 1, 6)) is not None
    nights("1994-01-06")
    assert ask("event_count", event="inspection", on=FIFTH) == Figure.of(1, "count")
    assert ask("event_count", event="inspection", on=date(1994, 1, 6)) == Figure.of(2, "count")


def test_facts_of_conduct_are_among_them(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    visitors = [User.objects.create(username=name) for name in ("one", "two")]
    HomeVisit.objects.create(
        manager=ClientManager.objects.get(employee_no="E1"), visited_on=SECOND, visitor=visitors[0],
        second_visitor=visitors[1], recorded_by=visitors[0],
    )  # fmt: skip
    assert records.enter_events(to=FIFTH) is not None
    nights("1994-01-05")
    assert ask("event_count", event="home_visit_done") == Figure.of(1, "count")


def test_what_we_have_entered_nobody_may_deliver_as_well(
    deliver: Deliver, tmp_path: Path, happening: list[Happened]
) -> None:
    deliver(bank.REGISTER)
    happening.append(Happened("E1", FIFTH, "inspection", 1, "inspection:1"))
    assert records.enter_events(to=FIFTH) is not None
    both = [("E1", "1994-01-02", code, "1", "core") for code in ("praise", "inspection")]
    path = bank.write(tmp_path / "later", {"events.csv": both})
    assert bank.refused(path) == [("events.csv", 3, "code", "inspection", "own_event")]
    bundle = bank.loaded(path, keep_bad=True).bundle
    row = QuarantinedRow.objects.get(bundle=bundle)
    told = reason(row.code, row.detail)
    assert "重复计数" in told and "inspection" in told
    assert list(Event.objects.filter(bundle=bundle).values_list("code", flat=True)) == ["praise"]


def test_what_a_core_system_delivers_is_not_entered_as_well(
    deliver: Deliver, happening: list[Happened]
) -> None:
    row = ("E1", "1994-01-02", "inspection", "1", "core")
    deliver(bank.REGISTER | {"events.csv": [row]})
    happening.append(Happened("E1", FIFTH, "inspection", 1, "inspection:1"))
    assert records.enter_events(to=FIFTH) is None
    nights("1994-01-05")
    assert ask("event_count", event="inspection") == Figure.of(1, "count")
    # the core system withdraws what it said: from now on the bank's own records are the source
    deliver({"events.csv": [(*row[:3], "0", row[4])]}, start="1994-01-02")
    assert records.enter_events(to=FIFTH) is not None


def test_a_record_covers_no_day_that_was_not_covered(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    rows = Table(("account_no", "business_date", "loan_class"), [("L1", "1994-01-06", "doubtful")])
    with pytest.raises(Refusal, match="1994-01-05"):
        records.enter("test:1", {"loan_classes.csv": rows}, by=None, last=date(1994, 1, 6))
    rows = Table(("account_no", "business_date", "loan_class"), [("L1", "1994-01-05", "doubtful")])
    bundle = records.enter("test:1", {"loan_classes.csv": rows}, by=None)
    assert (bundle.record, bundle.from_on, bundle.to_on) == ("test:1", FIFTH, FIFTH)
    assert queries.covered_through() == FIFTH


def test_a_row_that_is_not_accepted_says_why(deliver: Deliver) -> None:
    deliver(bank.REGISTER)
    rows = Table(("account_no", "business_date", "loan_class"), [("A1", "1994-01-05", "doubtful")])
    with pytest.raises(Refusal, match=r"A1.*不是贷款账户"):
        records.enter("test:1", {"loan_classes.csv": rows}, by=None)
