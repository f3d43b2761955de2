-- Loan quality per manager and window, an entry per floor. Who counts follows from the same rule as in the ledger:
-- the customer's own whole average of deposits over the window; its class is how many of the (ascending) floors
-- that reaches. Balances are fen at the shares of the day. A peak is the highest total of one day: for most
-- managers that of the day before or what is wrong today (`prev`), for all others it is swept anew over the window.
WITH person AS MATERIALIZED (
    SELECT id AS manager_id FROM managers_clientmanager
    WHERE (%(managers)s::bigint[] IS NULL OR id = ANY (%(managers)s))
      AND id %% 1024 BETWEEN %(first_slot)s AND %(last_slot)s
), piece AS {pieces} (
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
), portfolio AS MATERIALIZED (
    SELECT p.manager_id, a.now, p.share, {classes}, sum(a.normal) AS normal, sum(a.total) AS total,
           sum(a.unclassified) AS unclassified
    FROM amount a
    JOIN own o USING (customer_id)
    JOIN piece p ON p.customer_id = a.customer_id AND p.starts_on <= a.day AND (p.ends_on IS NULL OR p.ends_on >= a.day)
    GROUP BY p.manager_id, a.now, p.share, {classes}
), balance AS (
{balances}
), anew AS MATERIALIZED (
    -- Peaks that do not follow from those of the day before: a customer with exposures has come to count or
    -- ceased to, or the manager was not there.
{anew}
), span AS MATERIALIZED (
    SELECT p.manager_id, {classes}, greatest(e.since, p.starts_on) AS first, least(e.until, p.ends_on) AS last,
           e.non_performing, e.interest_arrears, e.advances
    FROM exposed e
    JOIN piece p ON p.customer_id = e.customer_id AND p.starts_on <= coalesce(e.until, 'infinity')
     AND (p.ends_on IS NULL OR p.ends_on >= e.since)
    JOIN own o ON o.customer_id = e.customer_id
    WHERE %(prev)s IS NULL OR e.until IS NULL OR e.until >= %(end)s OR p.manager_id IN (SELECT manager_id FROM anew)
), event AS (
{events}
), running AS (
    SELECT place, manager_id, class, sum(sum(non_performing)) OVER until AS non_performing,
           sum(sum(interest_arrears)) OVER until AS interest_arrears, sum(sum(advances)) OVER until AS advances
    FROM event
    GROUP BY place, manager_id, class, day
    WINDOW until AS (PARTITION BY place, manager_id, class ORDER BY day)
), peak AS (
    SELECT place, manager_id, class, max(non_performing) AS non_performing,
           max(interest_arrears) AS interest_arrears, max(advances) AS advances
    FROM running
    GROUP BY place, manager_id, class
), win AS (
    SELECT * FROM unnest(%(names)s::text[], %(starts)s::date[]) WITH ORDINALITY AS w (name, start, place)
), cell AS (
    SELECT p.manager_id, w.name, w.start, w.place, f.class,
           sum(b.normal) OVER above AS normal, sum(b.total) OVER above AS total,
           sum(b.unclassified) OVER above AS unclassified, sum(b.base_normal) OVER above AS base_normal,
           sum(b.base_total) OVER above AS base_total, sum(b.base_unclassified) OVER above AS base_unclassified
    FROM person p
    CROSS JOIN win w
    CROSS JOIN generate_series(1, %(floors)s) AS f (class)
    LEFT JOIN balance b ON b.manager_id = p.manager_id AND b.place = w.place AND b.class = f.class
    WINDOW above AS (PARTITION BY p.manager_id, w.place ORDER BY f.class DESC)
), peaked AS (
    SELECT c.*, greatest(k.non_performing, q.non_performing[c.class]) AS non_performing,
           greatest(k.interest_arrears, q.interest_arrears[c.class]) AS interest_arrears,
           greatest(k.advances, q.advances[c.class]) AS advances
    FROM cell c
    LEFT JOIN peak k ON k.manager_id = c.manager_id AND k.place = c.place AND k.class = c.class
    LEFT JOIN anew n ON n.manager_id = c.manager_id AND n.place = c.place
    LEFT JOIN (SELECT * FROM credit_qualityreading WHERE run_id = %(prev)s) AS q
      ON q.manager_id = c.manager_id AND q."window" = c.name AND n.place IS NULL AND c.start < %(end)s
)
SELECT %(run)s::bigint AS run_id, manager_id, name AS "window",
       array_agg(coalesce(normal, 0) * 0.01 ORDER BY class) AS normal_balance,
       array_agg(coalesce(total, 0) * 0.01 ORDER BY class) AS loan_balance,
       array_agg(coalesce(unclassified, 0) ORDER BY class) AS unclassified,
       array_agg(CASE WHEN %(base_known)s THEN coalesce(base_normal, 0) * 0.01 END ORDER BY class)
           AS base_normal_balance,
       array_agg(CASE WHEN %(base_known)s THEN coalesce(base_total, 0) * 0.01 END ORDER BY class)
           AS base_loan_balance,
       array_agg(CASE WHEN %(base_known)s THEN coalesce(base_unclassified, 0) END ORDER BY class)
           AS base_unclassified,
       array_agg(coalesce(non_performing, 0) ORDER BY class) AS non_performing,
       array_agg(coalesce(interest_arrears, 0) ORDER BY class) AS interest_arrears,
       array_agg(coalesce(advances, 0) ORDER BY class) AS advances
FROM peaked
GROUP BY manager_id, name
