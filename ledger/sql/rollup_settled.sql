    SELECT {i} AS place, manager_id, {totals}
    FROM received
    WHERE business_date >= %(start_{i})s
    GROUP BY manager_id
