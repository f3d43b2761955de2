-- Figures per manager, window and floor out of the products: every sum is a subtraction of prefix sums.
-- An assignment is cut to the window (a piece); a piece earns its share of the customer's product on
-- its own days, so a transfer never moves the past. A customer counts where its own whole average of
-- deposits reaches the floor; then everything of it counts.
-- Each prefix sum is one look-up in an index; parts are joined on (window, customer) alone, so that the
-- work grows with the customers and not with their square.
WITH win AS (
    SELECT *, "end" - start + 1 AS days, base_end - base_start + 1 AS base_days
    FROM unnest(%(names)s::text[], %(starts)s::date[], %(ends)s::date[],
                %(base_starts)s::date[], %(base_ends)s::date[])
         AS w (name, start, "end", base_start, base_end)
), piece AS MATERIALIZED (
    SELECT w.name, a.customer_id, a.manager_id, a.share,
           w.start AS window_start, w."end" AS window_end, w.base_start, w.base_end,
           greatest(a.starts_on, w.start) AS start, least(a.ends_on, w."end") AS "end",
           a.starts_on <= w."end" AND (a.ends_on IS NULL OR a.ends_on >= w."end") AS held
    FROM win w
    JOIN managers_assignment a
      ON a.superseded_by IS NULL AND a.starts_on <= w."end"
     AND (a.ends_on IS NULL OR a.ends_on >= w.start)
    WHERE %(managers)s::bigint[] IS NULL OR a.manager_id = ANY (%(managers)s)
), holder AS MATERIALIZED (
    SELECT DISTINCT name, customer_id, window_start, window_end, base_start, base_end FROM piece
), base AS MATERIALIZED (
    SELECT h.customer_id, h.base_start, coalesce(z.product, 0) - coalesce(a.product, 0) AS deposit
    FROM (SELECT DISTINCT customer_id, base_start, base_end FROM holder) AS h
    LEFT JOIN LATERAL (
        SELECT product_before + balance * (h.base_start - since) AS product FROM ledger_customerproduct
        WHERE customer_id = h.customer_id AND bucket = 'deposit' AND since < h.base_start
        ORDER BY since DESC LIMIT 1
    ) AS a ON true
    LEFT JOIN LATERAL (
        SELECT product_before + balance * (h.base_end - since + 1) AS product FROM ledger_customerproduct
        WHERE customer_id = h.customer_id AND bucket = 'deposit' AND since <= h.base_end
        ORDER BY since DESC LIMIT 1
    ) AS z ON true
), acquired AS MATERIALIZED (
    -- accounts older than our history whose balances begin only later
    SELECT DISTINCT acc.customer_id, b.known_from
    FROM ledger_account acc
    CROSS JOIN LATERAL (
        SELECT min(business_date) AS known_from FROM ledger_balancechange WHERE account_id = acc.id
    ) AS b
    WHERE acc.opened_on < %(history_start)s AND b.known_from > %(history_start)s
), gap AS MATERIALIZED (
    -- what begins after the window is not known of on its last day: figures never rest on the future
    SELECT DISTINCT h.name, h.customer_id
    FROM holder h
    JOIN acquired k USING (customer_id)
    WHERE k.known_from > h.base_start AND k.known_from <= h.window_end
), own AS MATERIALIZED (
    -- prefix sums of the whole customer at the window's edges, and its base
    SELECT h.name, h.customer_id,
           coalesce(da.product, 0) AS deposit_before, coalesce(dz.product, 0) AS deposit_after,
           coalesce(la.product, 0) AS loan_before, coalesce(lz.product, 0) AS loan_after,
           b.deposit AS base, g.name IS NOT NULL AS base_unknown
    FROM holder h
    JOIN base b USING (customer_id, base_start)
    LEFT JOIN gap g USING (name, customer_id)
    LEFT JOIN LATERAL (
        SELECT product_before + balance * (h.window_start - since) AS product FROM ledger_customerproduct
        WHERE customer_id = h.customer_id AND bucket = 'deposit' AND since < h.window_start
        ORDER BY since DESC LIMIT 1
    ) AS da ON true
    LEFT JOIN LATERAL (
        SELECT product_before + balance * (h.window_end - since + 1) AS product FROM ledger_customerproduct
        WHERE customer_id = h.customer_id AND bucket = 'deposit' AND since <= h.window_end
        ORDER BY since DESC LIMIT 1
    ) AS dz ON true
    LEFT JOIN LATERAL (
        SELECT product_before + balance * (h.window_start - since) AS product FROM ledger_customerproduct
        WHERE customer_id = h.customer_id AND bucket = 'loan' AND since < h.window_start
        ORDER BY since DESC LIMIT 1
    ) AS la ON true
    LEFT JOIN LATERAL (
        SELECT product_before + balance * (h.window_end - since + 1) AS product FROM ledger_customerproduct
        WHERE customer_id = h.customer_id AND bucket = 'loan' AND since <= h.window_end
        ORDER BY since DESC LIMIT 1
    ) AS lz ON true
), settled AS MATERIALIZED (
    SELECT p.name, p.manager_id, p.customer_id, sum(p.share * s.usd_amount) AS amount
    FROM piece p
    JOIN ledger_settlement s
      ON s.customer_id = p.customer_id AND s.business_date BETWEEN p.start AND p."end"
    GROUP BY p.name, p.manager_id, p.customer_id
), credited AS MATERIALIZED (
    -- a piece that does not fill the window looks its own edges up
    SELECT p.name, p.manager_id, p.customer_id,
           sum(p.share * (CASE WHEN p."end" < p.window_end THEN coalesce(dz.product, 0) ELSE o.deposit_after END
               - CASE WHEN p.start > p.window_start THEN coalesce(da.product, 0) ELSE o.deposit_before END)
           ) AS deposit,
           sum(p.share * (CASE WHEN p."end" < p.window_end THEN coalesce(lz.product, 0) ELSE o.loan_after END
               - CASE WHEN p.start > p.window_start THEN coalesce(la.product, 0) ELSE o.loan_before END)
           ) AS loan,
           bool_or(p.held) AS held,
           sum(p.share) FILTER (WHERE p.held) AS held_share,
           min(o.deposit_after - o.deposit_before) AS own_deposit,
           min(o.loan_after - o.loan_before) AS own_loan,
           min(o.base) AS base,
           bool_or(o.base_unknown) AS base_unknown
    FROM piece p
    JOIN own o USING (name, customer_id)
    LEFT JOIN LATERAL (
        SELECT product_before + balance * (p.start - since) AS product FROM ledger_customerproduct
        WHERE p.start > p.window_start
          AND customer_id = p.customer_id AND bucket = 'deposit' AND since < p.start
        ORDER BY since DESC LIMIT 1
    ) AS da ON true
    LEFT JOIN LATERAL (
        SELECT product_before + balance * (p."end" - since + 1) AS product FROM ledger_customerproduct
        WHERE p."end" < p.window_end
          AND customer_id = p.customer_id AND bucket = 'deposit' AND since <= p."end"
        ORDER BY since DESC LIMIT 1
    ) AS dz ON true
    LEFT JOIN LATERAL (
        SELECT product_before + balance * (p.start - since) AS product FROM ledger_customerproduct
        WHERE p.start > p.window_start
          AND customer_id = p.customer_id AND bucket = 'loan' AND since < p.start
        ORDER BY since DESC LIMIT 1
    ) AS la ON true
    LEFT JOIN LATERAL (
        SELECT product_before + balance * (p."end" - since + 1) AS product FROM ledger_customerproduct
        WHERE p."end" < p.window_end
          AND customer_id = p.customer_id AND bucket = 'loan' AND since <= p."end"
        ORDER BY since DESC LIMIT 1
    ) AS lz ON true
    GROUP BY p.name, p.manager_id, p.customer_id
), line AS MATERIALIZED (
    SELECT c.*, s.amount AS settlement
    FROM credited c
    LEFT JOIN settled s USING (name, manager_id, customer_id)
), cell AS (
    SELECT m.id AS manager_id, w.name, w.days, w.base_start, w.base_days, f.floor
    FROM managers_clientmanager m
    CROSS JOIN win w
    CROSS JOIN unnest(%(floors)s::numeric[]) AS f (floor)
    WHERE %(managers)s::bigint[] IS NULL OR m.id = ANY (%(managers)s)
), summed AS (
    SELECT c.manager_id, c.name, c.floor, c.days, c.base_days, c.base_start,
           coalesce(sum(l.deposit), 0) AS deposit,
           coalesce(sum(l.loan), 0) AS loan,
           coalesce(sum(l.settlement), 0) AS settlement,
           greatest(max(l.own_deposit) FILTER (WHERE l.held), 0) AS largest_deposit,
           (array_agg(l.customer_id ORDER BY l.own_deposit DESC, l.customer_id)
               FILTER (WHERE l.held AND l.own_deposit > 0))[1] AS largest_deposit_customer,
           greatest(max(l.own_loan) FILTER (WHERE l.held), 0) AS largest_loan,
           (array_agg(l.customer_id ORDER BY l.own_loan DESC, l.customer_id)
               FILTER (WHERE l.held AND l.own_loan > 0))[1] AS largest_loan_customer,
           coalesce(sum(l.base * l.held_share) FILTER (WHERE l.held), 0) AS base,
           coalesce(bool_or(l.base_unknown) FILTER (WHERE l.held), false) AS base_unknown
    FROM cell c
    LEFT JOIN line l
      ON l.manager_id = c.manager_id AND l.name = c.name AND l.own_deposit >= c.floor * c.days
    GROUP BY c.manager_id, c.name, c.floor, c.days, c.base_days, c.base_start
), judged AS (
    SELECT *, CASE WHEN base_start < %(history_start)s THEN 'history'
                   WHEN base_unknown THEN 'accounts' ELSE '' END AS base_gap
    FROM summed
)
SELECT %(run)s::bigint AS run_id, manager_id, name AS "window", floor, days,
       deposit AS deposit_product, loan AS loan_product, settlement AS settlement_usd,
       largest_deposit AS largest_deposit_product, largest_deposit_customer AS largest_deposit_customer_id,
       largest_loan AS largest_loan_product, largest_loan_customer AS largest_loan_customer_id,
       CASE WHEN base_gap = '' THEN base END AS base_product, base_days, base_gap
FROM judged
