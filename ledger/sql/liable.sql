-- Who answers for each loan of some customers on a day: as the last handover left it, else whoever handled the
-- customer's loans on the day it was issued (the first day anybody held the customer, where that is later).
WITH loan AS (
    SELECT a.customer_id, a.account_no, a.opened_on, greatest(a.opened_on, (
               SELECT min(h.starts_on) FROM managers_assignment h
               WHERE h.customer_id = a.customer_id AND h.superseded_by IS NULL
           )) AS issued_on
    FROM ledger_account a
    JOIN ledger_product p ON p.id = a.product_id AND p.kind = 'loan'
    WHERE a.customer_id = ANY (%(customers)s) AND a.opened_on <= %(day)s
      AND (a.closed_on IS NULL OR a.closed_on >= %(day)s)
), stated AS (
    SELECT * FROM managers_responsibility
    WHERE customer_id = ANY (%(customers)s) AND superseded_by_id IS NULL
)
SELECT l.customer_id, l.account_no, l.opened_on, w.manager_id, w.since, w.handover_id
FROM loan l
CROSS JOIN LATERAL (
    SELECT s.manager_id, s.starts_on AS since, s.handover_id
    FROM stated s
    WHERE s.kind = 'liability' AND s.customer_id = l.customer_id AND s.loan = l.account_no
      AND s.starts_on <= %(day)s AND (s.ends_on IS NULL OR s.ends_on >= %(day)s)
  UNION ALL
    SELECT h.manager_id, l.opened_on, NULL
    FROM (
        SELECT s.manager_id FROM stated s
        WHERE s.kind = 'credit' AND s.customer_id = l.customer_id
          AND s.starts_on <= l.issued_on AND (s.ends_on IS NULL OR s.ends_on >= l.issued_on)
      UNION
        SELECT a.manager_id FROM managers_assignment a
        WHERE a.customer_id = l.customer_id AND a.superseded_by IS NULL AND a.share > 0
          AND a.starts_on <= l.issued_on AND (a.ends_on IS NULL OR a.ends_on >= l.issued_on)
          AND NOT EXISTS (
              SELECT FROM stated s
              WHERE s.kind = 'credit' AND s.customer_id = l.customer_id AND s.starts_on <= l.issued_on
          )
    ) AS h
    WHERE NOT EXISTS (
        SELECT FROM stated s
        WHERE s.kind = 'liability' AND s.customer_id = l.customer_id AND s.loan = l.account_no
          AND s.starts_on <= %(day)s
    )
) AS w
ORDER BY l.customer_id, l.account_no, w.manager_id
