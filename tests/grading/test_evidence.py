"""Evidence that no night stores: what banks feed as events, the personnel file, peers, and one's own past."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from grading.evidence import evidence
from grading.models import GradeRecord
from grading.rules import peers
from ledger.models import Run
from ledger.rules.figures import Figure, MetricRef
from ledger.services.nights import run_nights
from managers.models import ClientManager, Qualification, User
from tests.grading.language import book
from tests.ledger import bank

ON = date(1994, 1, 5)
ON_THE_DAY, A_DAY_LATER = datetime(1994, 1, 5, 4, tzinfo=UTC), datetime(1994, 1, 5, 17, tzinfo=UTC)
EVENTS = [
    ("E1", "1994-01-02", "certificate_valid", "1", ""),
    ("E2", "1994-01-02", "certificate_valid", "1", ""),
    ("E2", "1994-01-04", "certificate_valid", "-1", "吊销"),
    ("E1", "1994-01-03", "violations", "2", ""),
    ("E1", "1994-01-03", "training_passed", "1", ""),
    ("E1", "1994-01-03", "interest_received", "12.50", ""),
    ("E1", "1994-01-03", "card", "7", ""),
]


def told(
    folder: Path, refs: list[MetricRef], *, events: Any = EVENTS, more: Any = None
) -> dict[str, list[Any]]:
    """The answers by employee number: a number, or the reason why there is none."""
    files = {**bank.REGISTER, **({} if events is None else {"events.csv": events}), **(more or {})}
    bank.loaded(bank.write(folder / "bundle", files))
    run_nights(to=ON, start=ON)
    people = list(ClientManager.objects.order_by("employee_no"))
    found = evidence(Run.objects.get(is_current=True), refs, people, book=book())
    return {each.employee_no: [_said(found[each.pk][ref]) for ref in refs] for each in people}


def _said(figure: Figure) -> Any:
    return figure.reason if figure.value is None else (float(figure.value), figure.unit)


FED = [
    MetricRef("certificate_valid", ""),
    MetricRef("violations", "month"),
    MetricRef("training_passed", "month"),
    MetricRef("interest_received", "month"),
    MetricRef("products_sold", "month", params=(("product", "card"),)),
]


def test_what_banks_feed_as_events_answers_by_its_own_name(db: None, tmp_path: Path) -> None:
    assert told(tmp_path, FED) == {
        "E1": [(1, "flag"), (2, "count"), (1, "flag"), (12.5, "CNY"), (7, "count")],
        "E2": [(0, "flag"), (0, "count"), (0, "flag"), (0, "CNY"), (0, "count")],
    }


def test_without_the_feed_nothing_is_said_of_anybody(db: None, tmp_path: Path) -> None:
    assert told(tmp_path, FED, events=None) == dict.fromkeys(("E1", "E2"), ["feed_not_configured"] * 5)


LENT = {
    "loans.csv": [("L1", "300.00", "1994-01-02", "1994-12-31", "guarantee", "5.5", "E1")],
    "repayments.csv": [("L1", "1994-01-04", "r1", "100.00", "7.25")],
}
MOVED = [
    MetricRef("loans_issued", "month"),
    MetricRef("loans_recovered", "month"),
    MetricRef("interest_received", "month"),
]


def test_what_the_files_on_loans_say_stands_before_events_of_the_same_name(db: None, tmp_path: Path) -> None:
    """Seen in a verdict that read 0.00 where the same figure, explained, was twenty million."""
    assert told(tmp_path, MOVED, more=LENT) == {
        "E1": [(210, "CNY"), (70, "CNY"), (5.075, "CNY")],
        "E2": [(90, "CNY"), (30, "CNY"), (2.175, "CNY")],
    }


def test_each_file_on_loans_stands_for_its_own_figures_only(db: None, tmp_path: Path) -> None:
    found = told(tmp_path, MOVED, more={"loans.csv": LENT["loans.csv"]})
    assert found["E1"] == [(210, "CNY"), (0, "CNY"), (12.5, "CNY")]


def certified(number: str, state: str, issued: str, expires: str, **facts: Any) -> None:
    Qualification.objects.create(
        manager=ClientManager.objects.get(employee_no=number),
        rulebook="x",
        grade_code="x",
        approver="unit_group",
        applied_on=ON,
        recognised_by=User.objects.get_or_create(username="group")[0],
        certificate_no=f"{number}/{issued}",
        issued_on=issued,
        expires_on=expires,
        state=state,
        **{"scheme": book().scheme.code, "score": 80, "pass_mark": 60, "exam_on": ON, **facts},
    )


@pytest.mark.parametrize(
    ("state", "issued", "expires", "facts", "said"),
    [
        ("appointed", "1994-01-05", "1996-01-04", {}, (1, "flag")),
        ("recognised", "1992-01-06", "1994-01-05", {}, (1, "flag")),
        ("expired", "1992-01-06", "1994-01-05", {}, (1, "flag")),
        ("expired", "1992-01-05", "1994-01-04", {}, "feed_not_configured"),
        ("appointed", "1994-01-06", "1996-01-05", {}, "feed_not_configured"),
        ("revoked", "1993-01-05", "1996-01-04", {"state_since": ON_THE_DAY}, "feed_not_configured"),
        ("revoked", "1993-01-05", "1996-01-04", {"state_since": A_DAY_LATER}, (1, "flag")),
        ("appointed", "1993-01-05", "1996-01-04", {"scheme": "another"}, "feed_not_configured"),
    ],
)
def test_a_certificate_of_the_house_is_known_while_it_holds(
    db: None, tmp_path: Path, state: str, issued: str, expires: str, facts: dict[str, Any], said: Any
) -> None:
    bank.loaded(bank.write(tmp_path / "bundle", bank.REGISTER))
    run_nights(to=ON, start=ON)
    certified("E1", state, issued, expires, **facts)
    people = list(ClientManager.objects.order_by("employee_no"))
    ref = MetricRef("certificate_valid", "")
    found = evidence(Run.objects.get(is_current=True), [ref], people, book=book())
    assert [_said(found[each.pk][ref]) for each in people] == [said, "feed_not_configured"]
    if said == (1, "flag"):
        assert found[people[0].pk][ref].detail == {"certificate": f"E1/{issued}", "until": expires}


def test_the_personnel_file_counts_whole_months(db: None, tmp_path: Path) -> None:
    refs = [MetricRef("service_months", ""), MetricRef("months_employed", "")]
    assert told(tmp_path, refs)["E1"] == [(24, "months"), (48, "months")]


def test_a_grade_held_again_counts_from_its_last_beginning(db: None, tmp_path: Path) -> None:
    refs = [MetricRef("months_in_grade", ""), MetricRef("periods_appraised", "")]
    told(tmp_path, refs)
    manager = ClientManager.objects.get(employee_no="E1")
    history = [("lower", 2), ("upper", 6), ("lower", 9), ("lower", 12)]
    for grade, month in history:
        GradeRecord.objects.create(
            manager=manager, grade_code=grade, effective_on=date(1993, month, 5), basis="x"
        )
    found = evidence(Run.objects.get(is_current=True), refs, [manager], book=book())[manager.pk]
    assert [_said(found[ref]) for ref in refs] == [(4, "months"), (0, "count")]


GROUP = {
    1: Figure.of(10, "CNY"),
    2: Figure.of(30, "CNY"),
    3: Figure.of(30, "CNY"),
    4: Figure.not_applicable(),
}


@pytest.mark.parametrize(
    ("kind", "own", "expected"),
    [
        ("mean", 1, (70 / 3, "CNY")),
        ("median", 1, (30, "CNY")),
        ("max", 1, (30, "CNY")),
        ("count", 4, (3, "count")),
        ("rank", 2, (1, "count")),
        ("rank", 3, (1, "count")),
        ("rank", 1, (3, "count")),
        ("share_below", 2, (0.5, "ratio")),
        ("rank", 4, "nothing_to_measure"),
    ],
)
def test_peers_are_those_who_can_be_measured(kind: str, own: int, expected: Any) -> None:
    assert _said(peers.statistic(kind, own, GROUP)) == expected


def test_one_awaited_figure_leaves_the_group_open() -> None:
    group = {**GROUP, 5: Figure.missing("feed_missing")}
    assert peers.statistic("mean", 1, group).state == "missing"
