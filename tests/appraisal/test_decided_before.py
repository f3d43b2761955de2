"""Earlier periods count as people decided them, once the decision is told."""

from appraisal import queries
from appraisal.models import Cycle
from grading import past
from grading.rules import checker
from ledger.rules import windows
from ledger.rules.figures import Figure, MetricRef
from tests.appraisal import smallbank
from tests.appraisal.acting import Reach, find, manager
from tests.appraisal.smallbank import RISING, STEADY
from tests.grading.language import LOWER, MIDDLE, PLAIN_STANDARDS, PLAIN_TRANSITIONS, UPPER, frame

NEXT = "2026Q4"


def counted(number: str, outcome: str) -> Figure:
    head = frame(UPPER, MIDDLE, LOWER, code=f'"{smallbank.SCHEME}"')
    book = checker.load(head + PLAIN_STANDARDS + PLAIN_TRANSITIONS)
    ref, person = MetricRef("outcome_run", "", params=(("outcome", outcome),)), manager(number)
    on = windows.period(NEXT).end
    return past.of_past([ref], [person], book=book, on=on, period=NEXT)[person.pk][ref]


def test_a_promotion_that_people_did_not_follow_counts_as_kept(cycle: Cycle, reach: Reach) -> None:
    assert find(RISING).verdict is not None
    reach(RISING, "decided")
    assert (counted(RISING, "promote").value, counted(RISING, "keep").value) == (1, 0)
    assert queries.decided(smallbank.SCHEME, [manager(RISING).pk]) == {}
    # Telling it is what makes it count.
    assert [find(RISING).decided_outcome, find(STEADY).decided_outcome] == ["keep", ""]


def test_only_what_was_told_counts(cycle: Cycle, reach: Reach) -> None:
    reach(RISING, "published")
    assert (counted(RISING, "promote").value, counted(RISING, "keep").value) == (0, 1)
    assert counted(STEADY, "keep").value == 1
    found = queries.decided(smallbank.SCHEME, [manager(RISING).pk, manager(STEADY).pk])
    assert found == {(manager(RISING).pk, smallbank.PERIOD): "keep"}
    assert queries.decided("another", [manager(RISING).pk]) == {}
