"""Sheets from the record: what the appraisal form and the decision notice of an appraisal say."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appraisal import messages, presenters, queries
from appraisal.models import TOLD, Appraisal, State, Step
from appraisal.papers import numbers, sheets
from appraisal.papers.sheets import AppraisalForm, Criterion, DecisionNotice, Fact, Head, Signature
from appraisal.queries import bodies
from grading import presenters as grading
from grading import queries as rulebooks
from grading.models import Verdict
from ledger.rules import money
from ledger.templatetags.figures import STATES

#: The states in which an appraisal has a form: its evidence is frozen and supports a verdict.
FORM_STATES = tuple(each for each in State if each not in (State.OPENED, State.UNDECIDED))
#: Those in which there is a notice: the person has been told.
NOTICE_STATES = TOLD


def appraisal_form(appraisal: Appraisal, *, named: bool) -> AppraisalForm:
    """考核表 of an appraisal with a verdict, in the language that is active.

    Unless `named`, people appear as their seat only, and what risk and group wrote to each other is left
    out: the copy of the person appraised. It is dated on the last step, so that a form printed again is the
    same until the appraisal moves.
    """
    stored = _verdict(appraisal)
    found = presenters.evidence(appraisal, None)
    steps = list(queries.steps(appraisal))
    return AppraisalForm(
        head=_head(_("客户经理考核表"), numbers.form, appraisal, _day(steps[-1])),
        facts=_who(appraisal, stored),
        why=found["why"],
        standards=tuple(_standard(each) for each in found["sheets"]),
        others=tuple(_others(found)),
        scores=tuple(_scores(each) for each in found["scores"]),
        payments=tuple(_payments(found["pay"])),
        flags=tuple(flag["text"] for flag in found["flags"]) if named else (),
        result=_result(appraisal, stored),
        steps=tuple(_step(each, named=named) for each in steps),
        signatures=tuple(_signatures(appraisal)),
    )


def decision_notice(appraisal: Appraisal) -> DecisionNotice:
    """决定通知书 of a decision that has been told, dated on that day, in the language that is active.

    A decision on an appeal answers it; there is no further appeal against it.
    """
    stored, who = _verdict(appraisal), appraisal.manager
    told = next(step for step in reversed(queries.steps(appraisal)) if step.name in ("publish", "resolve"))
    last_day = bodies.appeal_until(appraisal) if told.name == "publish" else None
    words = {"name": who.name, "number": who.employee_no, "branch": who.branch.name}
    period = presenters.period_name(appraisal.cycle.period)
    return DecisionNotice(
        head=_head(_("考核决定通知书"), numbers.notice, appraisal, _day(told)),
        addressee=_("%(name)s（工号 %(number)s，%(branch)s）") % words,
        opening=_("%(period)s客户经理考核已经结束，现将对您的考核决定通知如下。") % {"period": period},
        facts=_decided(appraisal, stored, _day(told)),
        grounds=tuple(_grounds(appraisal, stored)),
        appeal=tuple(_appeal(_day(told), last_day)),
        appeal_until=last_day,
        office=_("人力资源部"),
    )


def _verdict(appraisal: Appraisal) -> Verdict:
    assert appraisal.verdict is not None, "no paper without a verdict"
    return appraisal.verdict


def _day(step: Step) -> date:
    return timezone.localtime(step.at).date()


def _head(title: str, number: numbers.Number, appraisal: Appraisal, on: date) -> Head:
    return Head(
        bank=str(settings.BANK_NAME),
        title=title,
        number=number(appraisal.pk, on),
        on=on,
        language="en" if grading.english() else get_language() or "zh-hans",
    )


def _who(appraisal: Appraisal, stored: Verdict) -> tuple[Fact, ...]:
    who, book = appraisal.manager, rulebooks.rulebook(stored.rulebook)
    version = {"title": grading.titled(book.scheme), "number": stored.rulebook.number}
    basis = {"run": stored.run.version, "bundle": stored.run.through_bundle_id}
    return (
        (_("姓名"), who.name),
        (_("工号"), who.employee_no),
        (_("机构"), who.branch.name),
        (_("条线"), str(who.get_line_display())),
        (_("现等级"), _grade(stored, stored.grade_code)),
        (_("考核期"), presenters.period_name(appraisal.cycle.period)),
        (_("截数日"), stored.on.isoformat()),
        (_("管理办法"), _("%(title)s 第 %(number)s 版") % version),
        (_("数据依据"), _("日终第 %(run)s 版，批次 %(bundle)s") % basis),
        (_("证据冻结"), f"{timezone.localtime(stored.created_at):%Y-%m-%d %H:%M}"),
    )


def _grade(stored: Verdict, code: str) -> str:
    """The full title of a grade: 四级客户经理."""
    book = rulebooks.rulebook(stored.rulebook)
    return next((grading.titled(grade) for grade in book.grades if grade.code == code), code)


def _standard(found: Mapping[str, Any]) -> sheets.Standard:
    return sheets.Standard(
        title=_("%(grade)s标准") % {"grade": found["grade"]},
        tally=found["tally"],
        cites=found["cites"],
        outcome=_word(found["state"]),
        rows=tuple(_criterion(row) for row in found["rows"]),
    )


def _criterion(row: Mapping[str, Any]) -> Criterion:
    return Criterion(
        cites=row["cites"],
        name=row["name"],
        value=_figure(row["value"], row["unit"]),
        threshold=_figure(row["threshold"], row["unit"]),
        unit=_unit(row["unit"]),
        outcome=_word(row["state"]),
        note=row["reason"],
        indent=row.get("indent", False),
    )


def _others(found: Mapping[str, Any]) -> Iterator[Criterion]:
    """The bar of the post and the quality requirements."""
    if found["on_post"]:
        yield _criterion(found["on_post"])
    yield from (row for row, _struck in _vetoes(found))


def _vetoes(found: Mapping[str, Any]) -> Iterator[tuple[Criterion, bool]]:
    """The quality requirements, each with whether it strikes."""
    for reason, veto in zip(found["verdict"].vetoes, found["vetoes"], strict=True):
        is_amount = reason.value is not None and reason.unit == "CNY"
        row = Criterion(
            cites=veto["cites"],
            name=veto["name"],
            value=_figure(reason.value, reason.unit) if is_amount else veto["shown"],
            threshold="",
            unit=_unit(reason.unit) if is_amount else "",
            outcome=veto["text"] or _word(veto["state"]),
            note=veto["remark"],
        )
        yield row, veto["state"] == "veto"


def _figure(value: Any, unit: str) -> str:
    """All digits of a figure without its currency, which has a column of its own; "" where unknown."""
    return "" if value is None else money.exact_figure(value, unit=_plain(unit))


def _plain(unit: str) -> str:
    return unit if unit in _UNITS and unit not in ("USD", "CNY-days") else "CNY"


_UNITS = ("CNY", "CNY-days", "USD", "ratio", "count", "months", "points", "number")


def _unit(unit: str) -> str:
    words = {"CNY": _("元"), "CNY-days": _("元·天"), "USD": _("美元"), "months": _("个月"), "points": _("分")}
    return words.get(unit, "" if unit in _UNITS else unit)


def _word(state: str) -> str:
    return str(STATES[state].word)


def _scores(found: Mapping[str, Any]) -> sheets.Scores:
    rows = tuple(
        sheets.Points(
            name=row["name"],
            cites=row["cites"],
            points=row["points"] or "",
            full=row["full"] or "",
            note=row["note"],
        )
        for row in found["rows"]
    )
    result = found["result"] or found["why"]
    return sheets.Scores(title=found["title"], total=found["total"] or "", result=result, rows=rows)


def _payments(pay: list[dict[str, Any]]) -> Iterator[sheets.Payment]:
    for award in pay:
        for entry in award["entries"]:
            yield sheets.Payment(
                name=award["name"],
                cites=award["cites"],
                kind=entry["name"],
                due_on=entry["due_on"],
                amount=money.round_half_up(entry["amount"]),
            )


def _result(appraisal: Appraisal, stored: Verdict) -> tuple[Fact, ...]:
    """What the figures propose, and what was decided once it is."""
    grade = _grade(stored, stored.proposed_grade)
    proposed = f"{grading.outcome_word(stored.outcome)} · {grade}"
    decided = _("尚未决定")
    if appraisal.decided_outcome:
        words = (str(appraisal.get_decided_outcome_display()), _grade(stored, appraisal.decided_grade))
        decided = " · ".join(filter(None, words))
    return (_("测算建议"), proposed), (_("决定"), decided)


def _step(step: Step, *, named: bool) -> sheets.Step:
    by = str(step.by) if step.by else _("系统")
    return sheets.Step(
        name=str(messages.STEPS[step.name]),
        by=by if named else presenters.seat(step.name),
        at=step.at,
        note=step.reason if named else "",
    )


def _signatures(appraisal: Appraisal) -> Iterator[Signature]:
    yield Signature(role=_("被考核人"), name=appraisal.manager.name)
    for role in (_("人力资源部"), _("风险管理部"), _("领导小组")):
        yield Signature(role=role)


def _decided(appraisal: Appraisal, stored: Verdict, published: date) -> tuple[Fact, ...]:
    version = {
        "title": grading.titled(rulebooks.rulebook(stored.rulebook).scheme),
        "number": stored.rulebook.number,
    }
    return (
        (_("考核期"), presenters.period_name(appraisal.cycle.period)),
        (_("管理办法"), _("%(title)s 第 %(number)s 版") % version),
        (_("原等级"), _grade(stored, stored.grade_code)),
        (_("决定"), str(appraisal.get_decided_outcome_display())),
        (_("决定后等级"), _grade(stored, appraisal.decided_grade)),
        (_("公布日"), published.isoformat()),
    )


def _grounds(appraisal: Appraisal, stored: Verdict) -> Iterator[str]:
    """The finding of the regulation with its article, and that the decision departs from it where it does."""
    result = stored.result
    why = result.get("why_en") if grading.english() else result.get("why")
    if why and result.get("cites"):
        why = _("%(why)s（%(cites)s）") % {"why": why, "cites": result["cites"]}
    if why:
        yield why
    for row, struck in _vetoes(presenters.evidence(appraisal, None)):
        if struck:
            figure = " ".join(filter(None, (row.outcome, row.value, row.unit)))
            yield _("%(what)s：%(figure)s（%(cites)s）") % {
                "what": row.name,
                "figure": figure,
                "cites": row.cites,
            }
    if appraisal.decided_grade != stored.proposed_grade:
        proposed = grading.outcome_word(stored.outcome)
        yield _("决定与测算建议（%(proposed)s）不同，理由载入办理记录；申诉时可以要求说明。") % {
            "proposed": proposed
        }


def _appeal(told: date, last_day: date | None) -> Iterator[str]:
    if last_day is None:
        yield _("本决定系对您申诉的答复，由未参与原决定的人员作出。")
        return
    words = {"told": told.isoformat(), "last": last_day.isoformat()}
    yield (
        _(
            "对本决定有异议的，可以自公布之日（%(told)s）起、不迟于 %(last)s，"
            "在系统中或者向人力资源部书面提出申诉。"
        )
        % words
    )
    yield _(
        "申诉须写明所涉的条款、本人认为正确的数值，并附证据。申诉由未参与原决定的人员审议，结果书面答复。"
    )
