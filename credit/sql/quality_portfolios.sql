    SELECT {i} AS place, manager_id, class_{i} AS class,
           sum(normal) FILTER (WHERE now) AS normal, sum(total) FILTER (WHERE now) AS total,
           sum(unclassified) FILTER (WHERE now) AS unclassified, sum(normal) FILTER (WHERE NOT now) AS base_normal,
           sum(total) FILTER (WHERE NOT now) AS base_total,
           sum(unclassified) FILTER (WHERE NOT now) AS base_unclassified
    FROM portfolio
    GROUP BY manager_id, class_{i}
