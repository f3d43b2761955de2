"""Anybody tries anything in any order: after every act the case is still one honest story.

Acts are drawn by hypothesis: every step by everybody, votes and scores, kin declared, seats delegated,
people leaving the group, appeals, reopenings, days passing. A refusal is fine; a breach is not, nor is an
error of the database that the services should have foreseen. WALKS=200 digs deeper.
"""

import itertools
import os
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appraisal import queries, services
from appraisal.models import STANDING, TOLD, Appraisal, Decision, State, Step
from appraisal.rules.procedure import STEPS
from appraisal.services import sweeping
from grading import queries as grading
from managers.models import Grant, Relation, User
from managers.services import delegations, relations, stepping
from tests.appraisal import full
from tests.appraisal.acting import SINCE, Staff, find, manager
from tests.appraisal.smallbank import END, RISING

WHO = ("hr", "hr_two", "risk", "risk_two", "leader", "second", "chair", "high", "higher", "rising", "auditor")
NAMES = (
    "measure", "state", "skip_statement", "finish_scores", "review", "submit", "clear", "send_back", "resume",
    "decide", "close_vote", "score", "publish", "appeal", "withdraw_appeal", "close", "reopen",
    "issue", "answer", "kin", "unkin", "delegate", "leave", "sweep", "next_day",
)  # fmt: skip
OUTCOMES = ("keep", "promote", "demote", "extend", "remove")
#: The usual way, so that walks come far: each of these is drawn as often as all else together.
USUAL = (
    ("state", "rising"), ("score", "leader"), ("score", "second"), ("score", "chair"), ("review", "hr"),
    ("submit", "hr"), ("clear", "risk"), ("decide", "leader"), ("decide", "second"), ("publish", "hr"),
    ("appeal", "rising"), ("decide", "chair"), ("reopen", "risk"), ("measure", "hr_two"),
)  # fmt: skip

#: The people and the measured case of the full procedure.
staff, case = full.staff, full.case


class Walk:
    """One story, from the measured case on."""

    def __init__(self, staff: Staff) -> None:
        self.staff, self.on = staff, timezone.localdate()
        self.line = services.preparing.lines(find(RISING))[0]

    def act(self, name: str, who: str, outcome: str) -> None:
        special: Callable[..., Any] | None = getattr(self, f"_{name}", None)
        try:
            with transaction.atomic():
                if special is not None:
                    special(self.staff[who], outcome)
                else:
                    getattr(services, name)(find(RISING), by=self.staff[who], on=self.on, **self._words(name))
        except (stepping.Refusal, PermissionDenied) as refusal:
            assert str(refusal).strip()

    def _words(self, name: str) -> dict[str, Any]:
        words: dict[str, dict[str, Any]] = {
            "state": {"text": "自述"},
            "send_back": {"reason": "请核对", "to": "scores"},
            "resume": {"reason": "已核对"},
            "measure": {"reason": "已核对"},
            "appeal": {"criterion": self.line, "expected": "1", "text": "证据"},
            "reopen": {"reason": "数据更正"},
        }
        return words.get(name, {})

    def _decide(self, who: User, outcome: str) -> None:
        services.decide(find(RISING), outcome=outcome, by=who, on=self.on, reason="理由")

    def _score(self, who: User, outcome: str) -> None:
        points = dict.fromkeys(("conduct", "ability", "diligence", "results"), Decimal(80))
        services.score(find(RISING), points=points, by=who, on=self.on)

    def _close(self, who: User, outcome: str) -> None:
        services.close_many([find(RISING).pk], by=who, on=self.on)

    def _issue(self, who: User, outcome: str) -> None:
        services.raise_issue(find(RISING), code=self.line, text="不对", by=who, on=self.on)

    def _answer(self, who: User, outcome: str) -> None:
        issue = find(RISING).issues.filter(accepted=None).first()
        if issue is not None:
            services.answer_issue(issue, accepted=False, answer="已核", by=who, on=self.on)

    def _kin(self, who: User, outcome: str) -> None:
        if who.username != "rising":
            words = {"kind": "kin", "starts_on": self.on, "reason": "本人申报的亲属关系"}
            relations.declare(
                user=who, manager=manager(RISING), by=self.staff["hr_head"], on=self.on, **words
            )

    def _unkin(self, who: User, outcome: str) -> None:
        for row in Relation.objects.filter(user=who, ends_on=None):
            relations.end(row.pk, by=self.staff["hr_head"], on=self.on, ends_on=self.on, reason="关系已解除")

    def _delegate(self, who: User, outcome: str) -> None:
        grant = Grant.objects.filter(role="group_member").exclude(user=who).order_by("pk").first()
        if grant is not None:
            span = {"starts_on": self.on, "ends_on": self.on + timedelta(days=30)}
            delegations.make(grant, to=who, by=grant.user, on=self.on, reason="休假", **span)

    def _leave(self, who: User, outcome: str) -> None:
        if who.username in ("second", "high"):
            who.grants.update(ends_on=SINCE)

    def _sweep(self, who: User, outcome: str) -> None:
        sweeping.end_windows(self.on)

    def _next_day(self, who: User, outcome: str) -> None:
        self.on += timedelta(days=6)


def check(row: Appraisal) -> None:
    """What must hold after every act."""
    steps = list(Step.objects.filter(appraisal=row).order_by("id"))
    assert all(a.to_state == b.from_state for a, b in itertools.pairwise(steps))
    assert steps[-1].to_state == row.state and not queries.unlogged().exists()
    decisions = list(Decision.objects.filter(appraisal=row).order_by("number"))
    assert [each.number for each in decisions] == list(range(1, len(decisions) + 1))
    assert bool(row.decided_outcome) == (row.state in STANDING)
    if row.state in STANDING:
        assert (row.decided_outcome, row.decided_grade) == (decisions[-1].outcome, decisions[-1].grade)
    _check_seats(row, steps)
    _check_votes(row)
    _check_grade(row, steps, decisions)


def _check_seats(row: Appraisal, steps: list[Step]) -> None:
    """One person, one seat; the own steps by the manager alone."""
    seats: dict[int, set[str]] = {}
    for step in steps:
        for who in filter(None, (step.by_id, step.on_behalf_of_id)):
            if step.name != "open":
                seats.setdefault(who, set()).add(STEPS[step.name].seat)
    assert all(len(each) == 1 for each in seats.values())
    own = row.manager.user_id
    assert all((step.by_id == own) == (STEPS[step.name].seat == "self") for step in steps if step.by_id)


def _check_votes(row: Appraisal) -> None:
    """One vote a seat and round; on an appeal nobody who voted before."""
    votes = list(row.votes.order_by("id"))
    seats = [(vote.round, vote.on_behalf_of_id or vote.by_id) for vote in votes]
    assert len(seats) == len(set(seats))
    assert row.manager.user_id not in {who for vote in votes for who in (vote.by_id, vote.on_behalf_of_id)}
    for appeal in row.appeals.exclude(ending="withdrawn"):
        before = {who for v in votes if v.round < appeal.round for who in (v.by_id, v.on_behalf_of_id) if who}
        heard = {v.by_id for v in votes if v.round == appeal.round and appeal.against.number == 1}
        assert not before & heard


def _check_grade(row: Appraisal, steps: list[Step], decisions: list[Decision]) -> None:
    """The grade after the period is that of the last decision that was told, else the one judged."""
    assert row.verdict is not None
    told = sum(1 for step in steps if step.name in ("publish", "resolve"))
    grade = decisions[told - 1].grade if told else row.verdict.grade_code
    on = END + timedelta(days=1)
    assert grading.grades_on(on, [row.manager_id]).get(row.manager_id, "") == grade
    assert told <= len(decisions) and (row.state not in TOLD or told)


ACTS = st.one_of(
    st.tuples(st.sampled_from(USUAL), st.sampled_from(OUTCOMES)).map(lambda each: (*each[0], each[1])),
    st.tuples(st.sampled_from(NAMES), st.sampled_from(WHO), st.sampled_from(OUTCOMES)),
)


@settings(
    max_examples=int(os.environ.get("WALKS", "8")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=st.lists(ACTS, min_size=5, max_size=40))
def test_any_story_is_honest(case: Appraisal, staff: Staff, acts: list[tuple[str, str, str]]) -> None:
    with transaction.atomic():
        walk = Walk(staff)
        for name, who, outcome in acts:
            walk.act(name, who, outcome)
            check(find(RISING))
        transaction.set_rollback(True)


def test_the_usual_way_comes_to_a_decided_appeal(case: Appraisal, staff: Staff) -> None:
    walk = Walk(staff)
    for name, who in USUAL:
        walk.act(name, who, "demote")
        check(find(RISING))
    assert State(find(RISING).state) in (State.MEASURED, State.UNDECIDED)
    assert Decision.objects.count() == 2
