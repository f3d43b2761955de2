-- What all accounts are worth together against what all customers hold, per bucket; both in fen.
SELECT a.deposit - c.deposit, a.agreement - c.agreement, a.loan - c.loan, a.overdraft - c.overdraft
FROM (
    SELECT coalesce(sum(value) FILTER (WHERE bucket = 'deposit' AND value > 0), 0) AS deposit,
           coalesce(sum(value) FILTER (WHERE bucket = 'agreement_deposit' AND value > 0), 0) AS agreement,
           coalesce(sum(value) FILTER (WHERE bucket = 'loan'), 0) AS loan,
           coalesce(-sum(value) FILTER (WHERE bucket <> 'loan' AND value < 0), 0) AS overdraft
    FROM ledger_accountposition
) AS a, (
    SELECT coalesce(sum(deposit), 0) AS deposit, coalesce(sum(agreement), 0) AS agreement,
           coalesce(sum(loan), 0) AS loan, coalesce(sum(overdraft), 0) AS overdraft
    FROM ledger_customerposition
) AS c
