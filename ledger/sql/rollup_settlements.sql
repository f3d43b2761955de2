    SELECT {i} AS place, manager_id, {totals}
    FROM deposits
    GROUP BY manager_id
