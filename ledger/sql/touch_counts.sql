-- How much a night has to look at between two days, roughly: balances, foreign accounts for every new rate.
SELECT (SELECT count(*) FROM ledger_balancechange
        WHERE business_date > %(applied)s AND business_date <= %(through)s)
     + (SELECT count(*) FROM ledger_account WHERE currency <> 'CNY') * %(days)s
     + (SELECT count(*) FROM ledger_latechange WHERE applied_at IS NULL AND products)
