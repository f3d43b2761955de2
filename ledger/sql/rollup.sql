-- Figures per manager, window and floor out of the products: every sum is a subtraction of prefix sums.
-- An assignment is cut to the window (a piece); a piece earns its share of the customer's product on
-- its own days, so a transfer never moves the past. A customer counts where its own whole average of
-- deposits reaches the floor; then everything of it counts.
WITH win AS (
    SELECT *, "end" - start + 1 AS days, base_end - base_start + 1 AS base_days
    FROM unnest(%(names)s::text[], %(starts)s::date[], %(ends)s::date[],
                %(base_starts)s::date[], %(base_ends)s::date[])
         AS w (name, start, "end", base_start, base_end)
), piece AS (
    SELECT w.name, a.customer_id, a.manager_id, a.share,
           greatest(a.starts_on, w.start) AS start, least(a.ends_on, w."end") AS "end",
           a.starts_on <= w."end" AND (a.ends_on IS NULL OR a.ends_on >= w."end") AS held
    FROM win w
    JOIN managers_assignment a
      ON a.superseded_by IS NULL AND a.starts_on <= w."end"
     AND (a.ends_on IS NULL OR a.ends_on >= w.start)
    WHERE %(managers)s::bigint[] IS NULL OR a.manager_id = ANY (%(managers)s)
), holder AS MATERIALIZED (
    -- all four days beside the customer, so that each join below has customer and day as its key
    SELECT DISTINCT name, p.customer_id, w.start - 1 AS before, w."end" AS last,
           w.base_start - 1 AS base_before, w.base_end AS base_last
    FROM piece p
    JOIN win w USING (name)
), edge AS (
    SELECT customer_id, start - 1 AS day FROM piece
  UNION SELECT customer_id, "end" FROM piece
  UNION SELECT customer_id, before FROM holder
  UNION SELECT customer_id, last FROM holder
  UNION SELECT customer_id, base_before FROM holder
  UNION SELECT customer_id, base_last FROM holder
), mark AS MATERIALIZED (
    SELECT e.customer_id, e.day, coalesce(d.product, 0) AS deposit, coalesce(l.product, 0) AS loan
    FROM edge e
    LEFT JOIN LATERAL (
        SELECT product_before + balance * (e.day - since + 1) AS product
        FROM ledger_customerproduct
        WHERE customer_id = e.customer_id AND bucket = 'deposit' AND since <= e.day
        ORDER BY since DESC LIMIT 1
    ) AS d ON true
    LEFT JOIN LATERAL (
        SELECT product_before + balance * (e.day - since + 1) AS product
        FROM ledger_customerproduct
        WHERE customer_id = e.customer_id AND bucket = 'loan' AND since <= e.day
        ORDER BY since DESC LIMIT 1
    ) AS l ON true
), acquired AS MATERIALIZED (
    -- accounts older than our history whose balances begin only later
    SELECT DISTINCT acc.customer_id, b.known_from
    FROM ledger_account acc
    CROSS JOIN LATERAL (
        SELECT min(business_date) AS known_from FROM ledger_balancechange WHERE account_id = acc.id
    ) AS b
    WHERE acc.opened_on < %(history_start)s AND b.known_from > %(history_start)s
), own AS MATERIALIZED (
    SELECT h.name, h.customer_id, z.deposit - a.deposit AS deposit, z.loan - a.loan AS loan,
           bz.deposit - ba.deposit AS base,
           -- what begins after the window is not known of on its last day: figures never rest on the future
           EXISTS (SELECT FROM acquired k
                   WHERE k.customer_id = h.customer_id
                     AND k.known_from > h.base_before + 1 AND k.known_from <= h.last) AS base_unknown
    FROM holder h
    JOIN mark a ON (a.customer_id, a.day) = (h.customer_id, h.before)
    JOIN mark z ON (z.customer_id, z.day) = (h.customer_id, h.last)
    JOIN mark ba ON (ba.customer_id, ba.day) = (h.customer_id, h.base_before)
    JOIN mark bz ON (bz.customer_id, bz.day) = (h.customer_id, h.base_last)
), credited AS (
    SELECT p.name, p.manager_id, p.customer_id,
           sum(p.share * (z.deposit - a.deposit)) AS deposit,
           sum(p.share * (z.loan - a.loan)) AS loan,
           sum(p.share * (SELECT coalesce(sum(s.usd_amount), 0) FROM ledger_settlement s
                          WHERE s.customer_id = p.customer_id
                            AND s.business_date BETWEEN p.start AND p."end")) AS settlement,
           bool_or(p.held) AS held,
           sum(p.share) FILTER (WHERE p.held) AS held_share
    FROM piece p
    JOIN mark a ON a.customer_id = p.customer_id AND a.day = p.start - 1
    JOIN mark z ON z.customer_id = p.customer_id AND z.day = p."end"
    GROUP BY p.name, p.manager_id, p.customer_id
), line AS (
    SELECT c.*, o.deposit AS own_deposit, o.loan AS own_loan, o.base, o.base_unknown
    FROM credited c
    JOIN own o USING (name, customer_id)
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
SELECT %(run)s::bigint AS run_id, manager_id, name AS window, floor, days,
       deposit AS deposit_product, loan AS loan_product, settlement AS settlement_usd,
       largest_deposit AS largest_deposit_product, largest_deposit_customer AS largest_deposit_customer_id,
       largest_loan AS largest_loan_product, largest_loan_customer AS largest_loan_customer_id,
       CASE WHEN base_gap = '' THEN base END AS base_product, base_days, base_gap
FROM judged
