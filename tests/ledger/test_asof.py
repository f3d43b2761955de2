"""A version of the past answers as it was published, at stored floors and at any other, never by today."""

import os
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from ledger import explanations, metrics, queries
from ledger.models import Account, AccountVersion, Bundle, Run
from ledger.rules.figures import Figure, MetricRef
from managers.models import ClientManager
from tests.ledger import bank
from tests.ledger.histories import History, compare, rolled_back
from tests.ledger.test_corrections import deliver, nights
from tests.ledger.twin import Twin
from tests.ledger.twin_figures import View

pytestmark = pytest.mark.django_db
__all__ = ["deliver"]
ON = date(1994, 1, 5)
EXAMPLES = int(os.environ.get("TWIN_EXAMPLES", "15"))


class Remembering(History):
    """A history that keeps what was known after each bundle."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.known: dict[int, Twin] = {}

    def deliver(self, start: date, end: date, *, first: bool) -> None:
        """Load a bundle, and remember its twin under its number."""
        super().deliver(start, end, first=first)
        last = Bundle.objects.order_by("-id").first()
        if last is not None:
            self.known.setdefault(last.pk, self.twin)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate] if os.environ.get("TWIN_QUICK") else list(Phase),
    print_blob=True,
)
@given(data=st.data())
def test_every_superseded_version_equals_what_the_twin_knew_then(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder: Path = tmp_path_factory.mktemp("history")
    with rolled_back():
        history = Remembering(lambda low, high: data.draw(st.integers(low, high)), folder)
        try:
            history.play()
            if history.twin.spans:
                history.check()
            for run in Run.objects.filter(status=Run.Status.SUCCEEDED, is_current=False):
                known = history.known[run.through_bundle_id]
                if run.business_date >= known.history_start:
                    compare(run, View(known))
        finally:
            note("\n".join(history.steps))


def run_at(version: int, on: date = ON) -> Run:
    return Run.objects.get(business_date=on, version=version)


def figure(run: Run, code: str, *, who: str = "E1", window: str = "month", floor: int = 0) -> Figure:
    ref = MetricRef(code, window, queries.FLOORS[0] + floor)
    manager = ClientManager.objects.get(employee_no=who)
    return metrics.figures(run, [ref], [manager.pk])[manager.pk][ref]


def test_readers_of_a_day_saw_the_version_published_by_its_end(deliver: Any) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    deliver({"balances.csv": [("A1", "1994-01-03", "2000")]})
    nights("1994-01-05")
    first, second = run_at(1), run_at(2)
    today = timezone.localdate()
    Run.objects.filter(pk=first.pk).update(finished_at=timezone.now() - timedelta(days=3))
    assert queries.run_as_of(ON, today - timedelta(days=3)) == first
    assert queries.run_as_of(ON, today - timedelta(days=1)) == first
    assert queries.run_as_of(ON, today) == second
    assert queries.run_as_of(ON, None) == second
    assert queries.run_as_of(ON, second.finished_at) == second
    assert queries.run_as_of(ON, second.finished_at - timedelta(microseconds=1)) == first
    with pytest.raises(queries.NotPublished):
        queries.run_as_of(ON, today - timedelta(days=4))
    with pytest.raises(queries.NotPublished):
        queries.run_as_of(ON, datetime(1994, 1, 5, tzinfo=UTC))


def test_an_account_that_changed_hands_stays_with_its_owner_in_the_versions_before(deliver: Any) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    moved = ("A1", "C2", "deposit", "agreement", "USD", "1994-01-01", "1994-01-04")
    last = deliver({"accounts.csv": [moved]})
    nights("1994-01-05")
    assert list(
        AccountVersion.objects.values_list(
            "account__account_no",
            "customer__customer_no",
            "product__code",
            "currency",
            "closed_on",
            "superseded_by",
        )
    ) == [("A1", "C1", "demand", "CNY", None, last.pk)]
    before, after = run_at(1), run_at(2)
    for floor in (0, 1):  # the second is stored nowhere
        assert figure(before, "deposit_product_month", floor=floor).value == 2100
        assert figure(before, "advances", floor=floor).value == Fraction("250.50")
        assert figure(after, "deposit_product_month", floor=floor).value == 0
    manager = ClientManager.objects.get(employee_no="E1")
    then = before.finished_at
    explained = explanations.explain(manager, "deposit_product_month", on=ON, window="month", as_of=then)
    assert (explained.adds_up, explained.figure.value) == (True, 2100)
    peak = explanations.explain(manager, "advances", on=ON, window="month", as_of=then)
    assert (peak.adds_up, peak.run) == (True, before)


def test_a_feed_configured_later_does_not_change_what_was_published(deliver: Any) -> None:
    files = {name: rows for name, rows in bank.REGISTER.items() if name != "settlements.csv"}
    deliver(files)
    nights("1994-01-05")
    deliver({"settlements.csv": [("C1", "1994-01-05", "10")]})
    nights("1994-01-05")
    assert figure(run_at(1), "international_settlement").state == "not_applicable"
    assert figure(run_at(1), "international_settlement", floor=1).state == "not_applicable"
    assert figure(run_at(2), "international_settlement").value == 7
    # and a run that nothing overtook: as read then, and as read now
    assert figure(queries.current_run(date(1994, 1, 4)), "international_settlement").value == 0
    then = queries.run_as_of(date(1994, 1, 4), timezone.localdate())
    assert figure(then, "international_settlement").state == "not_applicable"


def test_between_a_correction_and_its_night_readers_still_see_what_is_published(deliver: Any) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    deliver({"assignments.csv": [("C1", "E1", "0.5", "1994-01-01", "")]})
    run = queries.current_run(ON)
    assert not queries.answers_live(run)
    assert figure(run, "deposit_product_month").value == 2100
    assert figure(run, "deposit_product_month", floor=1).value == 2100


def test_a_manager_registered_later_is_not_among_those_of_an_old_version(deliver: Any) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    new = ("E3", "新", "B01", "corporate", "1990-01-01", "1992-01-01", "first", "", "")
    deliver({"managers.csv": [new], "balances.csv": [("A1", "1994-01-03", "2000")]})
    nights("1994-01-05")
    names = dict(ClientManager.objects.values_list("id", "employee_no"))
    assert [names[each] for each in queries.people_of(run_at(1))] == ["E1", "E2"]
    assert [names[each] for each in queries.people_of(run_at(2))] == ["E1", "E2", "E3"]
    assert figure(run_at(1), "deposit_product_month", who="E3").value == 0


def test_earlier_states_of_accounts_are_kept_whoever_changes_them_and_never_altered(deliver: Any) -> None:
    deliver(bank.REGISTER)
    account = Account.objects.get(account_no="A1")
    account.currency = "USD"
    account.save()
    account.save()
    version = AccountVersion.objects.get()
    assert (version.account, version.currency) == (account, "CNY")
    for statement in (
        "UPDATE ledger_accountversion SET currency = 'USD'",
        "DELETE FROM ledger_accountversion",
    ):
        with (
            pytest.raises(Exception, match="Cannot update or delete"),
            rolled_back(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_slow_way_over_facts_is_what_the_products_say(deliver: Any) -> None:
    deliver(bank.REGISTER)
    nights("1994-01-05")
    run = queries.current_run(ON)
    refs = [
        MetricRef(code, window, queries.FLOORS[0] + floor)
        for code, metric in metrics.catalogue().items()
        for window in metric.windows
        for floor in (1, 400, 500_001)
    ]
    live = metrics.figures(run, refs)
    Run.objects.filter(pk=run.pk).update(is_current=False)
    assert metrics.figures(Run.objects.get(pk=run.pk), refs) == live
