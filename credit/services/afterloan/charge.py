"""Who is in charge of a loan: the manager a person is, where that manager handles the loan's customer."""

import hashlib
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.utils.translation import gettext as _

from credit.queries.afterloan import loans
from credit.queries.afterloan.loans import Loan
from ledger.models import Account
from managers.models import ClientManager, Customer, LogEntry, StoredFile, User
from managers.services import files
from managers.services.stepping import Refusal

Status = ClientManager.Status
MOST_REASON = 1000
#: What the files of a loan ask of their readers.
READING = "view_loans"


def in_charge(by: User, loan: Loan, on: date) -> ClientManager:
    """The manager file of a person who handles the loan; refused for anybody else."""
    own = ClientManager.objects.select_related("branch").filter(user=by).first()
    if own is None or own.pk not in loans.handlers([loan], on)[loan.account]:
        raise PermissionDenied(_("只有这笔贷款的经办客户经理可以办理；经办人变更请先办理移交。"))
    if own.status not in (Status.ON_POST, Status.TRAINEE):
        words = {"status": own.get_status_display()}
        raise Refusal(_("您现在的状态是“%(status)s”，不能办理信贷事项。") % words)
    return own


def lock_loan(account: int) -> Account:
    """The loan's account, locked, so that two proposals for it wait for each other."""
    rows = Account.objects.select_for_update(of=("self",), no_key=True).select_related("customer")
    found = rows.filter(pk=account, product__kind="loan").first()
    if found is None:
        raise Refusal(_("找不到这笔贷款；请刷新列表后重新选择。"))
    return found


def take_over(model: type[Model], pk: int, *, by: User, on: date, state: str) -> None:
    """Whoever handles the loan now is in charge of a row in this state, whoever was before."""
    row: Any = model._default_manager.select_for_update(of=("self",)).filter(pk=pk).first()
    if row is None:
        raise Refusal(_("找不到要办理的事项；请刷新列表后重新选择。"))
    if row.state != state:
        return  # the step itself says why not
    own = in_charge(by, loans.loan(row.account_id, on), on)
    if row.manager_id != own.pk:
        row.manager = own
        row.save(update_fields=["manager"])


def needed(reason: str, *, least: int = 1) -> str:
    """The reason of a step that must give one."""
    reason = reason.strip()[:MOST_REASON]
    if len(reason) < least:
        raise Refusal(_("请写明理由（至少 %(count)s 个字）。") % {"count": least})
    return reason


def kept(upload: object | None, customer: Customer, *, by: User) -> StoredFile | None:
    """A file handed in with a step, about the loan's customer."""
    return files.keep(upload, by=by, customer=customer, permission=READING) if upload else None


def token(kind: str, step: str, account: int, by: User, key: str) -> str | None:
    """The unique digest of a first step; none without a key."""
    text = f"{kind}/{step}/{account}/{by.pk}/{key}"
    return hashlib.sha256(text.encode()).hexdigest() if key else None


def answered(kind: str, mark: str | None) -> int | None:
    """The number of the row an earlier call with the same key made."""
    entry = LogEntry.objects.filter(key=mark).first() if mark else None
    return int(entry.subject.removeprefix(f"{kind}:")) if entry else None
