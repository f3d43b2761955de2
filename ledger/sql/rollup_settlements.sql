    SELECT {i} AS place, l.manager_id,
           width_bucket(l.deposit_end - l.deposit_before_{i}, %(thresholds_{i})s::bigint[]) AS class,
           sum(l.share * s.usd_amount) AS amount
    FROM line l
    JOIN ledger_settlement s ON s.customer_id = l.customer_id
     AND s.business_date BETWEEN greatest(l.starts_on, %(start_{i})s) AND least(l.ends_on, %(end)s)
    GROUP BY l.manager_id, class
