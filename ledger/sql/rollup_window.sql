    SELECT {i} AS place, manager_id, class_{i} AS class, sum(deposit_{i} * share) AS deposit,
           sum(loan_{i} * share) AS loan, max(own_deposit_{i}) AS largest_deposit, max(own_loan_{i}) AS largest_loan,
           sum(base * share) AS base, bool_or(acquired) AS acquired
    FROM melted
    GROUP BY manager_id, class_{i}
