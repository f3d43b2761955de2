"""A loan's class: proposed by its manager, confirmed by risk, approved by whoever owns the amount."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from credit.models import LoanClass, Reclassification
from credit.models.reclassifying import SEATS, STEPS
from credit.queries.afterloan import lateness, loans
from credit.queries.afterloan.lateness import Lateness
from credit.queries.afterloan.loans import Loan
from credit.rules.reclassifying import is_better
from credit.services.afterloan import charge, watching
from credit.services.afterloan.charge import needed
from credit.services.afterloan.levels import check_level, level_of
from credit.services.afterloan.stepped import step
from ledger import queries as ledger
from ledger.queries import handovers
from ledger.services import records
from ledger.services.extracts import lock_ledger
from managers.models import LogEntry, User
from managers.rules.separation import Seats
from managers.services import deadlines
from managers.services.stepping import Move, Procedure, Refusal, refuse_state

KIND = "classification"
RELATED = ("manager__branch", "account__customer")
PROCEDURE = Procedure(Reclassification, KIND, STEPS, Seats(SEATS), RELATED)
FILE = "loan_classes.csv"
COLUMNS = ("account_no", "business_date", "loan_class", "interest_arrears")
#: Characters the reason of a better class must have at least.
LEAST_FOR_UPGRADE = 10
State = Reclassification.State


def propose(
    account: int, loan_class: str, *, reason: str, evidence: Any = None, by: User, on: date, key: str = ""
) -> Reclassification:
    """Propose a class for a loan; by the manager who handles it. `evidence` is an upload.

    Refused above the system's floor, for a better class without evidence, and while another proposal for
    the loan is under way.
    """
    with transaction.atomic():
        row = charge.lock_loan(account)
        mark = charge.token(KIND, "propose", account, by, key)
        earlier = charge.answered(KIND, mark)
        if earlier is not None:
            return Reclassification.objects.get(pk=earlier)
        loan = loans.loan(account, on)
        manager = charge.in_charge(by, loan, on)
        if Reclassification.objects.filter(account=row, state__in=Reclassification.OPEN).exists():
            raise Refusal(_("这笔贷款已有分类认定在办；请先办结或撤回那一件。"))
        made = Reclassification(account=row, manager=manager, proposed_by=by, proposed_on=on)
        made.evidence = charge.kept(evidence, row.customer, by=by)
        _fill(made, loan, loan_class, reason, on=on)
        made.save()
        LogEntry.objects.create(
            by=by,
            action="propose_classification",
            subject=f"{KIND}:{made.pk}",
            to_state=str(made.state),
            reason=made.reason,
            detail={"account": row.account_no, "from": loan.loan_class, "to": loan_class},
            key=mark,
        )
        deadlines.refresh(KIND, [made.pk], on=on)
    return made


def confirm(pk: int, *, by: User, on: date, key: str = "") -> LogEntry:
    """Risk of the branch agrees with the class."""

    def move(row: Reclassification) -> None:
        _check_now(row, on)
        row.confirmed_by = by

    return step(PROCEDURE, "confirm", pk, by=by, on=on, action="confirm_class", move=move, key=key)


def approve(pk: int, *, by: User, on: date, key: str = "") -> LogEntry:
    """A third person approves: the class counts from the last day known, the figures follow.

    Floor, amount and level are looked at anew. Refused where that day's period is closed.
    """

    def move(row: Reclassification) -> None:
        lock_ledger()
        loan = _check_now(row, on)
        check_level(
            by,
            "approve_class",
            row.level,
            on=on,
            about=row.manager,
            apart=(row.proposed_by_id, row.confirmed_by_id),
        )
        row.approved_by, row.business_date = by, _business_date(on)
        _enter(row, loan, by=by)

    with transaction.atomic():
        entry = step(PROCEDURE, "approve", pk, by=by, on=on, action="approve_class", move=move, key=key)
        watching.watch(Reclassification.objects.filter(pk=pk).values_list("account", flat=True), on=on)
    return entry


def send_back(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """Whoever's turn it is asks the proposer for more."""

    def move(row: Reclassification) -> None:
        row.confirmed_by = None

    return _turned_down("send_back", pk, by=by, on=on, reason=reason, key=key, move=move)


def refuse(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """Whoever's turn it is says no."""
    return _turned_down("refuse", pk, by=by, on=on, reason=reason, key=key)


def propose_again(
    pk: int, loan_class: str, *, reason: str, evidence: Any = None, by: User, on: date, key: str = ""
) -> LogEntry:
    """The proposer puts right what came back: another class, a better reason, other evidence."""

    def move(row: Reclassification) -> None:
        loan = loans.loan(row.account_id, on)
        charge.in_charge(by, loan, on)
        row.evidence = charge.kept(evidence, row.account.customer, by=by) or row.evidence
        _fill(row, loan, loan_class, reason, on=on)

    return step(PROCEDURE, "propose_again", pk, by=by, on=on, action="", move=move, reason=reason, key=key)


def withdraw(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """The proposer does not go on; only before it is approved."""
    return step(PROCEDURE, "withdraw", pk, by=by, on=on, action="", reason=needed(reason), key=key)


# --- Checks ---------------------------------------------------------------------------------------------


def _fill(row: Reclassification, loan: Loan, loan_class: str, reason: str, *, on: date) -> None:
    """What is proposed, and what is known of the loan now."""
    if loan_class not in LoanClass.values:
        raise Refusal(_("请选择五级分类之一。"))
    if not loan.is_open:
        raise Refusal(_("这笔贷款已结清或销户，不再分类。"))
    if loan_class == loan.loan_class:
        raise Refusal(_("拟分类与现分类相同；请选择另一分类。"))
    row.proposed = loan_class
    row.reason = needed(reason, least=_least(loan, loan_class))
    _stand(row, loan, lateness.of(loan, on), on)


def _least(loan: Loan, loan_class: str) -> int:
    return LEAST_FOR_UPGRADE if is_better(loan_class, loan.loan_class) else 1


def _check_now(row: Reclassification, on: date) -> Loan:
    """What is proposed still holds by what is known today."""
    loan = loans.loan(row.account_id, on)
    if not loan.is_open:
        raise Refusal(_("这笔贷款已结清或销户，不再分类。"))
    _stand(row, loan, lateness.of(loan, on), on)
    return loan


def _stand(row: Reclassification, loan: Loan, found: Lateness, on: date) -> None:
    """Keep what is known of the loan with the proposal; refused above the floor or without evidence."""
    row.present, row.amount, row.level = loan.loan_class, loan.in_yuan, level_of(loan.in_yuan, on)
    row.floor, row.floor_days, row.floor_cites = found.floor, found.late.days, found.cites
    if found.breaks(row.proposed):
        words = {"days": found.late.days, "floor": LoanClass(found.floor).label, "cites": found.cites}
        raise Refusal(
            _("该贷款逾期 %(days)s 天，按标准最高只能为“%(floor)s”（%(cites)s）；请改选不高于它的分类。")
            % words
        )
    if is_better(row.proposed, row.present) and row.evidence is None:
        raise Refusal(_("上调分类须附依据文件；请上传后再提出。"))


def _business_date(on: date) -> date:
    """The day the class counts from: today if it is covered by deliveries, else the last day that is."""
    try:
        day = min(on, ledger.covered_through())
    except LookupError:
        raise Refusal(_("还没有数据入库；待首批数据入库后再批准。")) from None
    closed = handovers.closed_through()
    if closed is not None and day <= closed:
        words = {"day": day, "closed": closed}
        raise Refusal(_("%(day)s 在已关账期间内（截至 %(closed)s）；待次日数据入库后再批准。") % words)
    return day


def _enter(row: Reclassification, loan: Loan, *, by: User) -> None:
    """The class as a bundle of its own, with the arrears that were last known."""
    arrears = "" if loan.arrears is None else f"{loan.arrears:f}"
    table = records.Table(COLUMNS, [(loan.account_no, row.business_date, row.proposed, arrears)])
    records.enter(f"{KIND}:{row.pk}", {FILE: table}, by=by)


# --- Steps ----------------------------------------------------------------------------------------------


def _turned_down(
    name: str, pk: int, *, by: User, on: date, reason: str, key: str, move: Move | None = None
) -> LogEntry:
    """Back to the proposer, or no: by whoever may take the next step."""
    state = Reclassification.objects.values_list("state", flat=True).filter(pk=pk).first()

    def checked(row: Reclassification) -> None:
        if row.state != state:  # somebody was faster: it is another one's turn now
            raise refuse_state(PROCEDURE, name, row)
        if state == State.CONFIRMED:
            apart = (row.proposed_by_id, row.confirmed_by_id)
            check_level(by, "approve_class", row.level, on=on, about=row.manager, apart=apart)
        if move is not None:
            move(row)

    action = "approve_class" if state == State.CONFIRMED else "confirm_class"
    reason = needed(reason)
    return step(PROCEDURE, name, pk, by=by, on=on, action=action, move=checked, reason=reason, key=key)
