"""会议纪要 of a decision: who could vote, who stood aside and why, every vote, the count and its terms."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appraisal import presenters
from appraisal.models import Appraisal, Decision, Vote
from appraisal.papers import numbers, sheets
from appraisal.papers.sheets import Fact, Head, Item, Minutes, Signature
from grading import presenters as grading
from grading import queries as rulebooks
from ledger.rules import money
from managers.models import Branch, User


def vote_record(appraisal: Appraisal) -> Minutes:
    """The record of the latest decision on an appraisal, dated on it, in the language that is active."""
    decision = appraisal.decisions.select_related("verdict__rulebook", "by").latest("number")
    kept = decision.tally
    votes = Vote.objects.filter(appraisal=appraisal, round=kept.get("round")).select_related(
        "by", "on_behalf_of"
    )
    people = named([*kept.get("members", []), *(pk for pk, _tie in kept.get("aside", []))])
    return Minutes(
        head=_head(appraisal, decision),
        facts=tuple(_facts(decision, people)),
        absent=tuple(aside(kept, votes, people)),
        items=(item(appraisal, decision, votes),),
        remarks=tuple(remarks(decision)),
        signatures=tuple(
            Signature(role=_("成员"), name=people[pk]) for pk in kept.get("members", []) if pk in people
        ),
    )


def named(ids: Iterable[int]) -> dict[int, str]:
    """People by their ids, as papers call them."""
    return {user.pk: str(user) for user in User.objects.filter(pk__in=list(ids))}


def _head(appraisal: Appraisal, decision: Decision) -> Head:
    on = timezone.localtime(decision.at).date()
    return Head(
        bank=str(settings.BANK_NAME),
        title=_("考核表决记录"),
        number=numbers.minutes(decision.pk, on),
        on=on,
        language="en" if grading.english() else get_language() or "zh-hans",
    )


def _facts(decision: Decision, people: Mapping[int, str]) -> Iterator[Fact]:
    kept = decision.tally
    yield _("时间"), f"{timezone.localtime(decision.at):%Y-%m-%d %H:%M}"
    branch = Branch.objects.filter(code=kept.get("branch", "")).first()
    yield _("表决机构"), _("%(branch)s领导小组") % {"branch": branch.name} if branch else ""
    yield _("主持人"), people.get(kept.get("chair") or 0, "")
    yield _("记录"), str(decision.by)
    yield _("依据"), str(decision.get_basis_display())
    yield _("轮次"), str(kept.get("round", ""))
    yield _("应表决"), str(len(kept.get("members", [])))
    yield _("法定人数"), str(kept.get("needed", ""))


def aside(kept: Mapping[str, Any], votes: Iterable[Vote], people: Mapping[int, str]) -> Iterator[sheets.Vote]:
    """Who of a body did not vote on a case, and why."""
    words = {
        "own": _("本人的考核"),
        "kin": _("与被考核人有亲属关系"),
        "superior": _("被考核人是其上级"),
        "decided_before": _("参与过原决定"),
    }
    for pk, tie in kept.get("aside", []):
        yield sheets.Vote(member=people.get(pk, ""), vote=_("回避"), reason=words.get(tie, tie))
    voted = {vote.on_behalf_of_id or vote.by_id for vote in votes}
    for pk in kept.get("members", []):
        if pk not in voted:
            yield sheets.Vote(member=people.get(pk, ""), vote=_("未表决"))


def item(appraisal: Appraisal, decision: Decision, votes: Iterable[Vote]) -> Item:
    """One decision with its votes as an item of a meeting."""
    words = {"name": str(appraisal.manager), "period": presenters.period_name(appraisal.cycle.period)}
    stored = decision.verdict
    proposed = (grading.outcome_word(stored.outcome), _grade(decision, stored.proposed_grade))
    decided = (str(decision.get_outcome_display()), _grade(decision, decision.grade))
    names = dict(Appraisal.Outcome.choices)
    counts = [f"{names[code]} {count}" for code, count in decision.tally.get("counts", {}).items()]
    return Item(
        title=_("%(name)s %(period)s考核") % words,
        proposal=_("测算建议：%(what)s") % {"what": " · ".join(filter(None, proposed))},
        tally=(", " if grading.english() else "，").join(counts),
        resolution=" · ".join(filter(None, decided)),
        votes=tuple(_vote(vote) for vote in votes),
    )


def _vote(vote: Vote) -> sheets.Vote:
    member = str(vote.by)
    if vote.on_behalf_of is not None:
        member = _("%(by)s 代 %(whom)s") % {"by": vote.by, "whom": vote.on_behalf_of}
    return sheets.Vote(member=member, vote=str(vote.get_outcome_display()), reason=vote.reason)


def _grade(decision: Decision, code: str) -> str:
    book = rulebooks.rulebook(decision.verdict.rulebook)
    return next((grading.titled(grade) for grade in book.grades if grade.code == code), code)


def remarks(decision: Decision) -> Iterator[str]:
    """The terms of the vote, the chair's casting voice, and the reason given."""
    kept = decision.tally
    yield from terms(kept)
    if kept.get("by_chair"):
        yield _("票数相同，以主持人的意见为准。")
    if decision.reason:
        yield _("理由：%(reason)s") % {"reason": decision.reason}


def terms(kept: Mapping[str, Any]) -> Iterator[str]:
    """Quorum and majority of a vote, where its record keeps them."""
    if "majority" in kept:
        shares = {name: money.share_percent(Decimal(kept[name])) for name in ("quorum", "majority")}
        yield _("法定人数为可表决人数的 %(quorum)s，通过须超过所投票数的 %(majority)s。") % shares
