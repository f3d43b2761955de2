    SELECT e.*
    FROM (SELECT DISTINCT customer_id FROM piece) AS c
    CROSS JOIN LATERAL (
        SELECT customer_id, since, until, non_performing, interest_arrears, advances FROM credit_exposure
        WHERE customer_id = c.customer_id AND since <= %(end)s AND (until IS NULL OR until >= %(first_start)s)
        OFFSET 0
    ) AS e
