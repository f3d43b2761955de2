-- What is known of some loans on a day: what was agreed, balance, class with arrears, and the rate of the currency.
SELECT a.id, a.account_no, a.customer_id, a.currency, a.opened_on, a.closed_on,
       t.amount, t.issued_on, t.matures_on, t.security, b.balance,
       coalesce(c.loan_class, ''), c.interest_arrears,
       CASE a.currency WHEN 'CNY' THEN 1 ELSE r.rate END
FROM ledger_account a
LEFT JOIN LATERAL (
    SELECT amount, issued_on, matures_on, security FROM credit_loanterms
    WHERE account_id = a.id ORDER BY bundle_id DESC LIMIT 1
) AS t ON true
LEFT JOIN LATERAL (
    SELECT balance FROM ledger_balancechange
    WHERE account_id = a.id AND business_date <= %(day)s ORDER BY business_date DESC, bundle_id DESC LIMIT 1
) AS b ON true
LEFT JOIN LATERAL (
    SELECT loan_class, interest_arrears FROM credit_classification
    WHERE account_id = a.id AND business_date <= %(day)s ORDER BY business_date DESC, bundle_id DESC LIMIT 1
) AS c ON true
LEFT JOIN LATERAL (
    SELECT rate FROM ledger_fxrate
    WHERE currency = a.currency AND business_date <= %(day)s ORDER BY business_date DESC, bundle_id DESC LIMIT 1
) AS r ON true
WHERE a.id = ANY (%(accounts)s)
ORDER BY a.account_no
