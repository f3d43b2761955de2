"""The whole way of a yearly appraisal: draft, statement, scores, review, vote, appeal, end, reopening."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.utils import InternalError

from appraisal import queries, services
from appraisal.models import Appeal, Appraisal, Decision, Issue, Step, Vote
from appraisal.queries import bodies
from appraisal.rules.voting import Terms, closed, mean, tally
from managers.models import Branch, Delegation, Grant, Relation, User
from tests.appraisal import acting, full
from tests.appraisal.acting import SINCE, Staff, find, manager, refused
from tests.appraisal.full import AFTER, POINTS, TODAY, go, grade, to_cleared, to_published, to_scored
from tests.appraisal.smallbank import RISING

staff, case = full.staff, full.case


def test_every_stage_is_asked_for_in_its_order(case: Appraisal, staff: Staff) -> None:
    def offered() -> dict[str, list[str]]:
        found = {n: queries.next_steps(find(RISING), by=u, on=TODAY) for n, u in staff.items()}
        return {name: steps for name, steps in found.items() if steps and name in ("hr", "leader", "rising")}

    assert offered() == {"hr": ["measure", "skip_statement"], "rising": ["state"]}
    for early in ("review", "submit"):
        with refused("stage_lacking"):
            go(early, staff["hr"])
    with refused("window_open"):
        go("skip_statement", staff["hr"])
    go("state", staff["rising"], text="本季新增三户。")
    with refused("stage_lacking"):
        go("review", staff["hr"])
    for name in ("leader", "second", "chair"):
        assert find(RISING).state == "self_stated"
        go("score", staff[name], points=POINTS)
    assert offered() == {"hr": ["measure", "review"]}
    go("review", staff["hr"])
    go("submit", staff["hr"])
    names = [name for name, *_ in acting.log(find(RISING))]
    assert names == ["open", "measure", "state", "finish_scores", "review", "submit"]


def test_only_the_manager_states_and_the_days_over_hr_goes_on_without(case: Appraisal, staff: Staff) -> None:
    with pytest.raises(PermissionDenied, match="只能由"):
        go("state", staff["hr"], text="代写")
    with refused("statement_needs_text"):
        go("state", staff["rising"], text=" ")
    step = go("skip_statement", staff["hr"], on=TODAY + timedelta(days=6))
    assert isinstance(step, Step) and step.reason == "期限内未提交自述，按规定继续"


def test_an_issue_on_a_line_holds_the_case_until_it_is_answered(case: Appraisal, staff: Staff) -> None:
    lines = services.preparing.lines(case)
    with refused("unknown_line"):
        go("raise_issue", staff["rising"], code="no.such", text="不对")
    issue = go("raise_issue", staff["rising"], code=lines[0], text="少计一户", expected="3,800 万")
    assert isinstance(issue, Issue)
    with refused("issue_open"):
        go("state", staff["rising"], text="自述")
    with pytest.raises(PermissionDenied):
        services.answer_issue(issue, accepted=False, answer="已核", by=staff["rising"], on=TODAY)
    services.answer_issue(issue, accepted=False, answer="该户按比例计", by=staff["hr"], on=TODAY)
    with refused("issue_answered"):
        services.answer_issue(issue, accepted=True, answer="改", by=staff["hr_two"], on=TODAY)
    go("state", staff["rising"], text="自述")
    with refused("no_draft"):
        go("raise_issue", staff["rising"], code=lines[0], text="又不对")
    with pytest.raises(InternalError), transaction.atomic():
        Issue.objects.filter(pk=issue.pk).update(answer="改写")


def test_members_score_once_each_and_strangers_not_at_all(case: Appraisal, staff: Staff) -> None:
    go("state", staff["rising"], text="自述")
    go("score", staff["leader"], points=POINTS)
    with refused("scored"):
        go("score", staff["leader"], points=POINTS)
    with refused("not_in_body"):
        go("score", staff["high"], points=POINTS)
    with refused("bad_scores"):
        go("score", staff["second"], points=POINTS | {"conduct": Decimal(101)})
    with refused("no_quorum"):
        go("finish_scores", staff["hr"])
    go("score", staff["second"], points=POINTS)
    go("finish_scores", staff["hr"])
    assert find(RISING).state == "scored"
    given = find(RISING).scores.values("conduct", "ability", "diligence", "results")
    assert mean(given, bodies.procedure_of(find(RISING)).weights) == Decimal(570) / 8


def test_a_vote_is_settled_when_the_rest_cannot_change_it(case: Appraisal, staff: Staff) -> None:
    to_cleared(staff)
    vote = go("decide", staff["leader"], outcome="promote")
    assert isinstance(vote, Vote) and find(RISING).state == "cleared"
    with refused("voted"):
        go("decide", staff["leader"], outcome="keep", reason="改主意")
    step = go("decide", staff["second"], outcome="promote")
    assert isinstance(step, Step) and find(RISING).state == "decided"
    decision = Decision.objects.get()
    assert (decision.number, decision.basis, decision.outcome, decision.grade) == (
        1,
        "first",
        "promote",
        "third",
    )
    assert decision.tally["counts"] == {"promote": 2} and decision.tally["needed"] == 2
    with refused("wrong_state"):
        go("decide", staff["chair"], outcome="keep", reason="晚到")


def test_the_same_key_votes_once(case: Appraisal, staff: Staff) -> None:
    to_cleared(staff)
    first, again = (go("decide", staff["leader"], outcome="promote", key="k") for _ in range(2))
    assert first == again and Vote.objects.count() == 1


def test_the_chair_breaks_a_tie_and_may_close_the_vote(case: Appraisal, staff: Staff) -> None:
    to_cleared(staff)
    go("decide", staff["leader"], outcome="promote")
    with refused("chair_only"):
        go("close_vote", staff["second"])
    with refused("no_quorum"):
        go("close_vote", staff["chair"])
    go("decide", staff["chair"], outcome="keep", reason="再看一季")
    go("close_vote", staff["chair"])
    decision = Decision.objects.get()
    assert (decision.outcome, decision.tally["by_chair"], decision.reason) == ("keep", True, "再看一季")


def test_kin_stand_aside_and_the_quorum_counts_the_others(case: Appraisal, staff: Staff) -> None:
    Relation.objects.create(
        user=staff["second"], manager=manager(RISING), kind="kin", starts_on=SINCE, reason="配偶",
        declared_by=staff["hr"],
    )  # fmt: skip
    body = bodies.body_of(find(RISING), TODAY)
    assert [user.username for user in body.members] == ["leader", "chair"]
    assert body.aside == [(staff["second"], "kin")]
    go("state", staff["rising"], text="自述")
    with pytest.raises(PermissionDenied, match="亲属关系，须回避"):
        go("score", staff["second"], points=POINTS)
    with pytest.raises(InternalError, match="may not vote"), transaction.atomic():
        Vote.objects.create(appraisal=find(RISING), round=1, by=staff["second"], outcome="keep")


def test_a_vote_for_another_takes_that_seat_once(case: Appraisal, staff: Staff) -> None:
    to_cleared(staff)
    seat = Grant.objects.get(user=staff["leader"])
    deputy = User.objects.create(username="deputy")
    Delegation.objects.create(
        grant=seat, to=deputy, starts_on=TODAY, ends_on=TODAY, reason="休假", made_by=staff["leader"]
    )
    vote = go("decide", deputy, outcome="promote")
    assert isinstance(vote, Vote) and vote.on_behalf_of == staff["leader"]
    with refused("voted"):
        go("decide", staff["leader"], outcome="keep", reason="本人")


def test_an_appeal_is_decided_by_others_and_the_demotion_stands_meanwhile(
    case: Appraisal, staff: Staff
) -> None:
    to_published(staff)
    assert grade() == "trainee"
    line = services.preparing.lines(case)[0]
    with refused("appeal_needs_all"):
        go("appeal", staff["rising"], criterion=line, expected="", text="有误")
    with refused("appeal_late"):
        go("appeal", staff["rising"], criterion=line, expected="5,000 万", text="有误", on=AFTER)
    go("appeal", staff["rising"], criterion=line, expected="5,000 万", text="漏计一户，附对账单")
    assert (find(RISING).state, grade()) == ("appealed", "trainee")
    body = bodies.body_of(find(RISING), TODAY)
    assert [user.username for user in body.members] == ["chair"]
    assert [(user.username, why) for user, why in body.aside] == [
        ("leader", "decided_before"), ("second", "decided_before"),
    ]  # fmt: skip
    with pytest.raises(PermissionDenied, match="原决定"):
        go("decide", staff["leader"], outcome="keep", reason="维持")
    with pytest.raises(InternalError, match="decided on appraisal"), transaction.atomic():
        Vote.objects.create(appraisal=find(RISING), round=2, by=staff["leader"], outcome="keep")
    go("decide", staff["chair"], outcome="keep", reason="对账单属实")
    assert (find(RISING).state, find(RISING).decided_outcome, grade()) == ("closed", "keep", "fourth")
    second = Decision.objects.get(number=2)
    assert second.differs == {"outcome": ["demote", "keep"], "grade": ["trainee", "fourth"]}
    assert Appeal.objects.get().ending == "granted"
    assert Decision.objects.get(number=1).outcome == "demote"


def test_where_all_members_voted_the_next_body_above_hears_the_appeal(case: Appraisal, staff: Staff) -> None:
    Grant.objects.filter(user=staff["chair"]).update(ends_on=SINCE)
    to_cleared_by_two = ("leader", "second")
    go("state", staff["rising"], text="自述")
    for name in to_cleared_by_two:
        go("score", staff[name], points=POINTS)
    go("review", staff["hr"])
    go("submit", staff["hr"])
    go("clear", staff["risk"])
    for name in to_cleared_by_two:
        go("decide", staff[name], outcome="demote", reason="服务不到位")
    go("publish", staff["hr"])
    go("appeal", staff["rising"], criterion=services.preparing.lines(case)[0], expected="1", text="证据")
    body = bodies.body_of(find(RISING), TODAY)
    assert body.branch == Branch.objects.get(code="HO")
    go("decide", staff["high"], outcome="demote", reason="证据不足")
    go("decide", staff["higher"], outcome="demote", reason="证据不足")
    assert (Appeal.objects.get().ending, find(RISING).state, grade()) == ("rejected", "closed", "trainee")


def test_an_appeal_taken_back_is_not_made_again(case: Appraisal, staff: Staff) -> None:
    to_published(staff)
    words = {"criterion": services.preparing.lines(case)[0], "expected": "1", "text": "证据"}
    go("appeal", staff["rising"], **words)
    go("withdraw_appeal", staff["rising"], reason="已明白")
    assert (find(RISING).state, Appeal.objects.get().ending) == ("published", "withdrawn")
    with refused("appealed_before"):
        go("appeal", staff["rising"], **words)


def test_the_days_to_appeal_over_the_appraisal_ends_and_may_be_reopened(
    case: Appraisal, staff: Staff
) -> None:
    to_published(staff)
    with refused("window_open"):
        services.close_many([case.pk], by=staff["hr"], on=TODAY)
    services.close_many([case.pk], by=staff["hr"], on=AFTER)
    with refused("reason_needed"):
        go("reopen", staff["risk"], reason=" ")
    go("reopen", staff["risk"], reason="余额更正后结论不同")
    assert (find(RISING).state, find(RISING).decided_outcome) == ("reopened", "demote")
    services.measure(find(RISING), by=staff["hr"], on=TODAY)
    assert (find(RISING).state, find(RISING).decided_outcome, grade()) == ("measured", "", "trainee")
    to_cleared(staff)
    for name in ("leader", "second"):
        go("decide", staff[name], outcome="promote")
    go("publish", staff["hr"])
    assert grade() == "third"
    assert Decision.objects.get(number=2).differs == {
        "outcome": ["demote", "promote"], "grade": ["trainee", "third"],
    }  # fmt: skip


def test_risk_returns_to_the_step_it_names(case: Appraisal, staff: Staff) -> None:
    to_scored(staff)
    go("review", staff["hr"])
    go("submit", staff["hr"])
    go("send_back", staff["risk"], reason="评分无依据", to="scores")
    with refused("answer_needed"):
        go("resume", staff["hr"], reason="")
    go("resume", staff["hr"], reason="请重新评议")
    assert (find(RISING).state, find(RISING).round) == ("self_stated", 2)
    for name in ("leader", "second", "chair"):
        go("score", staff[name], points=POINTS)
    assert find(RISING).state == "scored"


def test_terms_of_a_vote() -> None:
    again = Terms(tie="again")
    assert tally({1: "keep", 2: "promote"}, 2, again).settled == "again"
    assert tally({1: "keep", 2: "promote"}, 2, Terms(tie="refused")).outcome == "keep"
    assert tally({1: "promote", 2: "demote"}, 2, Terms(), chair=2).outcome == "demote"
    assert tally({1: "promote", 2: "demote"}, 2, Terms(), chair=3).outcome == "keep"
    assert tally({1: "promote", 2: "promote"}, 5, Terms()).settled == "open"
    assert tally({1: "promote", 2: "promote", 3: "promote"}, 5, Terms()).outcome == "promote"
    assert closed({1: "promote", 2: "promote", 3: "keep"}, 5, Terms()).outcome == "promote"
    assert closed({1: "promote", 2: "promote"}, 5, Terms()).settled == "open"
    two_thirds = Terms(Decimal("0.6667"), Decimal("0.6667"))
    assert tally({1: "promote", 2: "promote", 3: "keep"}, 3, two_thirds).outcome == "keep"
