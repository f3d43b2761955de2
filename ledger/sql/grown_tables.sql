-- Tables that have grown by half since their statistics were taken; of the history each month by itself, and
-- the whole of it only where a month did.
WITH month AS (
    SELECT inhrelid AS oid FROM pg_inherits WHERE inhparent = 'ledger_balancechange'::regclass
), grown AS (
    SELECT c.oid, c.oid IN (SELECT oid FROM month) AS is_month
    FROM pg_class c
    WHERE (c.oid IN (SELECT oid FROM month)
           OR c.oid IN ('ledger_account'::regclass, 'ledger_fxrate'::regclass, 'ledger_settlement'::regclass,
                        'ledger_event'::regclass, 'ledger_target'::regclass,
                        'managers_customer'::regclass, 'managers_assignment'::regclass))
      AND pg_relation_size(c.oid) > 8192 * 1.5 * greatest(c.relpages, 1)
)
SELECT oid::regclass::text FROM grown
UNION ALL
SELECT 'ONLY ledger_balancechange' WHERE EXISTS (SELECT FROM grown WHERE is_month)
