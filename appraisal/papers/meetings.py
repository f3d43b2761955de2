"""会议纪要 of a day: all a body decided then, who was there, who stood aside from which case, and why."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appraisal import presenters
from appraisal.models import Decision, Vote
from appraisal.papers import numbers, recording, sheets
from appraisal.papers.sheets import Fact, Head, Minutes, Signature
from appraisal.queries.meetings import Meeting
from grading.presenters import english

Case = tuple[Decision, Sequence[Vote]]


def minutes(meeting: Meeting, *, left_out: int = 0) -> Minutes:
    """The minutes of a day's decisions, in the language that is active.

    `left_out` counts the decisions not in this copy because they are about its reader.
    """
    cases = [(each, _votes(each)) for each in meeting.decisions]
    people = recording.named(
        pk for each in meeting.decisions for pk in (*_members(each), *(pk for pk, _tie in _stood(each)))
    )
    present = _present(cases)
    return Minutes(
        head=_head(meeting),
        facts=tuple(_facts(meeting, people, present)),
        absent=tuple(_absent(cases, people)),
        items=tuple(recording.item(each.appraisal, each, votes) for each, votes in cases),
        remarks=tuple(_remarks(meeting, left_out)),
        signatures=tuple(_signatures(meeting, people, present)),
    )


def _votes(decision: Decision) -> list[Vote]:
    found = Vote.objects.filter(appraisal=decision.appraisal_id, round=decision.tally.get("round"))
    return list(found.select_related("by", "on_behalf_of").order_by("id"))


def _members(decision: Decision) -> list[int]:
    return list(decision.tally.get("members", []))


def _stood(decision: Decision) -> list[tuple[int, str]]:
    return [(pk, tie) for pk, tie in decision.tally.get("aside", [])]


def _present(cases: Sequence[Case]) -> list[int]:
    """The members for whom a vote was given on some case, in the order of their first one."""
    return list(dict.fromkeys(v.on_behalf_of_id or v.by_id for _decision, votes in cases for v in votes))


def _head(meeting: Meeting) -> Head:
    return Head(
        bank=str(settings.BANK_NAME),
        title=_("领导小组会议纪要"),
        number=numbers.meeting(meeting.decisions[0].pk, meeting.on),
        on=meeting.on,
        language="en" if english() else get_language() or "zh-hans",
    )


def _facts(meeting: Meeting, people: dict[int, str], present: Sequence[int]) -> Iterator[Fact]:
    first, last = meeting.decisions[0], meeting.decisions[-1]
    expected = {pk for each in meeting.decisions for pk in _members(each)}
    chairs = dict.fromkeys(each.tally.get("chair") or 0 for each in meeting.decisions)
    comma = ", " if english() else "、"
    yield _("时间"), f"{timezone.localtime(first.at):%Y-%m-%d %H:%M} – {timezone.localtime(last.at):%H:%M}"
    yield _("表决机构"), _("%(branch)s领导小组") % {"branch": meeting.branch}
    yield _("考核期"), presenters.period_name(meeting.cycle.period)
    yield _("主持人"), comma.join(people[pk] for pk in chairs if pk in people)
    yield _("记录"), comma.join(dict.fromkeys(str(each.by) for each in meeting.decisions))
    yield _("议题"), _("%(count)s 项") % {"count": len(meeting.decisions)}
    yield _("应到"), _people_count(len(expected))
    yield (
        _("实到"),
        _("%(count)s：%(who)s")
        % {
            "count": _people_count(len(present)),
            "who": comma.join(people.get(pk, "") for pk in present),
        },
    )


def _people_count(count: int) -> str:
    return _("%(count)s 人") % {"count": count}


def _absent(cases: Sequence[Case], people: dict[int, str]) -> Iterator[sheets.Vote]:
    """Who stood aside from a case or did not vote on it, each with the case it is about."""
    for decision, votes in cases:
        case = decision.appraisal.manager.name
        for each in recording.aside(decision.tally, votes, people):
            reason = (
                _("%(case)s：%(reason)s") % {"case": case, "reason": each.reason} if each.reason else case
            )
            yield sheets.Vote(member=each.member, vote=each.vote, reason=reason)


def _remarks(meeting: Meeting, left_out: int) -> Iterator[str]:
    """The terms once, then by case the casting voice and why it departs from the proposal, or the reason."""
    yield from dict.fromkeys(line for each in meeting.decisions for line in recording.terms(each.tally))
    for each in meeting.decisions:
        yield from _reasons(each)
    if left_out:
        yield _("另有 %(count)s 项涉及本件读者本人，未列入本副本。") % {"count": left_out}


def _reasons(decision: Decision) -> Iterator[str]:
    words: dict[str, Any] = {"case": decision.appraisal.manager.name, "reason": decision.reason}
    if decision.tally.get("by_chair"):
        yield _("%(case)s：票数相同，以主持人的意见为准。") % words
    departs = decision.grade != decision.verdict.proposed_grade
    if decision.reason:
        text = (
            _("%(case)s：决定与测算建议不同，理由：%(reason)s")
            if departs
            else _("%(case)s：理由：%(reason)s")
        )
        yield text % words


def _signatures(meeting: Meeting, people: dict[int, str], present: Sequence[int]) -> Iterator[Signature]:
    chairs = {each.tally.get("chair") for each in meeting.decisions}
    for pk in present:
        yield Signature(role=_("主持人") if pk in chairs else _("成员"), name=people.get(pk, ""))
