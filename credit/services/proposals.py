"""Loans proposed: within what the proposer may lend, or taken up; decided by a third; linked when issued."""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from credit.models import Investigation, LoanProposal, LoanTerms, Security
from credit.models.proposals import SEATS, STEPS
from credit.permissions import handles, own_file
from credit.queries.lending import beyond
from credit.queries.loans import NoRate, Owed, data_day, owed
from credit.queries.standards import standard_on
from credit.rules.standard import ApprovalLevel
from credit.services.fitness import check_fit
from ledger.models import Account, Bundle, Product
from ledger.rules.money import exact_amount
from managers.models import ClientManager, Customer, LogEntry, User
from managers.permissions import TIED, standings, ties
from managers.roles import ROLES
from managers.rules.separation import Seats
from managers.services import deadlines
from managers.services.stepping import Procedure, Refusal, take

KIND = "loan_proposal"
RELATED = ("customer__branch", "investigation", "proposer__branch", "product")
PROPOSAL = Procedure(LoanProposal, KIND, STEPS, Seats(SEATS), RELATED, about="proposer")
MOST_MONTHS = 600


def propose(
    investigation: Investigation,
    *,
    amount: Decimal,
    product: Product,
    security: str,
    term_months: int,
    purpose: str,
    by: User,
    on: date,
    escalate: bool = False,
    key: str = "",
) -> LoanProposal:
    """Propose a loan on an investigation signed by two, of whom the proposer is one.

    Past what the proposer may lend one customer it is refused with the clause and the numbers, unless it is
    taken up (`escalate`) to the level that owns the amount. A repeat with the same key gives the first one.
    """
    token = _token(investigation, by, key)
    with transaction.atomic():
        # The customer's row is the queue: two proposals at once would each miss the other.
        customer = Customer.objects.select_for_update(of=("self",), no_key=True).get(
            pk=investigation.customer_id
        )
        earlier = LogEntry.objects.filter(key=token).first() if token else None
        if earlier is not None:
            return LoanProposal.objects.get(pk=earlier.detail["proposal"])
        proposer = _proposer(investigation, customer, by=by, on=on)
        _check_terms(amount, security, term_months, purpose, product)
        wanted = Owed("", amount, security, product.code)
        parts = _owed(customer.pk, on)
        clauses = "；".join(str(each) for each in beyond(proposer, wanted, parts, on))
        total = sum((each.yuan for each in parts), amount)
        level = standard_on(on).approved_at(total)
        if clauses and not escalate:
            words = {"clauses": clauses, "role": ROLES[level.role].name}
            raise Refusal(
                _("超出您的贷款权限：%(clauses)s。请减少金额，或勾选“超权限上报”，由%(role)s审批。") % words
            )
        row = LoanProposal.objects.create(
            customer=customer,
            investigation=investigation,
            proposer=proposer,
            proposed_by=by,
            proposed_on=on,
            amount=amount,
            product=product,
            security=security,
            term_months=term_months,
            purpose=purpose.strip()[:400],
            total=total,
            level=level.role,
            level_cites=level.cites,
            escalated=bool(clauses),
            beyond=clauses,
        )
        _log(row, by, token)
        deadlines.refresh(KIND, [row.pk], on=on)
    return row


def _log(row: LoanProposal, by: User, token: str | None) -> None:
    detail = {"proposal": row.pk, "amount": str(row.amount), "total": str(row.total), "level": row.level}
    LogEntry.objects.create(
        by=by,
        action="propose_loan_proposal",
        subject=f"{KIND}:{row.pk}",
        to_state=str(row.state),
        reason=row.beyond,
        detail=detail,
        key=token,
    )


def approve(pk: int, *, by: User, on: date, opinion: str, key: str = "") -> LogEntry:
    """Agree, as somebody of the level that owns what the customer then owes, who had no part in it."""

    def move(row: LoanProposal) -> None:
        check_fit(ClientManager.objects.select_related("user", "branch").get(pk=row.proposer_id), on)
        _check_decider(row, by=by, on=on)
        row.decided_by, row.decided_on, row.opinion = by, on, _needed(opinion)

    return _take("approve", pk, by=by, on=on, action="approve_loan", move=move, reason=opinion, key=key)


def refuse(pk: int, *, by: User, on: date, opinion: str, key: str = "") -> LogEntry:
    """Not agree, with the reason."""

    def move(row: LoanProposal) -> None:
        _check_decider(row, by=by, on=on)
        row.decided_by, row.decided_on, row.opinion = by, on, _needed(opinion)

    return _take("refuse", pk, by=by, on=on, action="approve_loan", move=move, reason=opinion, key=key)


def withdraw(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """Not go on with it; by the proposer, as long as nothing was issued."""
    reason = _needed(reason)
    return _take("withdraw", pk, by=by, on=on, action="", reason=reason, key=key, own=True)


def issue(pk: int, account: Account, *, by: User | None, on: date, key: str = "") -> LogEntry:
    """Link the loan that it became; by the proposer, or by the load that brought the loan."""

    def move(row: LoanProposal) -> None:
        if account.pk not in {each.pk for each in candidates(row)}:
            raise Refusal(
                _("账户 %(account)s 与这笔申报的金额、担保方式或产品不符，或已对应另一笔；请核对。")
                % {"account": account.account_no}
            )
        row.account = account

    own = by is not None
    return _take("issue", pk, by=by, on=on, action="approve_loan", move=move, key=key, own=own)


def _take(name: str, pk: int, *, on: date, **given: Any) -> LogEntry:
    """One step, and whoever waited for it told."""
    with transaction.atomic():
        entry = take(PROPOSAL, name, pk, on=on, **given)
        deadlines.refresh(KIND, [pk], on=on)
    return entry


def candidates(row: LoanProposal) -> list[Account]:
    """The loans that a proposal may have become: same customer, product, security, amount; issued since."""
    rows = LoanTerms.objects.filter(
        account__customer=row.customer_id,
        account__product=row.product_id,
        account__proposal=None,
        amount=row.amount,
        security=row.security,
        issued_on__gte=row.decided_on or row.proposed_on,
    )
    found = {each.account_id: each.account for each in rows.select_related("account")}
    return [found[key] for key in sorted(found)]


def link_issued(bundle: Bundle) -> None:
    """After a load: every approved proposal that fits exactly one loan, and that loan only it, is issued."""
    rows = list(LoanProposal.objects.filter(state=LoanProposal.State.APPROVED).order_by("pk"))
    fitting = {row.pk: candidates(row) for row in rows}
    claimed = [each.pk for accounts in fitting.values() for each in accounts]
    for row in rows:
        accounts = fitting[row.pk]
        if len(accounts) == 1 and claimed.count(accounts[0].pk) == 1:
            issue(row.pk, accounts[0], by=None, on=bundle.to_on)


def _proposer(investigation: Investigation, customer: Customer, *, by: User, on: date) -> ClientManager:
    own = own_file(by)
    if own is None or not handles(by, customer, on):
        raise PermissionDenied(_("贷款由该户的信贷经办客户经理申报；请转给经办人。"))
    if own.pk not in (investigation.first_id, investigation.second_id):
        raise PermissionDenied(_("申报人须是两位调查人之一；请由调查人申报。"))
    if investigation.state != Investigation.State.SIGNED:
        words = {"state": investigation.get_state_display()}
        raise Refusal(_("调查的状态是“%(state)s”；须两人都已签署才能申报。") % words)
    # As the row says now: grade, line and branch decide how much may be lent.
    proposer = ClientManager.objects.select_related("user", "branch").get(pk=own.pk)
    check_fit(proposer, on)
    return proposer


def _check_terms(amount: Decimal, security: str, term_months: int, purpose: str, product: Product) -> None:
    if amount <= 0 or amount != round(amount, 2):
        raise Refusal(_("金额须大于零，最多两位小数；请更正。"))
    if security not in Security.values:
        raise Refusal(_("请选择担保方式。"))
    if not 1 <= term_months <= MOST_MONTHS:
        raise Refusal(_("期限须为 1 至 %(most)s 个月；请更正。") % {"most": MOST_MONTHS})
    if not purpose.strip():
        raise Refusal(_("请写明贷款用途。"))
    if product.kind != Product.Kind.LOAN:
        raise Refusal(_("请选择一种贷款产品。"))


def _owed(customer: int, on: date, without: int | None = None) -> list[Owed]:
    try:
        parts = owed(customer, data_day(on))
    except NoRate as error:
        words = {"currency": str(error)}
        raise Refusal(_("缺少 %(currency)s 汇率，无法合计该户贷款；请在汇率送达后再办。") % words) from error
    return [each for each in parts if without is None or each.label != f"#{without}"]


def _check_decider(row: LoanProposal, *, by: User, on: date) -> None:
    """A third person, tied to neither investigator, of the level that owns the total as it is now."""
    tie = _tie(row, by, on)
    if tie == "own":
        raise PermissionDenied(_("您参与了这笔贷款的调查，须由第三人审批；请转给他人。"))
    if tie:
        raise PermissionDenied(str(TIED[tie]))
    total = sum((each.yuan for each in _owed(row.customer_id, on, without=row.pk)), row.amount)
    level = standard_on(on).approved_at(total)
    if not _owns(by, level, row, on):
        words = {"total": exact_amount(total), "role": ROLES[level.role].name, "cites": level.cites}
        raise PermissionDenied(
            _("该户合计 %(total)s 元，须由%(role)s审批（%(cites)s）；请转给有权层级。") % words
        )


def _tie(row: LoanProposal, user: User, on: date) -> str:
    """The first tie of a person to one of the two investigators."""
    bound = ties(user, on=on)
    both = (row.investigation.first_id, row.investigation.second_id)
    return next(filter(None, map(bound.to, both)), "")


def _owns(by: User, level: ApprovalLevel, row: LoanProposal, on: date) -> bool:
    """Whether a person holds the role of a level, or of one above it, over the proposer's branch.

    Nobody decides for an investigator, or for somebody tied to one.
    """
    roles = [each.role for each in standard_on(on).approvals]
    enough = set(roles[roles.index(level.role) :])
    return any(
        each.grant.role in enough and (each.on_behalf_of is None or not _tie(row, each.on_behalf_of, on))
        for each in standings(by, "approve_loan", on=on, about=row.proposer)
    )


def _needed(text: str) -> str:
    text = text.strip()[:1000]
    if not text:
        raise Refusal(_("请写明意见。"))
    return text


def _token(investigation: Investigation, by: User, key: str) -> str | None:
    text = f"{KIND}/propose/{investigation.pk}/{by.pk}/{key}"
    return hashlib.sha256(text.encode()).hexdigest() if key else None
