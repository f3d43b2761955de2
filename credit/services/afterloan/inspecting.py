"""Inspections of loans: planned by the standard, recorded by one manager, signed by a second."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from credit.models import Finding, Inspection, InspectionFile
from credit.models.inspections import SEATS, STEPS
from credit.queries.afterloan import loans
from credit.queries.afterloan.loans import Loan
from credit.queries.standards import standard_on
from credit.questions import ANSWERS, QUESTIONS
from credit.rules.inspecting import Plan, next_inspection, planned_for
from credit.services.afterloan import charge
from credit.services.afterloan.charge import needed
from credit.services.afterloan.stepped import step
from managers.models import ClientManager, LogEntry, User
from managers.rules.separation import Seats
from managers.services import deadlines, files
from managers.services.stepping import Procedure, Refusal, take

KIND = "loan_inspection"
RELATED = ("manager__branch", "companion__branch", "account__customer")
#: The steps of the manager in charge, and those of the second one.
RECORDED = Procedure(Inspection, KIND, STEPS, Seats(SEATS), RELATED)
SIGNED = Procedure(Inspection, KIND, STEPS, Seats(SEATS), RELATED, about="companion")
#: Loans planned in one transaction.
CHUNK = 500
MOST_FILES = 12
MOST_FINDINGS = 10
State = Inspection.State
Status = ClientManager.Status


# --- Planning -------------------------------------------------------------------------------------------


def plan(*, on: date) -> int:
    """See to it that every open loan has its next inspection before it; how many were new or moved.

    Harmless when repeated or run by several at once. A worse class brings the day forward; where nothing is
    left to be inspected the plan lapses.
    """
    done = sum(_plan(chunk, on) for chunk in loans.open_accounts(on, size=CHUNK))
    ended = Inspection.objects.filter(state__in=Inspection.OPEN, account__closed_on__lte=on)
    return done + _lapse(ended.values_list("pk", flat=True), on)


def _plan(accounts: Sequence[int], on: date) -> int:
    with transaction.atomic():
        found = loans.loans(accounts, on)
        last = dict(
            Inspection.objects.filter(account__in=accounts, state=State.DONE)
            .order_by()
            .values_list("account")
            .annotate(day=Max("done_on"))
        )
        rows = Inspection.objects.filter(account__in=accounts, state__in=Inspection.OPEN).order_by("pk")
        before = {row.account_id: row for row in rows.select_for_update(of=("self",))}
        plans = {pk: _wanted(loan, last.get(pk), on) for pk, loan in found.items() if loan.is_open}
        new = {pk: each for pk, each in plans.items() if each and pk not in before}
        _write(new, found, on)
        moved = sum(_move(row, plans[pk], on) for pk, row in before.items() if plans.get(pk))
        gone = [row.pk for pk, row in before.items() if not plans.get(pk)]
    return len(new) + moved + _lapse(gone, on)


def _wanted(loan: Loan, last: date | None, on: date) -> Plan | None:
    standard = standard_on(on)
    return next_inspection(standard, loan.loan_class, loan.in_yuan, began_on=loan.began_on, last=last)


def _write(plans: Mapping[int, Plan], found: Mapping[int, Loan], on: date) -> None:
    handling = loans.handlers([found[pk] for pk in plans], on)
    Inspection.objects.bulk_create(
        (
            Inspection(
                account_id=pk,
                manager_id=min(handling[pk], default=None),
                due_on=planned_for(each.due_on, on),
                loan_class=each.loan_class,
                every_days=each.every_days,
                cites=each.cites,
            )
            for pk, each in sorted(plans.items())
        ),
        ignore_conflicts=True,
    )


def _move(row: Inspection, plan: Plan | None, on: date) -> bool:
    """Another class or standard, another day; what is recorded already stays."""
    if plan is None or row.state != State.PLANNED:
        return False
    due_on = planned_for(plan.due_on, on, before=row.due_on)
    now = (due_on, plan.loan_class, plan.every_days, plan.cites)
    if (row.due_on, row.loan_class, row.every_days, row.cites) == now:
        return False
    row.due_on, row.loan_class, row.every_days, row.cites = now
    row.save(update_fields=["due_on", "loan_class", "every_days", "cites"])
    return True


def _lapse(rows: Iterable[int], on: date) -> int:
    keys = list(rows)
    for pk in keys:
        with transaction.atomic():
            take(RECORDED, "lapse", pk, by=None, on=on, action="")
            deadlines.refresh(KIND, [pk], on=on)
    return len(keys)


# --- Recording and signing ------------------------------------------------------------------------------


def record(
    pk: int,
    *,
    companion: ClientManager,
    done_on: date,
    answers: Mapping[str, Mapping[str, str]],
    summary: str,
    findings: Sequence[str] = (),
    uploads: Sequence[Any] = (),
    by: User,
    on: date,
    key: str = "",
) -> LogEntry:
    """What the manager in charge saw: every question answered, what was found, photos and papers.

    The second manager is named here and signs with an own login; what was found is put down as findings
    then.
    """
    said = _answers(answers)
    found = [words.strip()[:500] for words in findings if words.strip()]
    if len(found) > MOST_FINDINGS or len(uploads) > MOST_FILES:
        words = {"findings": MOST_FINDINGS, "files": MOST_FILES}
        raise Refusal(_("一次检查最多登记 %(findings)s 个问题、%(files)s 份附件；请合并后再提交。") % words)
    with transaction.atomic():
        charge.take_over(Inspection, pk, by=by, on=on, state=State.PLANNED)

        def move(row: Inspection) -> None:
            _check_day(row, done_on, on)
            _check_companion(row, companion)
            row.companion, row.done_on, row.recorded_by = companion, done_on, by
            row.answers = {"said": said, "findings": found}
            row.summary = needed(summary, least=10)
            for upload in uploads:
                file = files.keep(upload, by=by, customer=row.account.customer, permission=charge.READING)
                InspectionFile.objects.create(inspection=row, file=file)

        return step(RECORDED, "record", pk, by=by, on=on, move=move, key=key)


def sign(pk: int, *, by: User, on: date, key: str = "") -> LogEntry:
    """The second manager was there too; from now on nothing changes, and the findings have their days."""
    signed: list[Inspection] = []

    def move(row: Inspection) -> None:
        row.signed_by = by
        signed.append(row)

    with transaction.atomic():
        entry = step(SIGNED, "sign", pk, by=by, on=on, move=move, key=key)
        for row in signed:  # none where an earlier call with the same key did it
            deadlines.refresh("loan_finding", _raise(row, on), on=on)
            _plan([row.account_id], on)
    return entry


def send_back(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """The second manager does not agree with what is written."""
    return step(SIGNED, "send_back", pk, by=by, on=on, reason=needed(reason), key=key)


def _check_day(row: Inspection, done_on: date, on: date) -> None:
    if done_on > on:
        raise Refusal(_("检查日不能晚于今天；请更正。"))
    before = Inspection.objects.filter(account=row.account_id, state=State.DONE).aggregate(d=Max("done_on"))
    if before["d"] is not None and done_on <= before["d"]:
        raise Refusal(_("检查日须晚于上一次检查（%(day)s）；请更正。") % {"day": before["d"]})


def _check_companion(row: Inspection, companion: ClientManager) -> None:
    if companion.pk == row.manager_id:
        raise Refusal(_("贷后检查须两人办理；请另选一位协办客户经理。"))
    if companion.status != Status.ON_POST or companion.user_id is None:
        raise Refusal(_("%(who)s 不在岗或没有登录账号，不能会签；请另选一位。") % {"who": companion.name})


def _answers(answers: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Every question with its answer; a "no" says why."""
    said = {}
    for code, words in QUESTIONS.items():
        given = answers.get(code, {})
        answer, note = given.get("answer", ""), given.get("note", "").strip()[:500]
        if answer not in ANSWERS:
            raise Refusal(_("“%(question)s”还没有回答；请逐项填写。") % {"question": words})
        if answer == "no" and not note:
            raise Refusal(_("“%(question)s”答为“否”，请写明情况。") % {"question": words})
        said[code] = {"answer": answer, "note": note}
    return said


def _raise(row: Inspection, on: date) -> list[int]:
    """The findings of a signed inspection, each with its day."""
    assert row.manager_id is not None and row.recorded_by_id is not None  # the database holds that
    due_on = on + timedelta(days=standard_on(on).finding_days)
    made = Finding.objects.bulk_create(
        Finding(
            inspection=row,
            account_id=row.account_id,
            manager_id=row.manager_id,
            words=words,
            due_on=due_on,
            raised_by_id=row.recorded_by_id,
            raised_on=on,
        )
        for words in row.answers.get("findings", [])
    )
    LogEntry.objects.bulk_create(
        LogEntry(
            by_id=row.recorded_by_id,
            action="raise_loan_finding",
            subject=f"loan_finding:{each.pk}",
            to_state=str(each.state),
            detail={"inspection": row.pk},
        )
        for each in made
    )
    return [each.pk for each in made]
