"""What is worked out for one is compared with what is for others: a plan completed, points, a past."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from grading import peers
from grading.evidence import Gatherer
from grading.models import GradeRecord
from grading.rules import verdict
from grading.rules.operands import Scope
from grading.rules.ranking import ranked
from grading.rules.schema import Rulebook, numbers_in_force
from ledger.models import Run
from ledger.rules.figures import Evidence
from ledger.services.nights import run_nights
from managers.models import ClientManager
from tests.grading.language import book
from tests.ledger import bank

ON = date(1994, 1, 5)
#: E1 has 4 of 10 and E2 3 of 5: fewer, but more of the plan.
FILES = {
    "events.csv": [("E1", "1994-01-03", "card", "4", ""), ("E2", "1994-01-03", "card", "3", "")],
    "targets.csv": [("E1", "card", "1994-01-01", "", "10"), ("E2", "card", "1994-01-01", "", "5")],
}
COMPLETION = 'ratio = [{ event = "card" }, { target = "card" }], window = "month"'
SHEET = """
[[scoring]]
code = "sheet"
title = "计分"
title_en = "Sheet"
window = "month"
periods = ["month"]
[[scoring.items]]
code = "cards"
title = "发卡"
title_en = "Cards"
cites = "第五条"
points = 100
rate = { figure = { event = "card" }, target = { target = "card" } }
"""


@pytest.fixture
def people(db: None, tmp_path: Path) -> dict[str, ClientManager]:
    """Two managers of one branch, of one grade."""
    bank.loaded(bank.write(tmp_path / "bundle", {**bank.REGISTER, **FILES}))
    run_nights(to=ON, start=ON)
    found = {each.employee_no: each for each in ClientManager.objects.select_related("branch")}
    for each in found.values():
        GradeRecord.objects.create(manager=each, grade_code="middle", effective_on="1994-01-01", basis="x")
    return found


def amount(rulebook: Rulebook, people: dict[str, ClientManager]) -> dict[str, Any]:
    """What the first item of pay comes to for each, with the evidence it rests on."""
    run = Run.objects.get(is_current=True)
    refs = verdict.required_metrics(rulebook, ON, ["/HO/"])
    found = Gatherer(run, book=rulebook, period="1994M01").of(refs, list(people.values()))
    return {name: told(rulebook, found[each.pk], each) for name, each in people.items()}


def told(rulebook: Rulebook, known: Evidence, manager: ClientManager) -> str:
    (award,) = judged(rulebook, known, manager).pay
    return str(award.amount)


def judged(rulebook: Rulebook, known: Evidence, manager: ClientManager) -> verdict.Verdict:
    where = {"period_kind": "month", "on": ON, "branch": manager.branch.path}
    return verdict.judge(rulebook, grade="middle", evidence=known, **where)


def paying(operand: str, *pieces: str) -> Rulebook:
    """A book that pays what an operand comes to, in months."""
    pay = f"""
[pay]
[[pay.items]]
code = "p"
title = "奖金"
title_en = "Bonus"
cites = "第六条"
periods = ["month"]
window = "month"
amount = {{ {operand} }}
"""
    return book(*pieces, pay)


RANKED = [
    (COMPLETION + ', peers = "rank"', {"E1": "2.00", "E2": "1.00"}),
    ('event = "card", peers = "rank"', {"E1": "1.00", "E2": "2.00"}),
    (COMPLETION + ', peers = "share_below"', {"E1": "0.00", "E2": "1.00"}),
    (COMPLETION + ', peers = "mean", among = "grade", times = 10', {"E1": "5.00", "E2": "5.00"}),
    (f"number = {{ {COMPLETION}, times = -1 }}, peers = \"rank\"", {"E1": "1.00", "E2": "2.00"}),
]  # fmt: skip


@pytest.mark.parametrize(("operand", "expected"), RANKED, ids=[operand for operand, _ in RANKED])
def test_a_calculation_is_compared(
    people: dict[str, ClientManager], operand: str, expected: dict[str, str]
) -> None:
    assert amount(paying(operand), people) == expected


def test_a_score_is_compared(people: dict[str, ClientManager]) -> None:
    ranks = amount(paying('points_of = "sheet", peers = "rank"', SHEET), people)
    assert ranks == {"E1": "2.00", "E2": "1.00"}
    best = amount(paying('points_of = "cards", peers = "max"', SHEET), people)
    assert best == dict.fromkeys(people, "60.00")


def test_the_personnel_file_and_the_past_are_compared_too(people: dict[str, ClientManager]) -> None:
    people["E2"].hired_on = date(1984, 1, 5)
    people["E2"].save()
    months = amount(paying('metric = "months_employed", peers = "max"'), people)
    assert months == dict.fromkeys(people, "120.00")
    held = amount(paying('metric = "months_in_grade", peers = "count"'), people)
    assert held == dict.fromkeys(people, "2.00")


@pytest.mark.parametrize(
    ("policy", "counted"),
    [
        ('newcomers = "whole"', 2),
        ('newcomers = "excluded"', 1),
        ('newcomers = "pro_rata"', 2),
        ('newcomers = "pro_rata"\nleast_days = 29', 2),
        ('newcomers = "pro_rata"\nleast_days = 30', 1),
    ],
)
def test_who_came_too_late_to_be_judged_is_nobodys_peer(
    people: dict[str, ClientManager], policy: str, counted: int
) -> None:
    """Otherwise a day's business, brought to a whole period, would stand above everybody who is ranked."""
    people["E2"].post_started_on = date(1994, 1, 3)
    people["E2"].save()
    rules = f'[procedure]\n{policy}\ncites = "第九条"\n'
    found = amount(paying('event = "card", peers = "count"', rules), people)
    assert found["E1"] == f"{counted}.00"


def test_each_is_held_against_the_own_numbers(people: dict[str, ClientManager]) -> None:
    """The bar of the grade, not that of whoever is judged."""
    bar = """
[parameters.bar]
title = "线"
title_en = "Bar"
unit = "count"
[parameters.bar.by_grade]
upper = [{ starts_on = 1990-01-01, value = 40, cites = "x" }]
middle = [{ starts_on = 1990-01-01, value = 2, cites = "x" }]
"""
    first = GradeRecord.objects.create(
        manager=people["E1"], grade_code="upper", effective_on="1994-01-02", basis="x"
    )
    assert first.pk
    rulebook = paying('ratio = [{ event = "card" }, "bar"], peers = "rank"', bar)
    assert amount(rulebook, people) == {"E1": "2.00", "E2": "1.00"}


def test_the_frozen_answer_gives_the_verdict_again(people: dict[str, ClientManager]) -> None:
    rulebook = paying(COMPLETION + ', peers = "rank"')
    (only,) = ranked(rulebook).values()
    scope = Scope("middle", numbers_in_force(rulebook, ON), {}, ON)
    assert [ref.code for ref in only.refs(scope)] == ["peers_of"]
    assert verdict.required_metrics(rulebook, ON) >= set(only.refs(scope))
    again = paying(COMPLETION + ', peers = "rank"')
    assert list(ranked(again)) == list(ranked(rulebook))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many people each question about peers was put to."""
    counts: list[int] = []
    plain = peers.Peers._worked_out

    def told(self: Any, ref: Any, people: Any) -> Any:
        counts.append(len(people))
        return plain(self, ref, people)

    monkeypatch.setattr(peers.Peers, "_worked_out", told)
    yield counts


def test_peers_are_read_once_for_all_batches(people: dict[str, ClientManager], asked: list[int]) -> None:
    rulebook = paying(COMPLETION + ', peers = "rank"')
    gatherer = Gatherer(Run.objects.get(is_current=True), book=rulebook, period="1994M01")
    refs = verdict.required_metrics(rulebook, ON, ["/HO/"])
    for each in people.values():
        gatherer.of(refs, [each])
    assert asked == [2]
