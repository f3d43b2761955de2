    SELECT p.customer_id, true AS now, %(end)s::date AS day,
           CASE WHEN l.loan_class = 'normal' THEN p.value ELSE 0 END AS normal, p.value AS total,
           (l.loan_class IS NULL)::integer AS unclassified
    FROM ledger_loanposition p
    LEFT JOIN credit_loanstate l ON l.account_id = p.account_id
    WHERE p.balance > 0 AND p.closed_on >= %(end)s
  UNION ALL
    SELECT customer_id, false, %(base_day)s, normal, total, unclassified FROM credit_baseportfolio
