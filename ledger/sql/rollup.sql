-- Figures per manager and window, an entry per floor, out of prefix sums. An assignment is a piece that earns
-- its share of the customer's product on its own days, so a transfer never moves the past. A customer counts
-- where its own whole average of deposits reaches the floor; then everything of it counts: its class is how
-- many of the (ascending) floors it reaches, and the sum at a floor is that of all classes from it upwards.
-- Amounts are fen, shares millionths; a product is exact in units of one hundred-millionth of a yuan-day.
-- One pass over pieces and positions adds everything up per manager and share, side by side for every window and
-- class: a group for every class would be ten times as many, and each would have to be added up once more.
WITH cut AS MATERIALIZED (
    -- products at the edges of pieces that begin or end within the windows; nothing was held before the history
    SELECT a.id, a.customer_id, coalesce(s.deposit, 0) AS deposit_start, coalesce(s.loan, 0) AS loan_start,
           coalesce(e.deposit, 0) AS deposit_end, coalesce(e.loan, 0) AS loan_end
    FROM managers_assignment a
    LEFT JOIN LATERAL ledger_product_before(a.customer_id, a.starts_on) AS s ON true
    LEFT JOIN LATERAL ledger_product_before(a.customer_id, a.ends_on + 1) AS e ON true
    WHERE {piece} AND (a.ends_on < %(end)s OR a.starts_on > greatest(%(first_start)s, %(history_start)s::date))
), position AS MATERIALIZED (
{source}
), line AS NOT MATERIALIZED (
    SELECT a.manager_id, CASE WHEN a.share = 1 THEN 1000000 ELSE (a.share * 1000000)::integer END AS share,
           a.customer_id, a.starts_on, a.ends_on, a.ends_on IS NULL OR a.ends_on >= %(end)s AS held,
           q.base, q.acquired_on, q.deposit_end, c.deposit_start AS cut_start, c.deposit_end AS cut_end,
           {deposits_before}
    FROM managers_assignment a
    JOIN position q USING (customer_id)
    LEFT JOIN cut c ON c.id = a.id
    WHERE {piece}
    OFFSET 0  -- each prefix sum is worked out once, not wherever it is named below
), lent AS NOT MATERIALIZED (
    -- the same for loans
    SELECT a.manager_id, CASE WHEN a.share = 1 THEN 1000000 ELSE (a.share * 1000000)::integer END AS share,
           a.starts_on, a.ends_on, a.ends_on IS NULL OR a.ends_on >= %(end)s AS held, q.deposit_end, q.loan_end,
           c.loan_start AS cut_start, c.loan_end AS cut_end,
           {deposits_before},
           {loans_before}
    FROM managers_assignment a
    JOIN position q USING (customer_id)
    LEFT JOIN cut c ON c.id = a.id
    WHERE {piece}
    OFFSET 0
), deposits AS MATERIALIZED (
    SELECT manager_id, share,
           {largest},
           {deposit_sums}
    FROM (
        SELECT manager_id, share, held, base, held AND acquired_on > %(last_year)s AS acquired,
               {classes},
               {deposits_credited}
        FROM line
        OFFSET 0  -- a class is found once, not for every sum that asks for it
    ) AS l
    GROUP BY manager_id, share
), loans AS MATERIALIZED (
    SELECT manager_id, share,
           {loan_sums}
    FROM (
        SELECT manager_id, share,
               {classes},
               {loans_credited}
        FROM lent
        OFFSET 0
    ) AS l
    GROUP BY manager_id, share
), settlement AS MATERIALIZED (
    SELECT customer_id, business_date, usd_amount FROM ledger_settlement
    WHERE business_date BETWEEN %(first_start)s AND %(end)s
), received AS MATERIALIZED (
    SELECT l.manager_id, l.share * s.usd_amount AS amount, s.business_date,
           {classes}
    FROM line l
    JOIN settlement s ON s.customer_id = l.customer_id
     AND s.business_date >= l.starts_on AND s.business_date <= coalesce(l.ends_on, 'infinity')
), settled AS MATERIALIZED (
{settlements}
), deposit AS MATERIALIZED (
{deposits}
), loan AS MATERIALIZED (
{loans}
), person AS (
    SELECT id AS manager_id FROM managers_clientmanager
    WHERE (%(managers)s::bigint[] IS NULL OR id = ANY (%(managers)s))
      AND id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
), win AS (
    SELECT * FROM unnest(%(names)s::text[], %(days)s::integer[]) WITH ORDINALITY AS w (name, days, place)
)
SELECT %(run)s::bigint AS run_id, p.manager_id, w.name AS "window", w.days, %(base_days)s AS base_days,
       {figures}
FROM person p
CROSS JOIN win w
LEFT JOIN deposit d ON d.manager_id = p.manager_id AND d.place = w.place
LEFT JOIN loan l ON l.manager_id = p.manager_id AND l.place = w.place
LEFT JOIN settled s ON s.manager_id = p.manager_id AND s.place = w.place
