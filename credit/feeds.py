"""The extract files of the loan side: classes and arrears; what was agreed, is due and was paid on loans."""

from ledger.feeds import UNKNOWN_ACCOUNT, unknown
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

_NOT_A_LOAN = Check("account_no", "not_a_loan", "s.kind <> 'loan'")
_OF_LOAN = {
    "package": "credit.sql",
    "joins": "LEFT JOIN (ledger_account a JOIN ledger_product p ON p.id = a.product_id)"
    " ON a.account_no = s.account_no",
    "resolved": (("account_id", "a.id"), ("kind", "p.kind")),
    "known": {"account_no": "account_id"},
}


def _unrated(day: str) -> Check:
    """Refuse an amount of a currency that has no rate by its day: it would be worth nobody knows what."""
    return Check(
        "account_no",
        "currency_without_rate",
        "EXISTS (SELECT FROM ledger_account a WHERE a.id = s.account_id AND a.currency <> 'CNY'"
        " AND NOT EXISTS (SELECT FROM ledger_fxrate r"
        f" WHERE r.currency = a.currency AND r.business_date <= s.{day}))",
        "(SELECT a.currency FROM ledger_account a WHERE a.id = s.account_id)",
    )


LOANS = FeedFile(
    "loans.csv",
    (
        Column("account_no", length=40),
        Column("amount", "unsigned"),
        Column("issued_on", "date"),
        Column("matures_on", "date"),
        Column("security", choices=("credit", "guarantee", "mortgage", "pledge")),
        Column("rate", "rate", nullable=True, optional=True),
        Column("employee_no", nullable=True, optional=True),
    ),
    key=("account_no",),
    before=(
        UNKNOWN_ACCOUNT,
        _NOT_A_LOAN,
        Check("amount", "amount_not_positive", "s.amount <= 0"),
        Check("matures_on", "matures_before_issue", "s.matures_on < s.issued_on", "s.issued_on::text"),
        unknown("employee_no", "unknown_manager", "managers_clientmanager", "employee_no", "managers.csv"),
        _unrated("issued_on"),
    ),
    apply=("feed_loans",),
    keeps_rows_in="credit_loanterms",
    feeds={"loans": "amount"},
    **_OF_LOAN,  # type: ignore[arg-type]
)
SCHEDULES = FeedFile(
    "schedules.csv",
    (
        Column("account_no", length=40),
        Column("due_on", "date"),
        Column("principal", "unsigned"),
        Column("interest", "unsigned"),
    ),
    key=("account_no", "due_on"),
    before=(UNKNOWN_ACCOUNT, _NOT_A_LOAN),
    apply=("feed_schedules",),
    keeps_rows_in="credit_scheduledpayment",
    feeds={"schedules": "principal"},
    **_OF_LOAN,  # type: ignore[arg-type]
)
REPAYMENTS = FeedFile(
    "repayments.csv",
    (
        Column("account_no", length=40),
        Column("business_date", "date"),
        Column("reference", length=64, nullable=True),
        Column("principal", "amount"),
        Column("interest", "amount"),
    ),
    key=("account_no", "business_date", "reference"),
    before=(UNKNOWN_ACCOUNT, _NOT_A_LOAN, _unrated("business_date")),
    apply=("feed_repayments",),
    keeps_rows_in="credit_repayment",
    feeds={"repayments": "principal"},
    **_OF_LOAN,  # type: ignore[arg-type]
)
FILES = (LOAN_CLASSES, LOANS, SCHEDULES, REPAYMENTS)
