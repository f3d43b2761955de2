"""What pages show of a case beside its figures: issues, statement, scores, votes, decisions, appeals."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from appraisal import messages
from appraisal.models import Appeal, Appraisal, Decision, Issue, Score, Vote
from appraisal.queries import bodies
from appraisal.queries.board import Due, is_dated, window_end
from appraisal.queries.bodies import Body
from appraisal.queries.seats import Part
from appraisal.rules import voting
from grading import presenters as grading
from grading import queries as rulebooks
from grading.models import Verdict as Stored
from grading.rules.schema import HEADINGS
from grading.rules.verdict import Verdict
from ledger.rules import money
from managers.models import User

PARTS = {"awaited": "attention", "given": "ok", "aside": "undecided", "elsewhere": "quiet"}
Group = tuple[str, list[tuple[str, str]]]


def criteria(stored: Stored) -> list[Group]:
    """Every line an issue or an appeal may name, own standard first: title of the group, codes and names."""
    verdict, book = Verdict.from_dict(stored.result), rulebooks.rulebook(stored.rulebook)
    order = sorted(verdict.standards, key=lambda code: code != verdict.grade)
    trees = [
        (_("%(grade)s标准") % {"grade": grading.grade_short(book, code)}, [verdict.standards[code]])
        for code in order
    ]
    trees += [
        (_("在岗最低线"), [verdict.on_post] if verdict.on_post else []),
        (_("否决项"), [*verdict.vetoes]),
    ]
    seen: set[str] = set()
    return [
        (title, lines)
        for title, roots in trees
        if (lines := [(leaf.code, grading.name(leaf)) for leaf in _new(roots, seen)])
    ]


def _new(roots: Iterable[Any], seen: set[str]) -> list[Any]:
    """The leaves not named before: standards share some."""
    found = {leaf.code: leaf for root in roots for leaf in root.leaves() if leaf.code not in seen}
    seen |= found.keys()
    return list(found.values())


def criterion(stored: Stored | None, code: str) -> str:
    """The name of a line with its group; the code itself where the verdict has no such line."""
    for title, lines in criteria(stored) if stored else ():
        for each, name in lines:
            if each == code:
                return f"{title} · {name}"
    return code


def issues(rows: Iterable[Issue]) -> list[dict[str, Any]]:
    """Issues with the line they name and how they stand."""
    return [{"row": row, "name": criterion(row.verdict, row.code), "tag": _answer(row)} for row in rows]


def _answer(row: Issue) -> dict[str, str]:
    if row.accepted is None:
        return {"state": "attention", "text": _("待答复")}
    return {"state": "ok" if row.accepted else "quiet", "text": _("已采纳") if row.accepted else _("未采纳")}


def appeal(row: Appeal) -> dict[str, Any]:
    """An appeal with the line it names and its ending."""
    tones = {"granted": "ok", "rejected": "quiet", "withdrawn": "quiet", "": "attention"}
    return {
        "row": row,
        "name": criterion(row.against.verdict, row.criterion),
        "against": row.against.number,
        "tag": {
            "state": tones[row.ending],
            "text": str(row.get_ending_display()) if row.ending else _("审理中"),
        },
    }


def window(row: Appraisal) -> str:
    """The last day of the draft window in words, "" where the rulebook sets none."""
    return window_end(row).isoformat() if is_dated(row) else ""


def due(found: Due) -> dict[str, Any]:
    """What a case waits for in words."""
    return {"step": found.step, "ready": found.ready, "text": _waits(found)}


def _waits(found: Due) -> str:
    word = str(messages.DUE.get(found.step, ""))
    if found.step == "finish_scores":
        words = {"given": found.given, "members": found.members, "needed": found.needed}
        return _("小组评议 %(given)s / %(members)s 人，至少 %(needed)s 人") % words
    if found.step == "close" and found.ready:
        return _("申诉期已于 %(day)s 届满") % {"day": found.day}
    if found.step == "skip_statement" and found.ready:
        return _("自述期已于 %(day)s 届满") % {"day": found.day}
    if found.day is None or found.ready:
        return word
    return _("%(what)s，至 %(day)s") % {"what": word, "day": found.day}


def part(found: Part, *, votes: bool) -> dict[str, Any]:
    """A person's part in a case as a tag."""
    words = {
        "awaited": _("待我表决") if votes else _("待我评议"),
        "given": _("我已表决") if votes else _("我已评议"),
        "elsewhere": _("由其他小组办理"),
    }
    aside = messages.ASIDE.get(found.tie, "")
    text = words.get(found.state) or _("须回避：%(why)s") % {"why": aside}
    return {"state": PARTS[found.state], "text": text, "part": found.state}


def body(found: Body) -> dict[str, Any]:
    """Who decides, and who stands aside for which reason."""
    return {
        "name": _("%(branch)s领导小组") % {"branch": found.branch.name} if found.branch else _("尚未指定"),
        "members": [str(member) for member in found.members],
        "chair": str(found.chair) if found.chair else "",
        "aside": [{"name": str(user), "why": str(messages.ASIDE.get(tie, tie))} for user, tie in found.aside],
    }


def spread(given: Sequence[Score], row: Appraisal) -> dict[str, Any] | None:
    """Least, mean and greatest score of each heading, and the mean weighted as the rulebook has it."""
    if not given:
        return None
    weights = bodies.procedure_of(row).weights
    points = [{heading: getattr(each, heading) for heading in HEADINGS} for each in given]
    return {
        "count": len(given),
        "mean": _rounded(voting.mean(points, weights)),
        "rows": [_heading(heading, [each[heading] for each in points], weights) for heading in HEADINGS],
        "each": [
            {"by": _who(score), "points": [_rounded(value[heading]) for heading in HEADINGS]}
            | {"note": score.note, "mean": _rounded(voting.mean([value], weights))}
            for score, value in zip(given, points, strict=True)
        ],
    }


def _heading(heading: str, values: list[Decimal], weights: Any) -> dict[str, Any]:
    return {
        "name": str(messages.HEADINGS[heading]),
        "weight": weights.get(heading, 0) if weights else 1,
        "least": _rounded(min(values)),
        "mean": _rounded(sum(values, Decimal(0)) / len(values)),
        "most": _rounded(max(values)),
    }


def _rounded(value: Decimal | None) -> str:
    return "" if value is None else str(money.round_half_up(value, 1))


def _who(row: Score | Vote) -> str:
    """Who handed it in, and for whom."""
    if row.on_behalf_of is None:
        return str(row.by)
    return _("%(by)s 代 %(whom)s") % {"by": row.by, "whom": row.on_behalf_of}


def votes(rows: Iterable[Vote]) -> list[dict[str, Any]]:
    """Votes as they were cast."""
    return [
        {"by": _who(row), "text": str(row.get_outcome_display()), "reason": row.reason, "at": row.at}
        for row in rows
    ]


def decisions(rows: Sequence[Decision], cast: Sequence[Vote]) -> list[dict[str, Any]]:
    """Decisions, the latest first: outcome, ground, count and terms, what differs from the one before."""
    people = _people(rows)
    return [_decision(row, cast, people) for row in sorted(rows, key=lambda row: -row.number)]


def _people(rows: Iterable[Decision]) -> dict[int, str]:
    ids = {pk for row in rows for pk, _tie in row.tally.get("aside", [])}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)} if ids else {}


def _decision(row: Decision, cast: Sequence[Vote], people: dict[int, str]) -> dict[str, Any]:
    kept, names = row.tally, dict(Appraisal.Outcome.choices)
    return {
        "row": row,
        "grade": _grade(row.grade, row.verdict),
        "counts": [f"{names[code]} {count}" for code, count in kept.get("counts", {}).items()],
        "members": len(kept.get("members", [])),
        "needed": kept.get("needed", 0),
        "by_chair": kept.get("by_chair", False),
        "aside": [
            {"name": people.get(pk, ""), "why": str(messages.ASIDE.get(tie, tie))}
            for pk, tie in kept.get("aside", [])
        ],
        "votes": votes(each for each in cast if each.round == kept.get("round")),
        "differs": [
            _difference(name, row.differs[name], row.verdict)
            for name in ("outcome", "grade")
            if name in row.differs
        ],
    }


def _grade(code: str, stored: Stored) -> str:
    return grading.grade_short(rulebooks.rulebook(stored.rulebook), code) if code else _("无等级")


def _difference(name: str, pair: list[str], stored: Stored) -> dict[str, str]:
    names = dict(Appraisal.Outcome.choices)
    before, after = (
        str(names.get(each, each)) if name == "outcome" else _grade(each, stored) for each in pair
    )
    return {"name": _("决定") if name == "outcome" else _("等级"), "before": before, "after": after}
