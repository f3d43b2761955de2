"""Who is told of an appraisal's steps, and that nothing stays open when it has moved on."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from appraisal import deadlines as turns
from appraisal import services
from appraisal.models import Cycle
from appraisal.services.telling import told
from ledger.services import verification
from managers import notices
from managers.models import Notice, User
from managers.services import deadlines
from tests.appraisal import acting
from tests.appraisal.acting import Staff, Take, find
from tests.appraisal.smallbank import STEADY


def opened() -> list[tuple[str, str]]:
    """The open notices about one appraisal: to whom and what."""
    found = Notice.objects.filter(subject=f"appraisal:{find(STEADY).pk}").waiting()
    return sorted(found.values_list("to__username", "code"))


def i13() -> tuple[str, ...]:
    (result,) = [each.check(True) for each in verification._INVARIANTS if each.code == "I13"]
    return result.hits


def test_each_step_tells_whose_turn_it_is_next(staff: Staff, cycle: Cycle, take: Take) -> None:
    manager = acting.manager(STEADY)
    manager.user = User.objects.create(username="steady")
    manager.save()
    assert opened() == [("hr", "appraisal_measured"), ("hr_two", "appraisal_measured")]
    take("submit", STEADY, "hr")
    assert opened() == [("risk", "appraisal_in_risk_queue"), ("risk_two", "appraisal_in_risk_queue")]
    take("send_back", STEADY, "risk", reason="证据不足")
    assert opened() == [("hr", "appraisal_returned")]
    services.measure(find(STEADY), by=staff["hr"], on=acting.ON, reason="已核实")
    take("submit", STEADY, "hr")
    take("clear", STEADY, "risk")
    assert opened() == [("leader", "appraisal_cleared")]
    take("decide", STEADY, "leader", outcome="keep", reason="先稳定一季")
    assert opened() == [("hr", "appraisal_decided"), ("hr_two", "appraisal_decided")]
    take("publish", STEADY, "hr")
    assert (opened(), i13()) == ([], ())
    (news,) = Notice.objects.filter(to=manager.user)
    assert (notices.title(news), news.tone, news.url) == (
        "您的 2026 年第三季度考核结果已公布",
        "news",
        "/me/",
    )


def test_what_lies_too_long_goes_up_the_tree_by_the_rulebooks_days(
    staff: Staff, cycle: Cycle, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    take("submit", STEADY, "hr")
    row = find(STEADY)
    since = timezone.localdate(row.state_since)
    assert turns.due_on(row) == since + timedelta(days=10)
    deadlines.tick(on=since + timedelta(days=11))
    late = Notice.objects.filter(subject=f"appraisal:{row.pk}").waiting().order_by("to__username")
    # nobody above the branch holds a role of risk: its own officers are reminded, and that is all
    assert list(late.values_list("to__username", "tone")) == [("risk", "reminder"), ("risk_two", "reminder")]
    acting.grant(User.objects.create(username="head"), "head_risk", branch="HO")
    deadlines.tick(on=since + timedelta(days=11))
    assert list(late.values_list("to__username", "tone")) == [
        ("head", "escalation"),
        ("risk", "reminder"),
        ("risk_two", "reminder"),
    ]
    assert row.verdict is not None
    monkeypatch.setitem(
        turns.grading.rulebook(row.verdict.rulebook).procedure.deadlines,
        "in_risk_queue",
        3,
    )
    assert turns.due_on(row) == since + timedelta(days=3)


def test_what_is_measured_again_stays_as_overdue_as_it_was(staff: Staff, cycle: Cycle) -> None:
    row = find(STEADY)
    late = timezone.localdate(row.state_since) + timedelta(days=11)
    with time_machine.travel(late, tick=True):
        deadlines.tick(on=late)
        told("measure", [find(STEADY)], None)
        found = Notice.objects.filter(subject=f"appraisal:{row.pk}").waiting().order_by("to__username")
        assert list(found.values_list("to__username", "tone")) == [
            ("hr", "reminder"),
            ("hr_head", "escalation"),
            ("hr_two", "reminder"),
        ]
