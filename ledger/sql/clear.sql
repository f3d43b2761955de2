-- Forget the product rows that `rebuild` is about to write anew.
DELETE FROM ledger_customerproduct p
USING touched t
WHERE p.customer_id = t.customer_id AND p.since >= t.since
