"""What pages show of look-backs: what was found, the difference line by line, and what relied on it."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from appraisal import dossiers, presenters
from appraisal.models import Appraisal, LookBack
from credit.models import LoanClass
from grading import presenters as grading
from grading import queries as rulebooks
from grading.rules.verdict import Verdict
from ledger.metrics import units

#: Loans that the sentence of a review names.
NAMED = 3
TAGS = {"open": "attention", "reopened": "info", "dismissed": "quiet"}


def row(review: LookBack) -> dict[str, Any]:
    """A review in a list: whose case, why it was opened, what it comes to, how it stands."""
    case = review.appraisal
    return {
        "review": review,
        "manager": case.manager,
        "period": presenters.period_name(case.cycle.period),
        "finding": finding(review),
        "tag": {"state": TAGS[str(review.state)], "text": str(review.get_state_display())},
    }


def finding(review: LookBack) -> str:
    """What was found, in one sentence."""
    if review.kind == LookBack.Kind.DOWNGRADE:
        return _downgraded(loans(review))
    found = review.found
    before, after = (grading.outcome_word(found[side]["outcome"]) for side in ("before", "after"))
    if before != after:
        return _("结论由“%(before)s”变为“%(after)s”") % {"before": before, "after": after}
    return _("结论仍为“%(outcome)s”，建议等级或否决项有变") % {"outcome": after}


def _downgraded(found: list[dict[str, Any]]) -> str:
    if len(found) == 1:
        return _("贷款 %(account)s 于 %(on)s 由%(before)s降为%(after)s") % found[0]
    accounts = (", " if grading.english() else "、").join(each["account"] for each in found[:NAMED])
    accounts += "…" if len(found) > NAMED else ""
    return _("考核期后 %(count)s 笔贷款降为不良：%(accounts)s") % {"count": len(found), "accounts": accounts}


def loans(review: LookBack) -> list[dict[str, Any]]:
    """The loans that went bad since, with their classes in words."""
    words = {"before": "from", "after": "to"}
    return [
        each | {side: _loan_class(each[stored]) for side, stored in words.items()} for each in review.loans
    ]


def _loan_class(code: str) -> str:
    return str(dict(LoanClass.choices).get(code, code))


def lines(review: LookBack) -> list[dict[str, Any]]:
    """The criteria that differ, before and after, with the unit of the figure."""
    known = units()
    stored = review.appraisal.verdict
    names = (
        {code: f"{title} · {name}" for title, group in dossiers.criteria(stored) for code, name in group}
        if stored
        else {}
    )
    return [
        {
            "name": names.get(line["code"], line["title"]),
            "unit": known.get(line["metric"], "") or "CNY",
            "before": line["before"] or {},
            "after": line["after"] or {},
        }
        for line in review.found.get("lines", [])
    ]


def sides(review: LookBack) -> list[dict[str, str]]:
    """What the verdict said before and says after."""
    if review.kind == LookBack.Kind.DOWNGRADE or review.appraisal.verdict is None:
        return []
    stored = review.appraisal.verdict
    book = rulebooks.rulebook(stored.rulebook)
    pairs = [review.found["before"], review.found["after"]]
    words = [grading.outcome_word(each["outcome"]) for each in pairs]
    grades = [grading.grade_short(book, each["grade"]) for each in pairs]
    titles = {veto.code: grading.titled(veto) for veto in Verdict.from_dict(stored.result).vetoes}
    comma = ", " if grading.english() else "、"
    struck = [comma.join(titles.get(code, code) for code in each["struck"]) or _("无") for each in pairs]
    rows = ((_("结论"), words), (_("建议等级"), grades), (_("一票否决"), struck))
    return [{"name": name, "before": before, "after": after} for name, (before, after) in rows]


def relied(review: LookBack) -> Iterator[str]:
    """What was built on the decision that was told."""
    for each in review.relied:
        yield _RELIED[each["kind"]](each, review)


def _grade(code: str, review: LookBack) -> str:
    stored = review.appraisal.verdict
    return grading.grade_short(rulebooks.rulebook(stored.rulebook), code) if stored and code else _("无等级")


_RELIED = {
    "decision": lambda each, _review: (
        _("第 %(number)s 次决定：%(outcome)s")
        % {"number": each["number"], "outcome": Appraisal.Outcome(each["outcome"]).label}
    ),
    "grade": lambda each, review: (
        _("等级记录：自 %(on)s 起为%(grade)s") % {"on": each["on"], "grade": _grade(each["grade"], review)}
    ),
    "pay": lambda each, _review: (
        _("薪酬：%(item)s %(amount)s 元") % {"item": each["item"], "amount": each["amount"]}
    ),
    "appraisal": lambda each, _review: (
        _("以后的考核：%(period)s") % {"period": presenters.period_name(each["period"])}
    ),
}
