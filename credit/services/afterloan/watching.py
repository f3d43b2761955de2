"""The watch over loans: how overdue each is and which class that allows, worked out anew every day."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.db import transaction

from credit.models import LoanWatch
from credit.queries.afterloan import lateness, loans
from credit.queries.afterloan.lateness import Lateness
from credit.queries.afterloan.loans import Loan
from managers.services import deadlines

#: Loans worked out in one transaction.
CHUNK = 500
KIND = "loan_watch"
#: What of a watch a day may change.
CHANGING = (
    "as_of",
    "loan_class",
    "balance",
    "matures_on",
    "days",
    "since",
    "basis",
    "principal",
    "interest",
    "floor",
    "cites",
    "broken",
    "broken_since",
)


def keep_watch(*, on: date) -> int:
    """Work out every open loan, chunk by chunk; how many. Harmless when repeated; loans that ended go."""
    done = 0
    for chunk in loans.open_accounts(on, size=CHUNK):
        done += watch(chunk, on=on)
    LoanWatch.objects.filter(account__closed_on__lte=on).delete()
    return done


def watch(accounts: Iterable[int], *, on: date) -> int:
    """Work out some loans, all or none of them; how many are open."""
    with transaction.atomic():
        found = loans.loans(accounts, on)
        late = lateness.lateness(found, on)
        before = dict(LoanWatch.objects.filter(account__in=found).values_list("account", "broken_since"))
        rows = list(_rows(found, late, before))
        LoanWatch.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["account"], update_fields=CHANGING
        )
        gone = found.keys() - {row.account_id for row in rows}
        LoanWatch.objects.filter(account__in=gone).delete()
        touched = {row.account_id for row in rows if row.broken} | {
            account for account, since in before.items() if since
        }
        if touched:
            deadlines.refresh(KIND, sorted(touched), on=on)
    return len(rows)


def _rows(
    found: dict[int, Loan], late: dict[int, Lateness], before: dict[int, date | None]
) -> Iterator[LoanWatch]:
    for account in sorted(found):
        loan, one = found[account], late[account]
        if not loan.is_open:
            continue
        broken = one.breaks(loan.loan_class)
        yield LoanWatch(
            account_id=account,
            as_of=one.as_of,
            loan_class=loan.loan_class,
            balance=loan.balance,
            matures_on=loan.matures_on,
            days=one.late.days,
            since=one.late.since,
            basis=one.late.basis,
            principal=one.principal,
            interest=one.interest,
            floor=one.floor,
            cites=one.cites,
            broken=broken,
            broken_since=(before.get(account) or one.as_of) if broken else None,
        )
