-- What was issued, recovered and received on loans within the spans asked for, in CNY at the rate of the day and at the
-- manager's share of the day, manager by manager and customer by customer, as known to a bundle.
WITH asked AS (
    SELECT * FROM unnest(%(codes)s::text[], %(starts)s::date[], %(ends)s::date[])
        WITH ORDINALITY AS a (code, first, last, place)
), reach AS (
    SELECT min(first) AS first, max(last) AS last FROM asked
), paid AS (
    SELECT DISTINCT ON (p.account_id, p.business_date, p.reference)
           p.account_id, p.business_date, p.principal, p.interest
    FROM credit_repayment p
    JOIN reach r ON p.business_date BETWEEN r.first AND r.last
    WHERE p.bundle_id <= %(bundle)s
    ORDER BY p.account_id, p.business_date, p.reference, p.bundle_id DESC
), issued AS (
    SELECT t.account_id, t.issued_on, t.amount
    FROM credit_loanterms t
    JOIN reach r ON t.issued_on BETWEEN r.first AND r.last
    WHERE t.bundle_id <= %(bundle)s AND NOT EXISTS (
        SELECT FROM credit_loanterms later
        WHERE later.account_id = t.account_id AND later.bundle_id <= %(bundle)s AND later.bundle_id > t.bundle_id)
), flow AS (
    SELECT 'loans_recovered' AS code, account_id, business_date AS day, principal AS amount FROM paid
  UNION ALL
    SELECT 'interest_received', account_id, business_date, interest FROM paid
  UNION ALL
    SELECT 'loans_issued', account_id, issued_on, amount FROM issued
), valued AS (
    SELECT f.code, coalesce(v.customer_id, a.customer_id) AS customer_id, f.day,
           CASE coalesce(v.currency, a.currency) WHEN 'CNY' THEN f.amount
                ELSE round(f.amount * x.rate, 2) END AS amount
    FROM flow f
    JOIN ledger_account a ON a.id = f.account_id
    LEFT JOIN LATERAL (
        SELECT customer_id, currency FROM ledger_accountversion
        WHERE account_id = a.id AND superseded_by > %(bundle)s ORDER BY superseded_by, id LIMIT 1
    ) AS v ON true
    LEFT JOIN LATERAL (
        SELECT rate FROM ledger_fxrate
        WHERE currency = coalesce(v.currency, a.currency) AND business_date <= f.day AND bundle_id <= %(bundle)s
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS x ON coalesce(v.currency, a.currency) <> 'CNY'
    WHERE f.amount <> 0 AND f.code IN (SELECT code FROM asked)
)
SELECT q.place, s.manager_id, v.customer_id, sum(v.amount * s.share)
FROM valued v
JOIN asked q ON q.code = v.code AND v.day BETWEEN q.first AND q.last
JOIN managers_assignment s ON s.customer_id = v.customer_id
 AND v.day BETWEEN s.starts_on AND coalesce(s.ends_on, 'infinity')
 AND s.source_bundle <= %(bundle)s AND (s.superseded_by IS NULL OR s.superseded_by > %(bundle)s)
WHERE s.manager_id = ANY (%(managers)s)
GROUP BY q.place, s.manager_id, v.customer_id
