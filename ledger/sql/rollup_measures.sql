width_bucket(deposit_end - deposit_before_{i}, %(thresholds_{i})s::bigint[]) AS class_{i},
               CASE WHEN held THEN deposit_end - deposit_before_{i} END AS own_deposit_{i},
               CASE WHEN held THEN loan_end - loan_before_{i} END AS own_loan_{i},
               CASE WHEN held OR ends_on >= %(start_{i})s THEN
                   CASE WHEN held THEN deposit_end ELSE cut_deposit_end END
                   - CASE WHEN starts_on > %(start_{i})s THEN coalesce(cut_deposit_start, deposit_before_{i})
                          ELSE deposit_before_{i} END
               ELSE 0 END AS deposit_{i},
               CASE WHEN held OR ends_on >= %(start_{i})s THEN
                   CASE WHEN held THEN loan_end ELSE cut_loan_end END
                   - CASE WHEN starts_on > %(start_{i})s THEN coalesce(cut_loan_start, loan_before_{i})
                          ELSE loan_before_{i} END
               ELSE 0 END AS loan_{i}
