-- Keep every delivered agreement of a loan; one whose amount or day of issue says something else than was known changes
-- the figures from the earlier of the days on, where that is published.
INSERT INTO effect (customer_id, since, products)
SELECT a.customer_id, min(least(s.issued_on, known.issued_on)), false
FROM row_loans s
JOIN ledger_account a ON a.id = s.account_id
LEFT JOIN LATERAL (
    SELECT amount, issued_on FROM credit_loanterms WHERE account_id = s.account_id ORDER BY bundle_id DESC LIMIT 1
) AS known ON true
WHERE least(s.issued_on, known.issued_on) <= %(applied)s
  AND (s.amount, s.issued_on) IS DISTINCT FROM (known.amount, known.issued_on)
GROUP BY a.customer_id;

INSERT INTO credit_loanterms
    (account_id, amount, issued_on, matures_on, security, rate, issuer_id, bundle_id, line)
SELECT s.account_id, s.amount, s.issued_on, s.matures_on, s.security, s.rate, m.id, %(bundle)s, s.line_no
FROM row_loans s
LEFT JOIN managers_clientmanager m ON m.employee_no = s.employee_no
