"""Maturity notices: made ahead by a job, each exactly once, and acknowledged; the secret of the calendar."""

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from credit.models import Acknowledgement, CalendarToken, MaturityNotice
from credit.queries.afterloan import loans, maturities
from credit.queries.standards import standard_on
from credit.rules.maturing import notice_due
from credit.services.afterloan import charge
from managers.models import LogEntry, User
from managers.services import deadlines
from managers.services.stepping import Refusal

KIND = "maturity_notice"
#: Notices made in one transaction.
CHUNK = 200
Way = Acknowledgement.Way


def make_notices(*, on: date) -> int:
    """Make every maturity notice that is due and not made yet; how many were new.

    Chunk by chunk, each in a transaction of its own: whatever a killed job has not made is made by the
    next, and the key in the database makes none twice, whoever else is making them.
    """
    return sum(_make(chunk, on) for chunk in _due(on))


def _due(on: date) -> Iterator[Sequence[int]]:
    """Loans that mature soon, in chunks by their keys."""
    days = standard_on(on).notice_days
    last = on + timedelta(days=max(days, default=0))
    found = maturities.maturing(on, last)
    return (found[start : start + CHUNK] for start in range(0, len(found), CHUNK))


def _make(accounts: Sequence[int], on: date) -> int:
    wanted = _missing(accounts, on)
    if not wanted:
        return 0
    with transaction.atomic():
        MaturityNotice.objects.bulk_create(wanted, ignore_conflicts=True)
        keys = {(row.account_id, row.matures_on, row.days_before) for row in wanted}
        made = MaturityNotice.objects.filter(account__in=[row.account_id for row in wanted], made_on=on)
        found = [row.pk for row in made if (row.account_id, row.matures_on, row.days_before) in keys]
        deadlines.refresh(KIND, found, on=on)
    return len(found)


def _missing(accounts: Sequence[int], on: date) -> list[MaturityNotice]:
    """The notices due for some loans that nobody made so far, in the order of their keys."""
    days, known = standard_on(on).notice_days, loans.loans(accounts, on)
    made = set(
        MaturityNotice.objects.filter(account__in=accounts).values_list(
            "account", "matures_on", "days_before"
        )
    )
    handling = loans.handlers(known.values(), on)
    rows = []
    for pk in sorted(known):
        loan = known[pk]
        ahead = notice_due(loan.matures_on, days, on) if loan.matures_on and loan.is_open else None
        if ahead is None or loan.matures_on is None or (pk, loan.matures_on, ahead) in made:
            continue
        rows.append(
            MaturityNotice(
                account_id=pk,
                manager_id=min(handling[pk], default=None),
                matures_on=loan.matures_on,
                days_before=ahead,
                made_on=on,
                balance=loan.balance,
            )
        )
    return rows


def acknowledge(
    pk: int,
    *,
    received_by: str,
    received_on: date,
    way: str,
    evidence: Any = None,
    by: User,
    on: date,
) -> Acknowledgement:
    """Write down who of the customer took the notice and when; by whoever handles the loan, once."""
    with transaction.atomic():
        notice = MaturityNotice.objects.select_related("account__customer").filter(pk=pk).first()
        if notice is None:
            raise Refusal(_("找不到要办理的事项；请刷新列表后重新选择。"))
        charge.in_charge(by, loans.loan(notice.account_id, on), on)
        _check(notice, received_by, received_on, way, on)
        try:
            with transaction.atomic():
                made = Acknowledgement.objects.create(
                    notice=notice,
                    received_by=received_by.strip()[:80],
                    received_on=received_on,
                    way=way,
                    evidence=charge.kept(evidence, notice.account.customer, by=by),
                    recorded_by=by,
                    recorded_on=on,
                )
        except IntegrityError as error:
            raise Refusal(_("这份通知书已登记回执；不必再登记。")) from error
        LogEntry.objects.create(
            by=by, action="acknowledge_maturity_notice", subject=f"{KIND}:{pk}", detail={"way": way}
        )
        deadlines.refresh(KIND, [pk], on=on)
    return made


def _check(notice: MaturityNotice, received_by: str, received_on: date, way: str, on: date) -> None:
    if not received_by.strip():
        raise Refusal(_("请写明客户方由谁签收。"))
    if not notice.made_on <= received_on <= on:
        words = {"first": notice.made_on, "last": on}
        raise Refusal(_("签收日须在 %(first)s 至 %(last)s 之间；请更正。") % words)
    if way not in Way.values:
        raise Refusal(_("请选择送达方式。"))


def renew_calendar(*, by: User) -> str:
    """A new secret for a person's calendar feed, told once; the one before ends."""
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        CalendarToken.objects.update_or_create(user=by, defaults={"digest": digest(secret)})
        LogEntry.objects.create(by=by, action="renew_calendar", subject=f"user:{by.username}")
    return secret


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
