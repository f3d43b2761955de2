CASE WHEN since < %(start_{i})s THEN deposit_product + deposit * (%(start_{i})s - since)
                ELSE deposit_{name} END AS deposit_before_{i},
           CASE WHEN since < %(start_{i})s THEN loan_product + loan * (%(start_{i})s - since)
                ELSE loan_{name} END AS loan_before_{i}
