    SELECT {i} AS place, manager_id, share, class,
           sum(deposit) AS deposit, sum(loan) AS loan,
           max(own_deposit) FILTER (WHERE held) AS largest_deposit, max(own_loan) FILTER (WHERE held) AS largest_loan,
           sum(base) FILTER (WHERE held) AS base,
           coalesce(bool_or(acquired_on >= %(last_year)s + 1) FILTER (WHERE held), false) AS acquired
    FROM (
        SELECT manager_id, share, held, base, acquired_on,
               deposit_end - deposit_before_{i} AS own_deposit, loan_end - loan_before_{i} AS own_loan,
               width_bucket(deposit_end - deposit_before_{i}, %(thresholds_{i})s::bigint[]) AS class,
               coalesce(cut_deposit_end, deposit_end)
               - CASE WHEN starts_on > %(start_{i})s THEN coalesce(cut_deposit_start, deposit_before_{i})
                      ELSE deposit_before_{i} END AS deposit,
               coalesce(cut_loan_end, loan_end)
               - CASE WHEN starts_on > %(start_{i})s THEN coalesce(cut_loan_start, loan_before_{i})
                      ELSE loan_before_{i} END AS loan
        FROM line
        WHERE held OR ends_on >= %(start_{i})s
    ) AS w
    GROUP BY manager_id, share, class
