-- Loan quality per manager and window, an entry per floor. Who counts follows from the same rule as in the ledger: the
-- customer's own whole average of deposits over the window reaches the floor.
WITH win AS (
    SELECT *, "end" - start + 1 AS days
    FROM unnest(%(names)s::text[], %(starts)s::date[], %(ends)s::date[], %(base_days)s::date[])
         AS w (name, start, "end", base_day)
), cell AS (
    SELECT m.id AS manager_id, w.name, w.start, w."end", w.days, w.base_day, f.floor
    FROM managers_clientmanager m
    CROSS JOIN win w
    CROSS JOIN unnest(%(floors)s::numeric[]) AS f (floor)
    WHERE (%(managers)s::bigint[] IS NULL OR m.id = ANY (%(managers)s))
      AND m.id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
), lending AS (
    SELECT DISTINCT a.customer_id FROM ledger_account a JOIN ledger_product p ON p.id = a.product_id
    WHERE p.kind = 'loan'
), relevant AS (
    SELECT customer_id FROM lending
  UNION SELECT customer_id FROM credit_exposure WHERE business_date <= (SELECT max("end") FROM win)
), own AS (
    SELECT w.name, r.customer_id, (coalesce(z.deposit, 0) - coalesce(a.deposit, 0)) * 0.01 AS deposit
    FROM win w
    CROSS JOIN relevant r
    LEFT JOIN LATERAL ledger_product_before(r.customer_id, w."end" + 1) AS z ON true
    LEFT JOIN LATERAL ledger_product_before(r.customer_id, w.start) AS a ON true
), snapshot AS (
    -- every loan of the last day of the window, and of the day it is compared with
    SELECT "end" AS day FROM win UNION SELECT base_day FROM win
), loan AS (
    SELECT s.day, a.customer_id, c.loan_class,
           CASE WHEN a.currency = 'CNY' THEN b.balance ELSE round(b.balance * r.rate, 2) END AS balance
    FROM snapshot s
    CROSS JOIN ledger_account a
    JOIN ledger_product p ON p.id = a.product_id AND p.kind = 'loan'
    JOIN LATERAL (
        SELECT balance FROM ledger_balancechange
        WHERE account_id = a.id AND business_date <= s.day
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS b ON b.balance > 0
    LEFT JOIN LATERAL (
        SELECT rate FROM ledger_fxrate
        WHERE a.currency <> 'CNY' AND currency = a.currency AND business_date <= s.day
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS r ON true
    LEFT JOIN LATERAL (
        SELECT loan_class FROM credit_classification
        WHERE account_id = a.id AND business_date <= s.day
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS c ON true
    WHERE a.closed_on IS NULL OR a.closed_on >= s.day
), held AS (
    SELECT h.manager_id, l.day, l.customer_id, l.loan_class, h.share * l.balance AS balance
    FROM loan l
    JOIN managers_assignment h
      ON h.customer_id = l.customer_id AND h.superseded_by IS NULL AND h.starts_on <= l.day
     AND (h.ends_on IS NULL OR h.ends_on >= l.day)
), balances AS (
    SELECT c.manager_id, c.name, c.floor, h.day = c."end" AS now,
           sum(h.balance) AS total,
           coalesce(sum(h.balance) FILTER (WHERE h.loan_class = 'normal'), 0) AS normal,
           count(*) FILTER (WHERE h.loan_class IS NULL) AS unclassified
    FROM cell c
    JOIN held h ON h.manager_id = c.manager_id AND h.day IN (c."end", c.base_day)
    JOIN own o ON o.name = c.name AND o.customer_id = h.customer_id AND o.deposit >= c.floor * c.days
    GROUP BY c.manager_id, c.name, c.floor, h.day = c."end"
), daily AS (
    SELECT c.manager_id, c.name, c.floor, e.business_date,
           sum(e.non_performing) AS non_performing, sum(e.interest_arrears) AS interest_arrears,
           sum(e.advances) AS advances
    FROM credit_exposure e
    JOIN managers_assignment h
      ON h.customer_id = e.customer_id AND h.superseded_by IS NULL AND h.starts_on <= e.business_date
     AND (h.ends_on IS NULL OR h.ends_on >= e.business_date)
    JOIN cell c ON c.manager_id = h.manager_id AND e.business_date BETWEEN c.start AND c."end"
    JOIN own o ON o.name = c.name AND o.customer_id = e.customer_id AND o.deposit >= c.floor * c.days
    GROUP BY c.manager_id, c.name, c.floor, e.business_date
), peak AS (
    SELECT manager_id, name, floor, max(non_performing) AS non_performing,
           max(interest_arrears) AS interest_arrears, max(advances) AS advances
    FROM daily
    GROUP BY manager_id, name, floor
)
SELECT %(run)s::bigint AS run_id, c.manager_id, c.name AS "window",
       array_agg(coalesce(n.normal, 0) ORDER BY c.floor) AS normal_balance,
       array_agg(coalesce(n.total, 0) ORDER BY c.floor) AS loan_balance,
       array_agg(coalesce(n.unclassified, 0) ORDER BY c.floor) AS unclassified,
       array_agg(CASE WHEN c.base_day >= %(history_start)s THEN coalesce(b.normal, 0) END ORDER BY c.floor)
           AS base_normal_balance,
       array_agg(CASE WHEN c.base_day >= %(history_start)s THEN coalesce(b.total, 0) END ORDER BY c.floor)
           AS base_loan_balance,
       array_agg(CASE WHEN c.base_day >= %(history_start)s THEN coalesce(b.unclassified, 0) END ORDER BY c.floor)
           AS base_unclassified,
       array_agg(coalesce(p.non_performing, 0) ORDER BY c.floor) AS non_performing,
       array_agg(coalesce(p.interest_arrears, 0) ORDER BY c.floor) AS interest_arrears,
       array_agg(coalesce(p.advances, 0) ORDER BY c.floor) AS advances
FROM cell c
LEFT JOIN balances n ON (n.manager_id, n.name, n.floor) = (c.manager_id, c.name, c.floor) AND n.now
LEFT JOIN balances b ON (b.manager_id, b.name, b.floor) = (c.manager_id, c.name, c.floor) AND NOT b.now
LEFT JOIN peak p ON (p.manager_id, p.name, p.floor) = (c.manager_id, c.name, c.floor)
GROUP BY c.manager_id, c.name
