    -- window {i}: amounts come on the first day of a span and go on the day after its last
    SELECT {i} AS place, s.manager_id, floor, e.day, e.sign * s.non_performing AS non_performing,
           e.sign * s.interest_arrears AS interest_arrears, e.sign * s.advances AS advances
    FROM span s
    CROSS JOIN generate_series(1, class_{i}) AS floor
    CROSS JOIN LATERAL (
        VALUES (greatest(s.first, %(start_{i})s), 1), (CASE WHEN s.last < %(end)s THEN s.last + 1 END, -1)
    ) AS e (day, sign)
    WHERE s.first <= %(end)s AND (s.last IS NULL OR s.last >= %(start_{i})s) AND e.day IS NOT NULL
      AND (%(prev)s IS NULL OR s.manager_id IN (SELECT manager_id FROM anew WHERE place = {i}))
