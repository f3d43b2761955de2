# Look-ups in the history become part of the statement that asks for them: as a function of its own each one
# started an executor over all months, which took longer than the look-up and grew with the history. The days of
# a month's balances are found by blocks: they come in their order, and an entry for each was a third of what the
# indexes cost.

import django.contrib.postgres.indexes
from django.db import migrations

GONE = "DROP FUNCTION ledger_product_before(bigint, date);"

IN_LINE = """
-- Products of all days before `day`, and the deposits and loans held at the end of the day before; no row where
-- the customer had no business by then.
CREATE FUNCTION ledger_product_before(of_customer bigint, day date)
RETURNS TABLE (deposit bigint, agreement bigint, loan bigint, overdraft bigint,
               deposit_balance bigint, loan_balance bigint)
LANGUAGE sql STABLE ROWS 1 AS $$
    SELECT p.deposit_product + p.deposit * (day - p.since), p.agreement_product + p.agreement * (day - p.since),
           p.loan_product + p.loan * (day - p.since), p.overdraft_product + p.overdraft * (day - p.since),
           p.deposit, p.loan
    FROM ledger_customerproduct p
    WHERE p.customer_id = of_customer AND p.since < day
    ORDER BY p.since DESC LIMIT 1
$$;
"""

APART = """
CREATE FUNCTION ledger_product_before(
    of_customer bigint, day date,
    OUT deposit bigint, OUT agreement bigint, OUT loan bigint, OUT overdraft bigint
) LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT p.deposit_product + p.deposit * (day - p.since), p.agreement_product + p.agreement * (day - p.since),
           p.loan_product + p.loan * (day - p.since), p.overdraft_product + p.overdraft * (day - p.since)
    INTO deposit, agreement, loan, overdraft
    FROM ledger_customerproduct p
    WHERE p.customer_id = of_customer AND p.since < day
    ORDER BY p.since DESC LIMIT 1;
END
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0002_product_names'),
    ]

    operations = [
        migrations.RunSQL(GONE + IN_LINE, GONE + APART),
        migrations.RemoveIndex(model_name='balancechange', name='balance_business_date'),
        migrations.AddIndex(
            model_name='balancechange',
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=['business_date'], name='balance_business_date', pages_per_range=16
            ),
        ),
    ]
