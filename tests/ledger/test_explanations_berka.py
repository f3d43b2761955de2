"""Every figure of every manager of the Berka bundle adds up from its parts."""

import io
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from ledger import explanations, metrics, queries
from ledger.services.extracts import load_bundle
from ledger.services.nights import run_nights
from managers.models import ClientManager

ON = date(1993, 9, 30)
#: What some metrics cannot be asked without.
PARAMS = {
    "customers_reaching": (("of", "deposit"), ("reaching", "100000")),
    "event_count": (("event", "complaint"),),
    "event_quantity": (("event", "complaint"),),
    "target_value": (("metric", "cards"),),
}
FLOORS = (Decimal(0), *queries.FLOORS[1:], Decimal(12_345_678))


@pytest.fixture(scope="module")
def berka(django_db_setup: None, django_db_blocker: Any, berka_bundle: Path) -> Iterator[None]:
    """The bundle loaded and its last night published, once for the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_bundle(berka_bundle)
        run_nights(to=ON, start=ON)
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("code", explanations.explainable())
def test_the_parts_of_every_manager_add_up_to_the_published_figure(berka: None, code: str) -> None:
    listed = metrics.catalogue().get(code)
    windows = [name for name in ("quarter", "year", "month", "day") if not listed or listed.answers(name)]
    broken = []
    for place, manager in enumerate(ClientManager.objects.select_related("branch")):
        window, floor = windows[place % len(windows)], FLOORS[place % len(FLOORS)]
        explained = explanations.explain(
            manager, code, on=ON, window=window, floor=floor, params=PARAMS.get(code, ())
        )
        if not explained.adds_up:
            broken.append((manager.employee_no, window, floor, explained.figure, explained.explanation.value))
    assert broken == []


@pytest.mark.django_db
def test_every_line_names_the_row_of_the_file_it_came_from(berka: None, berka_bundle: Path) -> None:
    manager = ClientManager.objects.get(employee_no="E161")
    explained = explanations.explain(manager, "deposit_daily_average", on=ON, window="quarter")
    rows = {
        name: (berka_bundle / name).read_text().splitlines() for name in ("balances.csv", "assignments.csv")
    }
    lines = [line for part in explained.explanation.sections[0].customers for line in part.lines]
    assert lines
    for line in lines:
        balance, *_, share = line.sources
        assert rows["balances.csv"][balance.line - 1].split(",")[::2] == [
            line.account_no,
            f"{line.balance:f}",
        ]
        assert Decimal(rows["assignments.csv"][share.line - 1].split(",")[2]) == line.share


@pytest.mark.django_db
def test_the_command_prints_exact_parts_as_json(berka: None) -> None:
    out = io.StringIO()
    call_command(
        "explain",
        "E161",
        "deposit_daily_average",
        "--date=1993-09-30",
        "--window=year",
        "--floor=500000",
        "--json",
        stdout=out,
    )
    facts = json.loads(out.getvalue().splitlines()[-1])
    parts = [
        Decimal(line["amount"])
        for customer in facts["sections"][0]["customers"]
        if customer["counted"]
        for line in customer["lines"]
        if line["counts"]
    ]
    assert (facts["adds_up"], facts["days"], sum(parts)) == (
        True,
        273,
        Decimal(facts["sections"][0]["total"]),
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["E999", "deposit_daily_average", "--date=1993-09-30", "--window=year"], "没有工号 E999"),
        (["E161", "happiness", "--date=1993-09-30", "--window=year"], "没有可解释的指标 happiness"),
        (["E161", "deposit_daily_average", "--date=1993-09-30", "--window=decade"], "没有窗口 decade"),
        (
            ["E161", "deposit_daily_average", "--date=1993-09-29", "--window=year"],
            "1993-09-29 没有已发布的日终",
        ),
    ],
)
def test_a_wrong_question_is_answered_with_what_to_ask(berka: None, arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("explain", *arguments)
