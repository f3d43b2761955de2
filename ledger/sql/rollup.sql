-- Figures per manager and window, an entry per floor, out of prefix sums. An assignment is a piece that earns
-- its share of the customer's product on its own days, so a transfer never moves the past. A customer counts
-- where its own whole average of deposits reaches the floor; then everything of it counts: its class is how
-- many of the (ascending) floors it reaches, and the sum at a floor is that of all classes from it upwards.
-- Amounts are fen, shares millionths; a product is exact in units of one hundred-millionth of a yuan-day.
WITH person AS MATERIALIZED (
    SELECT id AS manager_id FROM managers_clientmanager
    WHERE (%(managers)s::bigint[] IS NULL OR id = ANY (%(managers)s))
      AND id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
), piece AS MATERIALIZED (
    SELECT a.id, a.customer_id, a.manager_id, (a.share * 1000000)::integer AS share, a.starts_on, a.ends_on,
           a.ends_on IS NULL OR a.ends_on >= %(end)s AS held
    FROM managers_assignment a
    WHERE a.superseded_by IS NULL AND a.starts_on <= %(end)s AND (a.ends_on IS NULL OR a.ends_on >= %(first_start)s)
      AND (%(managers)s::bigint[] IS NULL OR a.manager_id = ANY (%(managers)s))
      AND a.manager_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
), position AS {materialized} (
{source}
), cut AS MATERIALIZED (
    -- products at the edges of pieces that begin or end within the windows
    SELECT a.id, s.deposit AS cut_deposit_start, s.loan AS cut_loan_start,
           CASE WHEN NOT a.held THEN coalesce(e.deposit, 0) END AS cut_deposit_end,
           CASE WHEN NOT a.held THEN coalesce(e.loan, 0) END AS cut_loan_end
    FROM (
        SELECT p.*, q.first_since FROM piece p JOIN position q USING (customer_id)
        WHERE q.first_since IS NOT NULL
          AND (NOT p.held OR (p.starts_on > %(first_start)s AND p.starts_on > q.first_since))
    ) AS a
    LEFT JOIN LATERAL ledger_product_before(
        a.customer_id, CASE WHEN a.starts_on > %(first_start)s THEN a.starts_on END) AS s ON true
    LEFT JOIN LATERAL ledger_product_before(
        a.customer_id, CASE WHEN NOT a.held THEN a.ends_on + 1 END) AS e ON true
), line AS MATERIALIZED (
    SELECT p.manager_id, p.customer_id, p.share, p.starts_on, p.ends_on, p.held, q.deposit_end, q.loan_end, q.base,
           q.acquired_on, {line_befores},
           c.cut_deposit_start, c.cut_loan_start, c.cut_deposit_end, c.cut_loan_end
    FROM piece p
    JOIN position q USING (customer_id)
    LEFT JOIN cut c ON c.id = p.id
), part AS MATERIALIZED (
{windows}
), settled AS (
{settlements}
), class AS MATERIALIZED (
    SELECT place, manager_id, class, sum(deposit * share) AS deposit, sum(loan * share) AS loan,
           max(largest_deposit) AS largest_deposit, max(largest_loan) AS largest_loan, sum(base * share) AS base,
           bool_or(acquired) AS acquired
    FROM part
    GROUP BY place, manager_id, class
), floor AS (
    -- the highest class takes in all that reach every floor
    SELECT class::integer FROM generate_series(1, %(floors)s) AS class
), win AS (
    SELECT * FROM unnest(%(names)s::text[], %(days)s::integer[]) WITH ORDINALITY AS w (name, days, place)
), cell AS (
    SELECT p.manager_id, w.place, f.class, sum(c.deposit) OVER above AS deposit, sum(c.loan) OVER above AS loan,
           sum(s.amount) OVER above AS settlement, max(c.largest_deposit) OVER above AS largest_deposit,
           max(c.largest_loan) OVER above AS largest_loan, sum(c.base) OVER above AS base,
           bool_or(c.acquired) OVER above AS acquired
    FROM person p
    CROSS JOIN win w
    CROSS JOIN floor f
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
