"""What is verified of every night before it is published: the invariants, on what the night may have changed.

`verify` checks the same of everything stored; here a night of a large bank must not wait for that.
"""

from datetime import timedelta

from django.db import connection
from django.utils.translation import gettext as _

from ledger import queries
from ledger.models import BundleFile, LedgerState, Run
from ledger.services import verification
from ledger.services.positions import NotTied
from ledger.sql import statement

#: Customers worked out day by day before a publication, others every night.
SAMPLE = 8


def complete(run: Run) -> None:
    """I07: every part is done, and every manager has every reading."""
    if run.chunks.filter(done_at=None).exists():
        raise NotTied(_("尚有分块未完成"))
    expected, found = queries.expected_readings(), run.readings.count()
    if found != expected:
        words = {"expected": expected, "found": found}
        raise NotTied(_("应有 %(expected)s 行读数，实有 %(found)s 行") % words)


def shares_sum_to_one_at_most(run: Run) -> None:
    """I01, of the customers whose shares a bundle since the day before has changed."""
    before = Run.objects.filter(is_current=True, business_date=run.business_date - timedelta(days=1)).first()
    after = before.through_bundle_id if before else 0
    if not BundleFile.objects.filter(bundle__gt=after, name="assignments.csv", loaded__gt=0).exists():
        return
    with connection.cursor() as cursor:
        cursor.execute(statement("check_shares"), {"after": after})
        hit = cursor.fetchone()
    if hit:
        words = {"customer": hit[0], "day": hit[1], "share": hit[2]}
        raise NotTied(_("客户 %(customer)s 在 %(day)s 的归属比例合计为 %(share)s") % words)


def sampled_products(run: Run) -> None:
    """I03: products of a few customers against a day-by-day recomputation from the delivered rows."""
    applied = LedgerState.objects.get(id=1).applied_through
    through = max(run.business_date, applied or run.business_date)
    hits = verification.unequal_products(sample=SAMPLE, seed=str(run.pk), through=through)
    if hits:
        raise NotTied(_("积数与逐日重算不符：%(hit)s") % {"hit": hits[0]})


CHECKS = (complete, shares_sum_to_one_at_most, sampled_products)
