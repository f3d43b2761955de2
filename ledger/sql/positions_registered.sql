-- Accounts that are new, or said something else, since the last bundle whose accounts were taken in; of the new
-- ones those of some slots, of the others all, as they may have left for another customer.
SELECT a.id, a.customer_id, array_position(ARRAY['deposit', 'agreement_deposit', 'loan'], p.bucket::text) - 1,
       a.currency, coalesce(a.closed_on, 'infinity')
FROM (
    SELECT id FROM ledger_account
    WHERE id > %(last_account)s AND customer_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
  UNION
    SELECT account_id FROM ledger_accountversion WHERE superseded_by > %(registered)s
) AS n
JOIN ledger_account a ON a.id = n.id
JOIN ledger_product p ON p.id = a.product_id
ORDER BY a.id
