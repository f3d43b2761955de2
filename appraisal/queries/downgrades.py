"""Loans that were performing through a period and went bad after it, by the manager who held the customer."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from appraisal.models import Cycle

#: The latest delivery holds for each day. A loan counts for whoever held its customer on any day of the
#: period; it had a balance then, was not among the last three classes at its end, and is afterwards.
_STATEMENT = """
WITH held AS (
    SELECT DISTINCT s.manager_id, s.customer_id FROM managers_assignment s
    WHERE s.manager_id = ANY(%(managers)s) AND s.superseded_by IS NULL AND s.share > 0
      AND s.starts_on <= %(end)s AND coalesce(s.ends_on, 'infinity') >= %(start)s
), known AS (
    SELECT DISTINCT ON (c.account_id, c.business_date)
           c.account_id, c.business_date, c.loan_class, c.bundle_id, h.manager_id,
           a.account_no, u.customer_no
    FROM held h
    JOIN ledger_account a ON a.customer_id = h.customer_id AND a.opened_on <= %(end)s
    JOIN managers_customer u ON u.id = h.customer_id
    JOIN credit_classification c ON c.account_id = a.id AND c.business_date <= %(on)s
    ORDER BY c.account_id, c.business_date, c.bundle_id DESC
)
SELECT h.manager_id, k.account_no, k.customer_no, b.loan_class, k.loan_class, k.business_date, k.bundle_id
FROM (SELECT DISTINCT ON (account_id) * FROM known
      WHERE business_date > %(end)s AND loan_class IN ('substandard', 'doubtful', 'loss')
      ORDER BY account_id, business_date) k
JOIN LATERAL (SELECT loan_class FROM known b WHERE b.account_id = k.account_id AND b.business_date <= %(end)s
              ORDER BY b.business_date DESC LIMIT 1) b ON b.loan_class IN ('normal', 'special_mention')
JOIN ledger_account a ON a.account_no = k.account_no
JOIN held h ON h.customer_id = a.customer_id
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Downgrade:
    """One loan: who held its customer in the period, its class before and since, and who says so."""

    manager: int
    account_no: str
    customer_no: str
    before: str
    loan_class: str
    on: date
    bundle: int


def downgrades(cycle: Cycle, managers: list[int], on: date) -> list[Downgrade]:
    """The loans of these managers' customers that have become non-performing between the period and a day."""
    given: dict[str, Any] = {"managers": managers, "start": cycle.starts_on, "end": cycle.ends_on, "on": on}
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, given)
        return [Downgrade(*row) for row in cursor.fetchall()]
