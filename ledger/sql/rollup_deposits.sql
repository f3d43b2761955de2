    SELECT {i} AS place, manager_id, max(largest_{i}) AS largest, max(acquired_{i}) AS acquired,
           width_bucket(max(largest_{i}), %(thresholds_{i})s::bigint[]) AS highest,
           {totals}
    FROM deposits
    GROUP BY manager_id
