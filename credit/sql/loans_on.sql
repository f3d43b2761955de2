-- The loans of some customers at the end of a day, in fen: normal ones, all, and how many have no class.
    SELECT k.customer_id, coalesce(sum(v.value) FILTER (WHERE c.loan_class = 'normal'), 0)::bigint AS normal,
           sum(v.value)::bigint AS total, count(*) FILTER (WHERE c.loan_class IS NULL) AS unclassified
    FROM {customers} AS k
    CROSS JOIN LATERAL (
        SELECT id, currency FROM ledger_account
        WHERE customer_id = k.customer_id AND (closed_on IS NULL OR closed_on >= {day})
          AND product_id IN (SELECT id FROM ledger_product WHERE kind = 'loan')
        OFFSET 0
    ) AS a
    CROSS JOIN LATERAL (
        SELECT balance FROM ledger_balancechange
        WHERE account_id = a.id AND business_date <= {day}
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS b
    CROSS JOIN LATERAL (
        SELECT CASE WHEN a.currency = 'CNY' THEN b.balance * 100 ELSE round(b.balance * (
            SELECT rate FROM ledger_fxrate
            WHERE currency = a.currency AND business_date <= {day}
            ORDER BY business_date DESC, bundle_id DESC LIMIT 1
        ), 2) * 100 END AS value
    ) AS v
    LEFT JOIN LATERAL (
        SELECT loan_class FROM credit_classification
        WHERE account_id = a.id AND business_date <= {day}
        ORDER BY business_date DESC, bundle_id DESC LIMIT 1
    ) AS c ON true
    WHERE b.balance > 0
    GROUP BY k.customer_id
