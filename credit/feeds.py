"""The extract file of the loan side: loan classes with, where the bank has them, interest arrears."""

from ledger.feeds import UNKNOWN_ACCOUNT
from ledger.rules.feeds import Check, Column, FeedFile

LOAN_CLASSES = FeedFile(
    "loan_classes.csv",
    (
        Column("account_no", length=40),
        Column("business_date", "date"),
        Column("loan_class", choices=("normal", "special_mention", "substandard", "doubtful", "loss")),
        Column("interest_arrears", "unsigned", nullable=True, optional=True),
    ),
    key=("account_no", "business_date"),
    package="credit.sql",
    before=(UNKNOWN_ACCOUNT, Check("account_no", "not_a_loan", "s.kind <> 'loan'")),
    apply=("feed_loan_classes",),
    keeps_rows_in="credit_classification",
    joins="LEFT JOIN (ledger_account a JOIN ledger_product p ON p.id = a.product_id)"
    " ON a.account_no = s.account_no",
    resolved=(("account_id", "a.id"), ("kind", "p.kind")),
    known={"account_no": "account_id"},
    business="SELECT c.account_id, a.customer_id, c.business_date FROM credit_classification c"
    " JOIN ledger_account a ON a.id = c.account_id",
    feeds={"loan_classes": "loan_class", "interest_arrears": "interest_arrears"},
)
