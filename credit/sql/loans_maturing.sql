-- Open loan accounts that mature within some days by the terms last delivered.
SELECT t.account_id
FROM credit_loanterms t
JOIN ledger_account a ON a.id = t.account_id AND (a.closed_on IS NULL OR a.closed_on > %(first)s)
WHERE t.matures_on BETWEEN %(first)s AND %(last)s
  AND NOT EXISTS (
      SELECT FROM credit_loanterms l WHERE l.account_id = t.account_id AND l.bundle_id > t.bundle_id
  )
ORDER BY t.account_id
