-- A product code seen for the first time counts where its kind counts, the standard's own code for
-- agreement deposits apart; HR may map it otherwise.
INSERT INTO ledger_product (kind, code, bucket)
SELECT DISTINCT kind, product,
       CASE WHEN kind = 'deposit' AND product = 'agreement' THEN 'agreement_deposit' ELSE kind END
FROM row_accounts
ON CONFLICT (kind, code) DO NOTHING
