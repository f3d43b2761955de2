-- Where the accounts of customers of some slots stand at the end of a day: hundredths of their currency
-- (the least number where no balance is known) and fen (the least number where a rate is lacking).
SELECT a.id, coalesce((v.balance * 100)::bigint, -9223372036854775808),
       coalesce(CASE
           WHEN v.balance IS NULL OR a.closed_on < %(on)s THEN 0
           WHEN a.currency = 'CNY' THEN v.balance * 100
           ELSE round(v.balance * (
               SELECT rate FROM ledger_fxrate
               WHERE currency = a.currency AND business_date <= %(on)s AND bundle_id <= %(pinned)s
               ORDER BY business_date DESC, bundle_id DESC LIMIT 1
           ), 2) * 100
       END::bigint, -9223372036854775808)
FROM {whose} AS t
JOIN ledger_account a ON a.customer_id = t.customer_id
LEFT JOIN LATERAL (
    SELECT balance FROM ledger_balancechange
    WHERE account_id = a.id AND business_date <= %(on)s AND bundle_id <= %(pinned)s
    ORDER BY business_date DESC, bundle_id DESC LIMIT 1
) AS v ON true
WHERE t.customer_id %% 1024 BETWEEN %(first)s AND %(last)s
ORDER BY a.id
