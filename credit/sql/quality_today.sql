    SELECT {i} AS place, manager_id, {sums}
    FROM span
    WHERE first <= %(end)s AND (last IS NULL OR last >= %(end)s)
    GROUP BY manager_id
