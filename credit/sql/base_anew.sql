-- The loans of the customers in credit_anew on the day that shares are compared with.
DELETE FROM credit_baseportfolio b USING credit_anew k WHERE b.customer_id = k.customer_id;

INSERT INTO credit_baseportfolio (customer_id, normal, total, unclassified)
