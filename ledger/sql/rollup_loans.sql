    SELECT {i} AS place, manager_id,
           {totals}
    FROM loans
    GROUP BY manager_id
