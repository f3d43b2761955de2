-- Loan quality per manager and window, an entry per floor. Who counts follows from the same rule as in the ledger:
-- the customer's own whole average of deposits over the window; its class is how many of the (ascending) floors
-- that reaches. Balances are at the shares of the day. A peak is the highest total of one day: for most
-- managers that of the day before or what is wrong today (`prev`), for all others it is swept anew over the window.
WITH piece AS {pieces} (
    SELECT a.customer_id, a.manager_id, a.share, a.starts_on, a.ends_on
    FROM managers_assignment a
    WHERE a.superseded_by IS NULL AND a.starts_on <= %(end)s
      AND (a.ends_on IS NULL OR a.ends_on >= least(%(first_start)s, %(base_day)s::date))
      AND (%(managers)s::bigint[] IS NULL OR a.manager_id = ANY (%(managers)s))
      AND a.manager_id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
), amount AS MATERIALIZED (
{amounts}
), exposed AS MATERIALIZED (
{exposed}
), own AS MATERIALIZED (
{own}
), anew AS MATERIALIZED (
    -- Peaks that do not follow from those of the day before: a customer with exposures has come to count or
    -- ceased to, or the manager was not there.
{anew}
), line AS MATERIALIZED (
    -- customers that owe or are wrong today, and all of the managers swept anew
    SELECT p.*, {classes}
    FROM piece p
    JOIN own l USING (customer_id)
    WHERE %(prev)s IS NULL OR p.manager_id IN (SELECT manager_id FROM anew)
       OR p.customer_id IN (SELECT customer_id FROM amount)
       OR p.customer_id IN (SELECT customer_id FROM exposed WHERE until IS NULL OR until >= %(end)s)
), portfolio AS MATERIALIZED (
    SELECT l.manager_id, a.now, l.share, {classes}, sum(a.normal) * (l.share * 0.01) AS normal,
           sum(a.total) * (l.share * 0.01) AS total,
           sum(a.unclassified) AS unclassified
    FROM line l
    JOIN amount a ON a.customer_id = l.customer_id AND l.starts_on <= a.day AND (l.ends_on IS NULL OR l.ends_on >= a.day)
    GROUP BY l.manager_id, a.now, l.share, {classes}
), class AS (
{portfolios}
), balance AS (
    SELECT place, manager_id, {balances}
    FROM class
    GROUP BY place, manager_id
), span AS MATERIALIZED (
    SELECT l.manager_id, {classes}, greatest(e.since, l.starts_on) AS first, least(e.until, l.ends_on) AS last,
           e.non_performing, e.interest_arrears, e.advances
    FROM exposed e
    JOIN line l ON l.customer_id = e.customer_id AND l.starts_on <= coalesce(e.until, 'infinity')
     AND (l.ends_on IS NULL OR l.ends_on >= e.since)
    WHERE %(prev)s IS NULL OR e.until IS NULL OR e.until >= %(end)s OR l.manager_id IN (SELECT manager_id FROM anew)
), today AS (
{today}
), event AS (
{events}
), running AS (
    SELECT place, manager_id, floor, sum(sum(non_performing)) OVER until AS non_performing,
           sum(sum(interest_arrears)) OVER until AS interest_arrears, sum(sum(advances)) OVER until AS advances
    FROM event
    GROUP BY place, manager_id, floor, day
    WINDOW until AS (PARTITION BY place, manager_id, floor ORDER BY day ROWS UNBOUNDED PRECEDING)
), peak AS (
    SELECT place, manager_id, {peaks}
    FROM running
    GROUP BY place, manager_id
), carried AS (
    SELECT manager_id, "window", non_performing, interest_arrears, advances
    FROM credit_qualityreading WHERE run_id = %(prev)s
), person AS (
    SELECT id AS manager_id FROM managers_clientmanager
    WHERE (%(managers)s::bigint[] IS NULL OR id = ANY (%(managers)s))
      AND id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
), win AS (
    SELECT * FROM unnest(%(names)s::text[], %(starts)s::date[]) WITH ORDINALITY AS w (name, start, place)
)
SELECT %(run)s::bigint AS run_id, p.manager_id, w.name AS "window",
       {figures}
FROM person p
CROSS JOIN win w
LEFT JOIN balance b ON b.manager_id = p.manager_id AND b.place = w.place
LEFT JOIN today t ON t.manager_id = p.manager_id AND t.place = w.place
LEFT JOIN peak k ON k.manager_id = p.manager_id AND k.place = w.place
LEFT JOIN anew n ON n.manager_id = p.manager_id AND n.place = w.place
LEFT JOIN carried q ON q.manager_id = p.manager_id AND q."window" = w.name AND n.place IS NULL AND w.start < %(end)s
