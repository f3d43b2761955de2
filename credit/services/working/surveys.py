"""Satisfaction surveys: made, answers entered one by one or as a sheet, closed."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from credit.models import Survey, SurveyResponse
from credit.services.working.procedures import SURVEY, answered, log, said
from managers.models import Assignment, Branch, ClientManager, Customer, LogEntry, User
from managers.permissions import check_may, standing
from managers.services.stepping import Refusal, take

MOST_QUESTIONS = 8
MOST_ROWS = 5000
SCALE = range(1, 6)
#: The first columns of a sheet; the questions follow in their order.
COLUMNS = ("customer_no", "employee_no")


class Unreadable(Refusal):
    """A sheet of which nothing was entered; `lines` says what is wrong, line by line."""

    def __init__(self, text: str, lines: Sequence[str] = ()) -> None:
        self.lines = list(lines)
        super().__init__(text)


def make(
    title: str,
    branch: Branch,
    questions: Sequence[str],
    *,
    starts_on: date,
    ends_on: date,
    by: User,
    on: date,
    key: str = "",
) -> Survey:
    """A new survey among the customers of a branch and all below it."""
    found = standing(by, "make_survey", on=on)
    if found is None or not branch.path.startswith(found.grant.branch.path):
        check_may(by, "make_survey", on=on)
        raise Refusal(_("调查的机构须在您的辖内；请另选机构。"))
    asked = [text.strip()[:200] for text in questions if text.strip()]
    if not 1 <= len(asked) <= MOST_QUESTIONS:
        raise Refusal(_("题目须有 1 至 %(most)s 道；请增减。") % {"most": MOST_QUESTIONS})
    if ends_on < starts_on:
        raise Refusal(_("止日不能早于起日；请更正。"))
    with transaction.atomic():
        Branch.objects.select_for_update(of=("self",), no_key=True).get(pk=branch.pk)
        earlier = answered("make_survey", by=by, key=key)
        if earlier is not None:
            return Survey.objects.get(pk=earlier)
        row = Survey.objects.create(
            title=said(title, _("名称"), 120),
            branch=branch,
            questions=asked,
            starts_on=starts_on,
            ends_on=ends_on,
            made_by=by,
        )
        log("make_survey", row, SURVEY.kind, by=by, acting_for=found.on_behalf_of, key=key)
    return row


@dataclass(frozen=True)
class Answer:
    """What one customer answered about one manager."""

    customer: Customer
    manager: ClientManager
    scores: tuple[int, ...]


def enter(survey: Survey, answers: Sequence[Answer], *, by: User, on: date) -> int:
    """Enter answers, all or none; how many. Refused where a customer has answered already."""
    with transaction.atomic():
        row = Survey.objects.select_for_update(of=("self",)).select_related("branch").get(pk=survey.pk)
        if row.state != Survey.State.OPEN:
            raise Refusal(_("调查已截止，不能再录入。"))
        for answer in answers:
            _check(row, answer, by=by, on=on)
        SurveyResponse.objects.bulk_create(
            SurveyResponse(
                survey=row,
                customer=each.customer,
                manager=each.manager,
                scores=list(each.scores),
                entered_by=by,
            )
            for each in answers
        )
        log("enter_survey", row, SURVEY.kind, by=by, detail={"rows": len(answers)})
    return len(answers)


def _check(survey: Survey, answer: Answer, *, by: User, on: date) -> None:
    check_may(by, "enter_survey", on=on, about=answer.manager)
    words = {"customer": answer.customer, "who": answer.manager}
    if not answer.manager.branch.path.startswith(survey.branch.path):
        raise Refusal(_("%(who)s 不在这次调查的机构之内；请核对。") % words)
    if len(answer.scores) != len(survey.questions) or any(each not in SCALE for each in answer.scores):
        raise Refusal(_("%(customer)s：每道题须有 1 至 5 的评分。") % words)
    if not Assignment.objects.held_on(on).filter(manager=answer.manager, customer=answer.customer).exists():
        raise Refusal(_("%(customer)s 现在不在 %(who)s 名下；请核对。") % words)
    if SurveyResponse.objects.filter(
        survey=survey, customer=answer.customer, manager=answer.manager
    ).exists():
        raise Refusal(_("%(customer)s 对 %(who)s 的答卷已经录入；每位客户只录一份。") % words)


def enter_sheet(survey: Survey, content: bytes, *, by: User, on: date) -> int:
    """Enter a CSV sheet, all or none. Raises Unreadable with every line that is wrong."""
    rows = _read(content, len(survey.questions))
    answers, wrong = [], []
    customers = Customer.objects.visible_to(by, on).in_bulk(
        {row[0] for _n, row in rows}, field_name="customer_no"
    )
    people = ClientManager.objects.visible_to(by, on).select_related("branch")
    managers = people.in_bulk({row[1] for _n, row in rows}, field_name="employee_no")
    seen: set[tuple[str, str]] = set()
    for number, row in rows:
        try:
            answers.append(_answer(survey, row, customers, managers, seen, by=by, on=on))
        except Refusal as refusal:
            wrong.append(_("第 %(line)s 行：%(why)s") % {"line": number, "why": refusal})
    if wrong:
        raise Unreadable(
            _("文件中有 %(count)s 行不能录入，整份没有录入；请更正后重新上传。") % {"count": len(wrong)},
            wrong[:50],
        )
    return enter(survey, answers, by=by, on=on)


def _read(content: bytes, questions: int) -> list[tuple[int, list[str]]]:
    text = _decoded(content)
    rows = [(number, row) for number, row in enumerate(csv.reader(io.StringIO(text)), 1) if any(row)]
    header = [*COLUMNS, *(f"q{number}" for number in range(1, questions + 1))]
    if not rows or [each.strip() for each in rows[0][1]] != header:
        raise Unreadable(_("第一行须是：%(header)s。") % {"header": ",".join(header)})
    if not 1 < len(rows) <= MOST_ROWS + 1:
        raise Unreadable(_("文件须有 1 至 %(most)s 行答卷。") % {"most": MOST_ROWS})
    return [(number, [each.strip() for each in row]) for number, row in rows[1:]]


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(_("文件不是 UTF-8 或 GB18030 编码的文本；请另存为 CSV 后再上传。"))


def _answer(
    survey: Survey,
    row: Sequence[str],
    customers: dict[str, Customer],
    managers: dict[str, ClientManager],
    seen: set[tuple[str, str]],
    *,
    by: User,
    on: date,
) -> Answer:
    if len(row) != len(COLUMNS) + len(survey.questions):
        raise Refusal(_("列数不对，应有 %(count)s 列") % {"count": len(COLUMNS) + len(survey.questions)})
    customer, manager = customers.get(row[0]), managers.get(row[1])
    if customer is None:
        raise Refusal(_("没有客户号 %(number)s，或不在您的辖内") % {"number": row[0]})
    if manager is None:
        raise Refusal(_("没有工号 %(number)s，或不在您的辖内") % {"number": row[1]})
    if (row[0], row[1]) in seen:
        raise Refusal(_("客户 %(number)s 在文件中重复") % {"number": row[0]})
    seen.add((row[0], row[1]))
    scores = tuple(int(each) if each.isascii() and each.isdecimal() else 0 for each in row[2:])
    answer = Answer(customer, manager, scores)
    _check(survey, answer, by=by, on=on)
    return answer


def close(pk: int, *, by: User, on: date, key: str = "") -> LogEntry:
    """No more answers; managers now see what was said of them."""

    def move(row: Survey) -> None:
        found = standing(by, "make_survey", on=on)
        if found is not None and not row.branch.path.startswith(found.grant.branch.path):
            raise Refusal(_("这次调查由上级机构发起；请由发起机构截止。"))

    return take(SURVEY, "close", pk, by=by, on=on, action="make_survey", move=move, key=key)
