CASE WHEN held THEN {bucket}_end - {bucket}_before_{i} END AS own_{i},
               CASE WHEN held OR ends_on >= %(start_{i})s THEN
                   CASE WHEN held THEN {bucket}_end ELSE cut_end END
                   - CASE WHEN starts_on > %(start_{i})s THEN coalesce(cut_start, {bucket}_before_{i})
                          ELSE {bucket}_before_{i} END
               ELSE 0 END AS credited_{i}
