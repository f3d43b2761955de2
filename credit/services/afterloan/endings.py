"""How loans end: recovered, extended, renewed or handed to preservation; by two people at least."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from credit.models import LoanEnding, MaturityNotice
from credit.models.endings import SEATS, STEPS
from credit.queries.afterloan import loans
from credit.queries.afterloan.loans import Loan
from credit.queries.standards import standard_on
from credit.rules.maturing import latest_extension
from credit.rules.reclassifying import NON_PERFORMING
from credit.services.afterloan import charge
from credit.services.afterloan.charge import needed
from credit.services.afterloan.levels import check_level, level_of
from credit.services.afterloan.stepped import step
from ledger.models import Account
from ledger.queries import handovers
from ledger.services import records
from ledger.services.extracts import lock_ledger
from managers.models import LogEntry, User
from managers.permissions import ties
from managers.rules.separation import Seats
from managers.services import deadlines
from managers.services.stepping import Procedure, Refusal, refuse_state

KIND = "ending"
RELATED = ("manager__branch", "account__customer")
PROCEDURE = Procedure(LoanEnding, KIND, STEPS, Seats(SEATS), RELATED)
FILE = "loans.csv"
COLUMNS = ("account_no", "amount", "issued_on", "matures_on", "security", "rate", "employee_no")
State = LoanEnding.State
Kind = LoanEnding.Kind
#: Whose turn it is to receive, to witness and, of all kinds, to approve.
NEXT: Mapping[tuple[str, bool], str] = {
    (State.PROPOSED, True): "receive_ending",
    (State.RECEIVED, True): "witness_ending",
    (State.WITNESSED, True): "approve_ending",
    (State.PROPOSED, False): "approve_ending",
}


def propose(
    account: int,
    kind: str,
    *,
    reason: str,
    ticked: Collection[str],
    new_matures_on: date | None = None,
    consent: Any = None,
    new_account_no: str = "",
    by: User,
    on: date,
    key: str = "",
) -> LoanEnding:
    """Propose how a loan ends, with everything of the standard's checklist ticked; by its manager."""
    with transaction.atomic():
        row = charge.lock_loan(account)
        mark = charge.token(KIND, "propose", account, by, key)
        earlier = charge.answered(KIND, mark)
        if earlier is not None:
            return LoanEnding.objects.get(pk=earlier)
        loan = loans.loan(account, on)
        manager = charge.in_charge(by, loan, on)
        if LoanEnding.objects.filter(account=row, state__in=LoanEnding.OPEN).exists():
            raise Refusal(_("这笔贷款已有终结事项在办；请先办结或撤回那一件。"))
        checklist, cites = _checklist(kind, ticked, on)
        made = LoanEnding(account=row, manager=manager, kind=kind, proposed_by=by, proposed_on=on)
        made.reason, made.checklist, made.cites = needed(reason), checklist, cites
        made.new_account_no = new_account_no.strip()[:40] if kind == Kind.RENEWED else ""
        if kind == Kind.EXTENDED:
            made.new_matures_on = new_matures_on
            made.consent = charge.kept(consent, row.customer, by=by)
        _stand(made, loan, on)
        made.save()
        LogEntry.objects.create(
            by=by,
            action="propose_ending",
            subject=f"{KIND}:{made.pk}",
            to_state=str(made.state),
            reason=made.reason,
            detail={"account": row.account_no, "kind": kind},
            key=mark,
        )
        deadlines.refresh(KIND, [made.pk], on=on)
    return made


def receive(pk: int, *, by: User, on: date, key: str = "") -> LogEntry:
    """Preservation takes over a non-performing loan with its file."""

    def move(row: LoanEnding) -> None:
        _only_preserved(row, "receive")
        _apart_from_issuers(row, by, on)
        _stand(row, loans.loan(row.account_id, on), on)
        row.received_by = by

    return step(PROCEDURE, "receive", pk, by=by, on=on, action="receive_ending", move=move, key=key)


def witness(pk: int, *, by: User, on: date, key: str = "") -> LogEntry:
    """A third person was there when the file changed hands."""

    def move(row: LoanEnding) -> None:
        row.witnessed_by = by

    return step(PROCEDURE, "witness", pk, by=by, on=on, action="witness_ending", move=move, key=key)


def approve(pk: int, *, by: User, on: date, key: str = "") -> LogEntry:
    """Another person of the level that owns the amount approves; everything is looked at anew.

    An extension enters the books as a bundle of its own, with the new day of maturity. Maturity notices of
    the day before wait for no receipt any more.
    """

    def move(row: LoanEnding) -> None:
        if row.kind == Kind.PRESERVED and row.state != State.WITNESSED:
            raise Refusal(_("移交资产保全须先由保全部门接收、第三人监交，再批准。"))
        if row.kind == Kind.EXTENDED:
            lock_ledger()
        _stand(row, loans.loan(row.account_id, on), on)
        apart = (row.proposed_by_id, row.received_by_id, row.witnessed_by_id)
        check_level(by, "approve_ending", row.level, on=on, about=row.manager, apart=apart)
        row.approved_by, row.ended_on = by, on
        if row.kind == Kind.EXTENDED:
            _extend(row, by=by)

    with transaction.atomic():
        entry = step(PROCEDURE, "approve", pk, by=by, on=on, action="approve_ending", move=move, key=key)
        told = MaturityNotice.objects.filter(account__endings=pk).values_list("pk", flat=True)
        deadlines.refresh("maturity_notice", list(told), on=on)
    return entry


def withdraw(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """The proposer does not go on; only before it is approved."""
    return step(PROCEDURE, "withdraw", pk, by=by, on=on, action="", reason=needed(reason), key=key)


def refuse(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """Whoever's turn it is says no; in place of an approval, of the level that would give it."""
    reason = needed(reason)
    found = LoanEnding.objects.filter(pk=pk).values_list("state", "kind").first()
    state, kind = found if found else ("", "")
    action = NEXT.get((state, kind == Kind.PRESERVED), "approve_ending")

    def move(row: LoanEnding) -> None:
        if row.state != state:  # somebody was faster: it is another one's turn now
            raise refuse_state(PROCEDURE, "refuse", row)
        if action == "approve_ending":
            apart = (row.proposed_by_id, row.received_by_id, row.witnessed_by_id)
            check_level(by, action, row.level, on=on, about=row.manager, apart=apart)

    return step(PROCEDURE, "refuse", pk, by=by, on=on, action=action, move=move, reason=reason, key=key)


# --- Checks ---------------------------------------------------------------------------------------------


def _checklist(kind: str, ticked: Collection[str], on: date) -> tuple[list[dict[str, str]], str]:
    """The standard's list for an ending in the words of the day; refused where something is not ticked."""
    if kind not in Kind.values:
        raise Refusal(_("请选择终结方式。"))
    found = standard_on(on).checklist(kind)
    items = found.items if found else {}
    lacking = [words for code, words in items.items() if code not in ticked]
    if lacking:
        raise Refusal(_("清单尚未办妥：%(items)s；逐项办妥并勾选后再提出。") % {"items": "、".join(lacking)})
    told = [{"code": code, "words": words} for code, words in items.items()]
    return told, found.cites if found else ""


def _stand(row: LoanEnding, loan: Loan, on: date) -> None:
    """What is known of the loan now, and whether it may end in this way."""
    row.balance, row.amount, row.level = loan.balance, loan.in_yuan, level_of(loan.in_yuan, on)
    if row._state.adding:
        row.matures_on = loan.matures_on
    _CHECKS[Kind(row.kind)](row, loan, on)


def _check_recovered(row: LoanEnding, loan: Loan, on: date) -> None:
    if loan.balance != 0:
        words = {"balance": "—" if loan.balance is None else f"{loan.balance:,.2f}"}
        raise Refusal(_("账上余额为 %(balance)s，尚未收回；余额为 0 后再办理收回。") % words)


def _check_extended(row: LoanEnding, loan: Loan, on: date) -> None:
    """An extension is asked for before maturity, agreed to in writing, and no longer than the law allows."""
    if loan.matures_on is None or loan.amount is None or loan.security is None:
        raise Refusal(_("核心系统没有送来这笔贷款的到期日，不能展期；请先核对贷款资料。"))
    if not loan.is_open:
        raise Refusal(_("这笔贷款已结清，不必展期。"))
    if row.matures_on != loan.matures_on:
        raise Refusal(_("到期日已变为 %(day)s；请撤回后重新提出。") % {"day": loan.matures_on})
    if row.proposed_on > loan.matures_on:
        raise Refusal(_("贷款已于 %(day)s 到期；展期须在到期前提出。") % {"day": loan.matures_on})
    if row.new_matures_on is None or row.new_matures_on <= loan.matures_on:
        raise Refusal(_("展期后的到期日须晚于 %(day)s；请更正。") % {"day": loan.matures_on})
    if row.consent is None:
        raise Refusal(_("展期须附担保人、抵（质）押人的书面同意；请上传。"))
    latest = latest_extension(loan.began_on, loan.matures_on)
    if row.new_matures_on > latest:
        raise Refusal(_("按《贷款通则》第十二条，这笔贷款最晚展期至 %(day)s；请更正。") % {"day": latest})


def _check_renewed(row: LoanEnding, loan: Loan, on: date) -> None:
    new = Account.objects.filter(account_no=row.new_account_no, product__kind="loan").first()
    if new is None or new.customer_id != loan.customer or new.pk == loan.account:
        raise Refusal(_("请填写同一客户名下新贷款的账号；新贷款入账后再办理续贷。"))


def _check_preserved(row: LoanEnding, loan: Loan, on: date) -> None:
    if loan.loan_class not in NON_PERFORMING or not loan.is_open:
        raise Refusal(_("只有后三类（次级、可疑、损失）且未结清的贷款移交资产保全；请先办理分类。"))


_CHECKS = {
    Kind.RECOVERED: _check_recovered,
    Kind.EXTENDED: _check_extended,
    Kind.RENEWED: _check_renewed,
    Kind.PRESERVED: _check_preserved,
}


def _apart_from_issuers(row: LoanEnding, by: User, on: date) -> None:
    """Whoever takes over a loan gone bad is neither kin nor inferior of those who issued or answer for it."""
    found = handovers.liable([row.account.customer_id], on)
    people = {each.manager_id for each in found if each.loan == row.account.account_no}
    issuers = row.account.terms.exclude(issuer=None).values_list("issuer", flat=True)
    bound = ties(by, on=on)
    if any(bound.to(each) for each in people.union(issuers)):
        told = _("您与这笔贷款的责任人有回避关系，不能接收；请由资产保全岗的其他人员接收。")
        raise PermissionDenied(told)


def _only_preserved(row: LoanEnding, name: str) -> None:
    if row.kind != Kind.PRESERVED:
        raise refuse_state(PROCEDURE, name, row)


def _extend(row: LoanEnding, *, by: User) -> None:
    """The new day of maturity, everything else as last agreed, as a bundle of its own."""
    terms = row.account.terms.order_by("-bundle").select_related("issuer").first()
    if terms is None:
        raise Refusal(_("核心系统没有送来这笔贷款的到期日，不能展期；请先核对贷款资料。"))
    line = (
        row.account.account_no,
        f"{terms.amount:f}",
        terms.issued_on,
        row.new_matures_on,
        terms.security,
        "" if terms.rate is None else f"{terms.rate:f}",
        terms.issuer.employee_no if terms.issuer else "",
    )
    records.enter(f"{KIND}:{row.pk}", {FILE: records.Table(COLUMNS, [line])}, by=by)
