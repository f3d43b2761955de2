# Months that a large bundle opens are filled without indexes, which are built once they are full.

from django.db import migrations

FUNCTIONS = """
-- Tables for months of balances none of which is open yet, apart from the history and without its indexes, below
-- ledger_balancechange_new; false, and the months opened as usual, where one of them is open. Roles that own no
-- tables call this too, so it acts for the owner.
CREATE FUNCTION ledger_begin_months(first date, last date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    month date;
BEGIN
    IF EXISTS (
        SELECT FROM generate_series(date_trunc('month', first), last, interval '1 month') AS m
        WHERE to_regclass('ledger_balancechange' || to_char(m, '_YYYY_MM')) IS NOT NULL
    ) THEN
        PERFORM ledger_open_months(first, last);
        RETURN false;
    END IF;
    CREATE TABLE ledger_balancechange_new (LIKE ledger_balancechange INCLUDING ALL EXCLUDING INDEXES)
        PARTITION BY RANGE (business_date);
    FOR month IN SELECT generate_series(date_trunc('month', first), last, interval '1 month') LOOP
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF ledger_balancechange_new FOR VALUES FROM (%L) TO (%L)',
            'ledger_balancechange' || to_char(month, '_YYYY_MM'), month, month + interval '1 month');
    END LOOP;
    RETURN true;
END
$$;

-- The filled months become part of the history, which builds their indexes; a key twice is an error.
CREATE FUNCTION ledger_end_months(first date, last date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    month date;
    part text;
BEGIN
    FOR month IN SELECT generate_series(date_trunc('month', first), last, interval '1 month') LOOP
        part := 'ledger_balancechange' || to_char(month, '_YYYY_MM');
        EXECUTE format('ALTER TABLE ledger_balancechange_new DETACH PARTITION %I', part);
        EXECUTE format('ALTER TABLE ledger_balancechange ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       part, month, month + interval '1 month');
    END LOOP;
    DROP TABLE ledger_balancechange_new;
    PERFORM ledger_open_months(first, last);
END
$$;
"""
GONE = """
DROP FUNCTION ledger_begin_months(date, date);
DROP FUNCTION ledger_end_months(date, date);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ledger', '0007_quarantine'),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, GONE),
    ]
