"""The files of an extract bundle in loading order, and what other apps add to them."""

from collections.abc import Callable

from ledger.models import Bundle
from ledger.rules.feeds import Check, Column, FeedFile

KNOWN = "NOT EXISTS (SELECT FROM {table} t WHERE t.{key} = s.{column})"


#: A balance of so many yuan is none: its products of a few years still fit 64 bits of fen.
TOO_LARGE = "1e13"
#: Every rate known of a foreign currency: since when there is one, and the balance that would be too large.
RATED_WHOLE = f"""
    LEFT JOIN (
        SELECT a.id, a.account_no, a.closed_on, a.currency <> 'CNY' AS is_foreign, r.rated_from, r.too_large
        FROM ledger_account a
        LEFT JOIN (
            SELECT currency, min(business_date) AS rated_from,
                   {TOO_LARGE} / greatest(max(rate), 1) AS too_large
            FROM ledger_fxrate GROUP BY currency
        ) AS r ON r.currency = a.currency AND a.currency <> 'CNY'
        OFFSET 0
    ) AS a ON a.account_no = s.account_no"""
RATED = RATED_WHOLE.replace("OFFSET 0", "")


def unknown(column: str, reason: str, table: str, key: str, file: str) -> Check:
    """Refuse a code that nothing of that kind carries, neither in the bank nor in this bundle."""
    missing = KNOWN.format(table=table, key=key, column=column)
    return Check(column, reason, f"s.{column} IS NOT NULL AND {missing}", master=(file, key))


_BRANCH = unknown("branch_code", "unknown_branch", "managers_branch", "code", "branches.csv")
_CUSTOMER = unknown("customer_no", "unknown_customer", "managers_customer", "customer_no", "customers.csv")
_MANAGER = unknown("employee_no", "unknown_manager", "managers_clientmanager", "employee_no", "managers.csv")
#: For files whose rows were joined to their account.
UNKNOWN_ACCOUNT = Check(
    "account_no", "unknown_account", "s.account_id IS NULL", master=("accounts.csv", "account_no")
)
_DATE = Column("business_date", "date")

_FILES: list[FeedFile] = [
    FeedFile(
        "branches.csv",
        (
            Column("code"),
            Column("name", length=120),
            Column("kind", choices=("head_office", "region", "branch", "rural_bank", "outlet")),
            Column("parent_code", nullable=True),
        ),
        key=("code",),
        before=(
            # the path of a branch is its ancestors' codes between slashes, and decides what people see
            Check("code", "slash_in_code", "position('/' IN s.code) > 0"),
            Check("parent_code", "own_parent", "s.parent_code = s.code"),
            Check(
                "parent_code",
                "unknown_branch",
                "s.parent_code IS NOT NULL"
                " AND NOT EXISTS (SELECT FROM managers_branch b WHERE b.code = s.parent_code)"
                " AND NOT EXISTS (SELECT FROM row_branches o WHERE o.code = s.parent_code)",
                master=("branches.csv", "code"),
            ),
        ),
        apply=("feed_branches", "feed_branch_parents", "feed_branch_paths"),
        after=(
            Check(
                "parent_code",
                "circular_branches",
                "EXISTS (SELECT FROM managers_branch b WHERE b.code = s.code AND b.path = '')",
            ),
        ),
    ),
    FeedFile(
        "managers.csv",
        (
            Column("employee_no"),
            Column("name", length=80),
            Column("branch_code"),
            Column("line", choices=("corporate", "personal", "integrated", "micro")),
            Column("hired_on", "date"),
            Column("post_started_on", "date"),
            Column("grade_code"),
            Column("education", nullable=True),
            Column("title_level", nullable=True),
        ),
        key=("employee_no",),
        before=(_BRANCH,),
        apply=("feed_managers",),
    ),
    FeedFile(
        "customers.csv",
        (
            Column("customer_no"),
            Column("name", length=160),
            Column("kind", choices=("corporate", "personal")),
            Column("branch_code"),
        ),
        key=("customer_no",),
        before=(_BRANCH,),
        apply=("feed_customers",),
    ),
    FeedFile(
        "fx_rates.csv",
        (Column("currency", "currency"), _DATE, Column("rate", "rate")),
        key=("currency", "business_date"),
        before=(
            Check("rate", "rate_not_positive", "s.rate <= 0"),
            Check("currency", "rate_for_own_currency", "s.currency = 'CNY'"),
        ),
        apply=("feed_fx_rates_late", "feed_fx_rates"),
        keeps_rows_in="ledger_fxrate",
    ),
    FeedFile(
        "accounts.csv",
        (
            Column("account_no", length=40),
            Column("customer_no"),
            Column("kind", choices=("deposit", "loan")),
            Column("product", length=40),
            Column("currency", "currency"),
            Column("opened_on", "date"),
            Column("closed_on", "date", nullable=True),
        ),
        key=("account_no",),
        before=(
            _CUSTOMER,
            Check("closed_on", "closed_before_opening", "s.closed_on < s.opened_on", "s.opened_on::text"),
            Check(
                "currency",
                "currency_without_rate",
                "s.currency <> 'CNY' AND EXISTS (SELECT FROM ledger_account a"
                " JOIN ledger_balancechange b ON b.account_id = a.id"
                " WHERE a.account_no = s.account_no AND a.currency <> s.currency"
                " AND NOT EXISTS (SELECT FROM ledger_fxrate r"
                " WHERE r.currency = s.currency AND r.business_date <= b.business_date))",
                "s.currency",
            ),
        ),
        apply=("feed_products", "feed_account_changes", "feed_accounts"),
    ),
    FeedFile(
        "assignments.csv",
        (
            Column("customer_no"),
            Column("employee_no"),
            Column("share", "share"),
            Column("starts_on", "date"),
            Column("ends_on", "date", nullable=True),
        ),
        key=("customer_no", "employee_no", "starts_on"),
        before=(
            _CUSTOMER,
            _MANAGER,
            Check("ends_on", "ends_before_start", "s.ends_on < s.starts_on", "s.starts_on::text"),
        ),
        apply=(
            "feed_assignment_changes",
            "feed_assignments_handed",
            "feed_assignments_replaced",
            "feed_assignments",
        ),
        after=(
            Check(
                "starts_on",
                "overlapping_assignment",
                "EXISTS (SELECT FROM assignment_overlap o WHERE o.line = s.line_no)",
            ),
            Check(
                "share",
                "shares_above_one",
                "EXISTS (SELECT FROM assignment_excess e WHERE e.line = s.line_no)",
                "(SELECT e.day || ': ' || e.total FROM assignment_excess e WHERE e.line = s.line_no LIMIT 1)",
            ),
        ),
    ),
    FeedFile(
        "balances.csv",
        (Column("account_no", length=40), _DATE, Column("balance", "amount")),
        key=("account_no", "business_date"),
        before=(
            UNKNOWN_ACCOUNT,
            Check("business_date", "account_closed", "s.closed_on < s.business_date", "s.closed_on::text"),
            Check(
                "account_no",
                "currency_without_rate",
                "s.is_foreign AND coalesce(s.rated_from > s.business_date, true)",
                "(SELECT a.currency FROM ledger_account a WHERE a.id = s.account_id)",
            ),
            Check("balance", "balance_too_large", f"abs(s.balance) >= coalesce(s.too_large, {TOO_LARGE})"),
        ),
        apply=("feed_balances_late", "feed_balances"),
        keeps_rows_in="ledger_balancechange",
        straight=("account_id", "business_date", "balance"),
        joins=RATED,
        joins_whole=RATED_WHOLE,
        resolved=(
            ("account_id", "a.id"),
            ("closed_on", "a.closed_on"),
            ("is_foreign", "a.is_foreign"),
            ("rated_from", "a.rated_from"),
            ("too_large", "a.too_large"),
        ),
        known={"account_no": "account_id"},
        business="SELECT b.account_id, a.customer_id, b.business_date FROM ledger_balancechange b"
        " JOIN ledger_account a ON a.id = b.account_id",
    ),
    FeedFile(
        "settlements.csv",
        (Column("customer_no"), _DATE, Column("usd_amount", "amount")),
        key=(),
        before=(_CUSTOMER,),
        apply=("feed_settlements",),
        keeps_rows_in="ledger_settlement",
        business="SELECT NULL::bigint, customer_id, business_date FROM ledger_settlement",
        repeatable=False,
        feeds={"settlements": "usd_amount"},
    ),
    FeedFile(
        "events.csv",
        (
            Column("employee_no"),
            _DATE,
            Column("code", "label"),
            Column("quantity", "measure"),
            Column("note", length=200, nullable=True),
        ),
        key=("employee_no", "business_date", "code", "note"),
        before=(_MANAGER,),
        apply=("feed_events",),
        keeps_rows_in="ledger_event",
        feeds={"events": "quantity"},
    ),
    FeedFile(
        "targets.csv",
        (
            Column("employee_no"),
            Column("metric", "label"),
            Column("from", "date"),
            Column("to", "date", nullable=True),
            Column("value", "measure"),
        ),
        key=("employee_no", "metric", "from"),
        before=(_MANAGER, Check("to", "ends_before_start", "s.to < s.from", "s.from::text")),
        apply=("feed_targets",),
        keeps_rows_in="ledger_target",
        feeds={"targets": "value"},
    ),
]
_AFTER_LOADING: list[Callable[[Bundle], None]] = []


def files() -> tuple[FeedFile, ...]:
    """Every file a bundle may hold, in the order in which they are loaded."""
    return tuple(_FILES)


def register(feed: FeedFile) -> None:
    """Add a file that an app further right understands; called once from its AppConfig."""
    if feed not in _FILES:
        _FILES.append(feed)


def after_loading(hook: Callable[[Bundle], None]) -> None:
    """Have `hook(bundle)` called at the end of every load, inside its transaction."""
    if hook not in _AFTER_LOADING:
        _AFTER_LOADING.append(hook)


def run_hooks(bundle: Bundle) -> None:
    """Tell every app that a bundle's rows are in."""
    for hook in _AFTER_LOADING:
        hook(bundle)
