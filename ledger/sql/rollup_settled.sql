    SELECT {i} AS place, manager_id, class_{i} AS class, sum(amount) AS amount
    FROM received
    WHERE business_date >= %(start_{i})s
    GROUP BY manager_id, class_{i}
