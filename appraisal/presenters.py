"""What pages show of the procedure: the timeline, the queue, the evidence; in the reader's language."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import deadlines, messages
from appraisal.models import TOLD, Appraisal, State, Step
from appraisal.queries import bodies
from appraisal.queries.meetings import Held
from appraisal.rules import procedure
from grading import points, queries
from grading import presenters as grading
from grading.models import Verdict as Stored
from grading.rules.reasons import Reason
from grading.rules.verdict import Verdict
from ledger.rules.windows import period

#: The usual way of an appraisal, from state to the step that leaves it.
WAY = (
    (State.OPENED, "measure"),
    (State.MEASURED, "state"),
    (State.SELF_STATED, "finish_scores"),
    (State.SCORED, "review"),
    (State.HR_REVIEWED, "submit"),
    (State.IN_RISK_QUEUE, "clear"),
    (State.CLEARED, "decide"),
    (State.DECIDED, "publish"),
)
#: Where a state that is off the way joins it.
JOINS = {State.UNDECIDED: State.OPENED, State.RETURNED: State.OPENED, State.REOPENED: State.OPENED}
STATE_TAGS = {
    State.OPENED: "quiet",
    State.UNDECIDED: "missing",
    State.MEASURED: "info",
    State.SELF_STATED: "info",
    State.SCORED: "info",
    State.HR_REVIEWED: "info",
    State.IN_RISK_QUEUE: "info",
    State.RETURNED: "attention",
    State.CLEARED: "info",
    State.DECIDED: "info",
    State.PUBLISHED: "ok",
    State.APPEALED: "attention",
    State.CLOSED: "ok",
    State.REOPENED: "attention",
}
OUTCOME_TAGS = {
    "vetoed": "veto",
    "warn": "attention",
    "demote": "not_met",
    "undecided": "missing",
    "promote": "met",
    "keep": "quiet",
    "remove": "not_met",
    "not_ranked": "quiet",
}
RETURN_KINDS = {
    "figures": gettext_lazy("数据有误"),
    "evidence": gettext_lazy("证据不足"),
    "veto": gettext_lazy("否决项须核实"),
    "spike": gettext_lazy("季末冲高须说明"),
    "transfers": gettext_lazy("移交须说明"),
    "other": gettext_lazy("其他"),
}


def state_tag(state: str) -> dict[str, str]:
    """A state of an appraisal as a tag."""
    return {"state": STATE_TAGS[State(state)], "text": str(State(state).label)}


def period_name(code: str) -> str:
    """The period of a cycle in words."""
    return grading.period_name(period(code))


def decided_in(numbers: Iterable[str]) -> dict[str, str]:
    """What a grade that rests on an appraisal says of it: `73`, or `73/2` for its second decision."""
    wanted = {number: number.partition("/") for number in numbers}
    rows = Appraisal.objects.filter(pk__in=[int(parts[0]) for parts in wanted.values()])
    periods = {str(pk): period_name(code) for pk, code in rows.values_list("pk", "cycle__period")}
    return {
        number: _("%(period)s考核第 %(number)s 次决定") % {"period": periods[pk], "number": again}
        if again
        else _("%(period)s考核决定") % {"period": periods[pk]}
        for number, (pk, _slash, again) in wanted.items()
        if pk in periods
    }


def meetings(found: Iterable[Held]) -> list[Held]:
    """Meetings with their periods in words."""
    return [replace(each, period=period_name(each.period)) for each in found]


def timeline(appraisal: Appraisal, steps: Iterable[Step], *, named: bool) -> list[dict[str, Any]]:
    """What happened and what is to come. Unless `named`, people appear as their seat only."""
    done = [_done(step, named=named) for step in steps]
    ahead = [{"label": str(messages.STEPS[name]), "state": "todo"} for name in still_to_come(appraisal)]
    if ahead:
        ahead[0] |= {"state": "current", "at": "", "by": str(State(appraisal.state).label)}
    return [*done, *ahead]


def still_to_come(appraisal: Appraisal) -> list[str]:
    """The steps between an appraisal and its publication, those its rulebook does not ask for left out."""
    state = State(appraisal.state)
    if state == State.APPEALED:
        return ["resolve"]
    states = [each for each, _name in WAY]
    at = JOINS.get(state, state)
    stages = bodies.stages_of(appraisal) if appraisal.verdict else ()
    ahead = [name for _state, name in WAY[states.index(at) :]] if at in states else []
    return [name for name in ahead if procedure.STAGE_OF.get(name, "") in ("", *stages)]


def _done(step: Step, *, named: bool) -> dict[str, Any]:
    return {
        "label": str(messages.STEPS[step.name]),
        "state": "failed" if step.name == "send_back" else "done",
        "at": step.at,
        "by": (str(step.by) if step.by else _("系统")) if named else seat(step.name),
        # Why risk sent it back, or what the group wrote down, is not for the person concerned.
        "note": step.reason if named else "",
    }


def seat(name: str) -> str:
    """From which seat a step is taken."""
    return str(messages.SEATS[procedure.STEPS[name].seat])


def result(appraisal: Appraisal) -> dict[str, Any] | None:
    """The published decision; None before it is told."""
    if appraisal.state not in TOLD or appraisal.verdict is None:
        return None
    book = queries.rulebook(appraisal.verdict.rulebook)
    return {
        "outcome": appraisal.get_decided_outcome_display(),
        "grade": grading.grade_short(book, appraisal.decided_grade),
        "changed": appraisal.decided_outcome != Appraisal.Outcome.KEEP,
        "up": appraisal.decided_outcome == Appraisal.Outcome.PROMOTE,
    }


def row(appraisal: Appraisal, now: datetime) -> dict[str, Any]:
    """One appraisal in a list: who, from which grade to which, the two averages, flags, how long it waits."""
    shown: dict[str, Any] = {
        "appraisal": appraisal,
        "manager": appraisal.manager,
        "days": (now - appraisal.state_since).days,
        "late": _late(appraisal, now),
        "tag": state_tag(appraisal.state),
        "flags": [flag_tag(flag) for flag in appraisal.flags],
        "period": period_name(appraisal.cycle.period),
    }
    return shown | _judged(appraisal) if appraisal.verdict else shown


def _late(appraisal: Appraisal, now: datetime) -> bool:
    """Whether the day by which the step was due is over."""
    due_on = deadlines.due_on(appraisal)
    return due_on is not None and due_on < timezone.localdate(now)


def _judged(appraisal: Appraisal) -> dict[str, Any]:
    stored = appraisal.verdict
    assert stored is not None
    book = queries.rulebook(stored.rulebook)
    order = [grade.code for grade in book.grades]
    move = order.index(stored.grade_code) - order.index(stored.proposed_grade)
    return {
        "grade": grading.grade_short(book, stored.grade_code),
        "proposed": grading.grade_short(book, stored.proposed_grade),
        "move": "up" if move > 0 else "down" if move < 0 else "",
        "outcome": grading.outcome_word(stored.outcome),
        "outcome_tag": OUTCOME_TAGS[stored.outcome],
        "deposit": average(stored, "deposit_daily_average"),
        "loan": average(stored, "loan_daily_average"),
    }


def average(stored: Stored, code: str) -> Fraction | None:
    """The average that the own grade's standard asks for, or else the on-post bar: the panel's figure."""
    verdict = Verdict.from_dict(stored.result)
    trees = [tree for tree in (verdict.standards.get(verdict.grade), verdict.on_post) if tree is not None]
    leaves = [leaf for tree in trees for leaf in tree.leaves() if leaf.metric == code]
    return leaves[0].value if leaves else None


def flag_tag(flag: dict[str, Any]) -> dict[str, str]:
    """A flag as a short tag with its whole sentence on hover."""
    return {
        "code": flag["code"],
        "state": messages.flag_tone(flag),
        "name": _flag_short(flag),
        "text": messages.flag_text(flag),
    }


def _flag_short(flag: dict[str, Any]) -> str:
    if flag["code"] in ("veto", "veto_above"):
        return str(flag["title_en"] if grading.english() and flag.get("title_en") else flag["title"])
    return messages.flag_name(flag["code"])


def evidence(appraisal: Appraisal, before: Verdict | None) -> dict[str, Any]:
    """The frozen verdict as the desk reads it: every line of the article, beside the quarter before."""
    stored = appraisal.verdict
    assert stored is not None
    verdict = Verdict.from_dict(stored.result)
    book = queries.rulebook(stored.rulebook)
    no = appraisal.manager.employee_no
    return {
        "verdict": verdict,
        "why": verdict.why_en if grading.english() else verdict.why,
        "sheets": [
            {
                "grade": grading.grade_short(book, code),
                "tally": grading.tally(root),
                "cites": root.cites,
                "state": grading.state(root),
                "rows": list(_lines(root, before.standards.get(code) if before else None, no, stored.on)),
            }
            for code, root in _shown(verdict)
        ],
        "on_post": _pair(verdict.on_post, before.on_post if before else None, no, stored.on),
        "vetoes": [
            shown | {"code": next(veto.leaves()).code}
            for shown, veto in zip(grading.vetoes(verdict.vetoes, no, stored.on), verdict.vetoes, strict=True)
        ],
        "scores": points.scores(book, verdict),
        "pay": points.pay(verdict),
        "flags": [flag_tag(flag) | _amounts(flag) for flag in appraisal.flags],
    }


def _shown(verdict: Verdict) -> list[tuple[str, Reason]]:
    """Own grade, and the next one where it is what is proposed."""
    codes = [verdict.grade]
    if verdict.outcome == "promote":
        codes.insert(0, verdict.proposed_grade)
    return [(code, verdict.standards[code]) for code in codes if code in verdict.standards]


def _lines(root: Reason, before: Reason | None, no: str, on: Any) -> Iterable[dict[str, Any]]:
    earlier = {leaf.code: leaf for leaf in before.leaves()} if before else {}
    for item in root.children or (root,):
        for position, leaf in enumerate(item.leaves()):
            letter = leaf.cites.removeprefix(root.cites).strip() if not position else ""
            yield _line(leaf, earlier.get(leaf.code), no, on) | {
                "name": grading.name(leaf, letter),
                "indent": position > 0,
            }


def _pair(now: Reason | None, before: Reason | None, no: str, on: Any) -> dict[str, Any] | None:
    return _line(now, before, no, on) if now else None


def _line(leaf: Reason, before: Reason | None, no: str, on: Any) -> dict[str, Any]:
    return {
        "code": leaf.code,
        "cites": " · ".join(filter(None, [leaf.cites, grading.addition(leaf)])),
        "name": grading.name(leaf),
        "url": grading.figure_url(no, leaf, on),
        "value": leaf.value,
        "threshold": leaf.threshold,
        "before": before.value if before else None,
        "unit": leaf.unit or "CNY",
        "state": grading.state(leaf),
        "reason": grading.why(leaf),
    }


def _amounts(flag: dict[str, Any]) -> dict[str, Any]:
    """The two averages behind a quarter-end jump."""
    return {key: flag[key] for key in ("last_days", "quarter") if key in flag}
