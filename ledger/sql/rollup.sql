-- Figures per manager and window, an entry per floor, out of prefix sums. An assignment is a piece that earns
-- its share of the customer's product on its own days, so a transfer never moves the past. A customer counts
-- where its own whole average of deposits reaches the floor; then everything of it counts: its class is how
-- many of the (ascending) floors it reaches, and the sum at a floor is that of all classes from it upwards.
-- Amounts are fen, shares millionths; a product is exact in units of one hundred-millionth of a yuan-day.
-- One pass over pieces and positions: pieces of one manager, share and classes melt together at once.
WITH cut AS MATERIALIZED (
    -- products at the edges of pieces that begin or end within the windows; nothing was held before the history
    SELECT a.id, coalesce(s.deposit, 0) AS deposit_start, coalesce(s.loan, 0) AS loan_start,
           coalesce(e.deposit, 0) AS deposit_end, coalesce(e.loan, 0) AS loan_end
    FROM managers_assignment a
    LEFT JOIN LATERAL ledger_product_before(a.customer_id, a.starts_on) AS s ON true
    LEFT JOIN LATERAL ledger_product_before(a.customer_id, a.ends_on + 1) AS e ON true
    WHERE {piece} AND (a.ends_on < %(end)s OR a.starts_on > greatest(%(first_start)s, %(history_start)s::date))
), position AS {materialized} (
{source}
), line AS NOT MATERIALIZED (
    SELECT a.manager_id, CASE WHEN a.share = 1 THEN 1000000 ELSE (a.share * 1000000)::integer END AS share,
           a.customer_id, a.starts_on, a.ends_on, a.ends_on IS NULL OR a.ends_on >= %(end)s AS held, q.base,
           q.acquired_on, q.deposit_end, q.loan_end, {line_befores},
           c.deposit_start AS cut_deposit_start, c.loan_start AS cut_loan_start,
           c.deposit_end AS cut_deposit_end, c.loan_end AS cut_loan_end
    FROM managers_assignment a
    JOIN position q USING (customer_id)
    LEFT JOIN cut c ON c.id = a.id
    WHERE {piece}
    OFFSET 0  -- each prefix sum is worked out once, not wherever it is named below
), melted AS MATERIALIZED (
    SELECT manager_id, share, {classes},
           {sums},
           sum(base) FILTER (WHERE held) AS base,
           coalesce(bool_or(acquired_on > %(last_year)s) FILTER (WHERE held), false) AS acquired
    FROM (
        SELECT manager_id, share, held, base, acquired_on,
               {measures}
        FROM line
    ) AS l
    GROUP BY manager_id, share, {classes}
), class AS MATERIALIZED (
{windows}
), settlement AS MATERIALIZED (
    SELECT customer_id, business_date, usd_amount FROM ledger_settlement
    WHERE business_date BETWEEN %(first_start)s AND %(end)s
), received AS MATERIALIZED (
    SELECT l.manager_id, l.share * s.usd_amount AS amount, s.business_date, {settled_classes}
    FROM line l
    JOIN settlement s ON s.customer_id = l.customer_id
     AND s.business_date >= l.starts_on AND s.business_date <= coalesce(l.ends_on, 'infinity')
), settled AS (
{settlements}
), person AS (
    SELECT id AS manager_id FROM managers_clientmanager
    WHERE (%(managers)s::bigint[] IS NULL OR id = ANY (%(managers)s))
      AND id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
), win AS (
    SELECT * FROM unnest(%(names)s::text[], %(days)s::integer[]) WITH ORDINALITY AS w (name, days, place)
), cell AS (
    -- the highest class takes in all that reach every floor
    SELECT p.manager_id, w.place, f.class, sum(c.deposit) OVER above AS deposit, sum(c.loan) OVER above AS loan,
           sum(s.amount) OVER above AS settlement, max(c.largest_deposit) OVER above AS largest_deposit,
           max(c.largest_loan) OVER above AS largest_loan, sum(c.base) OVER above AS base,
           bool_or(c.acquired) OVER above AS acquired
    FROM person p
    CROSS JOIN win w
    CROSS JOIN generate_series(1, %(floors)s) AS f (class)
    LEFT JOIN class c ON c.manager_id = p.manager_id AND c.place = w.place AND c.class = f.class
    LEFT JOIN settled s ON s.manager_id = p.manager_id AND s.place = w.place AND s.class = f.class
    WINDOW above AS (PARTITION BY p.manager_id, w.place ORDER BY f.class DESC)
), judged AS (
    SELECT *, CASE WHEN %(last_year)s < %(history_start)s THEN 'history'
                   WHEN acquired THEN 'accounts' ELSE '' END AS base_gap
    FROM cell
)
SELECT %(run)s::bigint AS run_id, j.manager_id, w.name AS "window", w.days, %(base_days)s AS base_days,
       array_agg(coalesce(deposit, 0) * 0.00000001 ORDER BY class) AS deposit_product,
       array_agg(coalesce(loan, 0) * 0.00000001 ORDER BY class) AS loan_product,
       array_agg(coalesce(settlement, 0) * 0.000001 ORDER BY class) AS settlement_usd,
       array_agg(greatest(largest_deposit, 0) * 0.01 ORDER BY class) AS largest_deposit_product,
       array_agg(greatest(largest_loan, 0) * 0.01 ORDER BY class) AS largest_loan_product,
       array_agg(CASE WHEN base_gap = '' THEN coalesce(base, 0) * 0.00000001 END ORDER BY class) AS base_product,
       array_agg(base_gap ORDER BY class) AS base_gap
FROM judged j
JOIN win w USING (place)
GROUP BY j.manager_id, w.name, w.days
