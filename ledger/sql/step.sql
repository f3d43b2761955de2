-- One day forward: the changed accounts take their new worth, their customers' products are brought up to the
-- day before and their balances move by the difference; the new state goes to the history. Marks of a month,
-- quarter or year are set by its first change.
WITH RECURSIVE currency (currency) AS (
    -- the few currencies there are, by as many look-ups in the index of many rates
    (SELECT currency FROM ledger_fxrate ORDER BY currency LIMIT 1)
  UNION ALL
    SELECT (SELECT r.currency FROM ledger_fxrate r WHERE r.currency > c.currency ORDER BY r.currency LIMIT 1)
    FROM currency c
    WHERE c.currency IS NOT NULL
), rate AS MATERIALIZED (
    SELECT c.currency, r.rate
    FROM currency c
    CROSS JOIN LATERAL (
        SELECT rate FROM ledger_fxrate
        WHERE currency = c.currency AND business_date <= %(day)s AND bundle_id <= %(pinned)s
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS r
), moved AS (
    UPDATE ledger_accountposition p
    SET balance = c.balance,
        value = CASE
            WHEN p.closed_on < %(day)s THEN 0
            WHEN p.currency = 'CNY' THEN c.balance * 100
            ELSE round(c.balance * (SELECT rate FROM rate WHERE rate.currency = p.currency), 2) * 100
        END
    FROM changed c
    WHERE p.account_id = c.account_id AND p.customer_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
    RETURNING p.account_id, p.customer_id, p.bucket, old.value AS before, new.value AS after,
              old.balance IS NULL AS first
), acquired AS (
    -- the past of an account older than the history is unknown before its first balance
    SELECT DISTINCT m.customer_id
    FROM moved m JOIN ledger_account a ON a.id = m.account_id
    WHERE m.first AND a.opened_on < %(history_start)s AND %(day)s > %(history_start)s
), difference AS (
    -- a deposit below zero counts as zero there and shows as an overdraft instead
    SELECT customer_id,
           coalesce(sum(greatest(after, 0) - greatest(before, 0)) FILTER (WHERE bucket = 'deposit'), 0)::bigint
               AS deposit,
           coalesce(sum(greatest(after, 0) - greatest(before, 0)) FILTER (WHERE bucket = 'agreement_deposit'), 0)
               ::bigint AS agreement,
           coalesce(sum(after - before) FILTER (WHERE bucket = 'loan'), 0)::bigint AS loan,
           coalesce(sum(greatest(-after, 0) - greatest(-before, 0)) FILTER (WHERE bucket <> 'loan'), 0)::bigint
               AS overdraft,
           customer_id IN (SELECT customer_id FROM acquired) AS acquired
    FROM moved
    GROUP BY customer_id
), stepped AS (
    UPDATE ledger_customerposition p
    SET since = %(day)s,
        deposit = p.deposit + d.deposit,
        deposit_product = p.deposit_product + p.deposit * (%(day)s - p.since),
        agreement = p.agreement + d.agreement,
        agreement_product = p.agreement_product + p.agreement * (%(day)s - p.since),
        loan = p.loan + d.loan,
        loan_product = p.loan_product + p.loan * (%(day)s - p.since),
        overdraft = p.overdraft + d.overdraft,
        overdraft_product = p.overdraft_product + p.overdraft * (%(day)s - p.since),
        deposit_month = CASE WHEN p.since < %(month)s
            THEN p.deposit_product + p.deposit * (%(month)s - p.since) ELSE p.deposit_month END,
        deposit_quarter = CASE WHEN p.since < %(quarter)s
            THEN p.deposit_product + p.deposit * (%(quarter)s - p.since) ELSE p.deposit_quarter END,
        deposit_year = CASE WHEN p.since < %(year)s
            THEN p.deposit_product + p.deposit * (%(year)s - p.since) ELSE p.deposit_year END,
        deposit_last_year = CASE
            WHEN p.since < %(last_year)s THEN p.deposit_product + p.deposit * (%(last_year)s - p.since)
            WHEN p.since < %(year)s THEN p.deposit_year
            ELSE p.deposit_last_year END,
        loan_month = CASE WHEN p.since < %(month)s
            THEN p.loan_product + p.loan * (%(month)s - p.since) ELSE p.loan_month END,
        loan_quarter = CASE WHEN p.since < %(quarter)s
            THEN p.loan_product + p.loan * (%(quarter)s - p.since) ELSE p.loan_quarter END,
        loan_year = CASE WHEN p.since < %(year)s
            THEN p.loan_product + p.loan * (%(year)s - p.since) ELSE p.loan_year END,
        first_since = coalesce(p.first_since, %(day)s),
        acquired_on = CASE WHEN d.acquired THEN %(day)s ELSE p.acquired_on END
    FROM difference d
    WHERE p.customer_id = d.customer_id
      AND (d.acquired OR d.deposit <> 0 OR d.agreement <> 0 OR d.loan <> 0 OR d.overdraft <> 0)
    RETURNING new.*
)
INSERT INTO ledger_customerproduct (customer_id, since, deposit, deposit_product, agreement,
    agreement_product, loan, loan_product, overdraft, overdraft_product)
SELECT customer_id, since, deposit, deposit_product, agreement, agreement_product, loan, loan_product,
       overdraft, overdraft_product
FROM stepped
ORDER BY customer_id
