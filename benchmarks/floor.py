"""The floor: what PostgreSQL needs for the bare writes of a night, into tables shaped like the product's."""

from datetime import date
from pathlib import Path

from benchmarks import database
from benchmarks.measure import timed

#: Each step of a bare night and why it cannot be left out.
STEPS = {
    # The change file has to come in: COPY as text is the fastest way, a temporary table writes no WAL.
    "copy": "CREATE TEMP TABLE bare_text (account_no text, business_date text, balance text) ON COMMIT DROP",
    # What was delivered is kept for ever: a typed row per line, into the month's partition and its indexes.
    # One join, as no row can be kept without knowing its account; no check of anything.
    "history": "INSERT INTO bare_history (account_id, business_date, bundle_id, line, balance)"
    " SELECT a.id, t.business_date::date, 0, 1, t.balance::numeric"
    " FROM bare_text t JOIN ledger_account a ON a.account_no = t.account_no",
    # Where every account stands afterwards. The rows just written have its number; rates are left out.
    "accounts": "UPDATE bare_account p SET balance = h.balance, value = (h.balance * 100)::bigint"
    " FROM bare_history h WHERE h.business_date = %(day)s AND h.account_id = p.account_id",
    # Every figure is a sum over all customers, so each is read once; nothing is grouped or written.
    "positions": "SELECT sum(deposit), sum(deposit_product), sum(loan), sum(loan_product) FROM bare_customer",
}


#: Positions as rows, one an account and one a customer, and where the rows come from.
POSITIONS = {
    "bare_account": """
        CREATE TABLE bare_account (
            account_id bigint PRIMARY KEY, customer_id bigint NOT NULL, bucket varchar(24) NOT NULL,
            currency varchar(3) NOT NULL, closed_on date, balance numeric(20, 2), value bigint NOT NULL
        ) WITH (fillfactor = 75);
        INSERT INTO bare_account
        SELECT a.id, a.customer_id, p.bucket, a.currency, a.closed_on, b.balance, coalesce(b.balance * 100, 0)
        FROM ledger_account a
        JOIN ledger_product p ON p.id = a.product_id
        LEFT JOIN (
            SELECT DISTINCT ON (account_id) account_id, balance FROM ledger_balancechange
            ORDER BY account_id, business_date DESC, bundle_id DESC
        ) AS b ON b.account_id = a.id
        ORDER BY a.id""",
    "bare_customer": """
        CREATE TABLE bare_customer (LIKE ledger_customerproduct INCLUDING DEFAULTS, {marks},
            PRIMARY KEY (customer_id)) WITH (fillfactor = 70);
        INSERT INTO bare_customer
        SELECT DISTINCT ON (customer_id) * FROM ledger_customerproduct ORDER BY customer_id, since DESC""",
}
#: Products at the beginnings of windows, which positions hold too; a scan has to pass them by.
MARKS = (
    *(f"deposit_{span}" for span in ("month", "quarter", "year", "last_year")),
    *(f"loan_{span}" for span in ("month", "quarter", "year")),
)


def prepare(first: date) -> None:
    """Tables beside the product's own, with the rows the measured nights would find there."""
    like_history("bare_history", "ledger_balancechange")
    database.execute(
        "INSERT INTO bare_history (account_id, business_date, bundle_id, line, balance)"
        " SELECT account_id, business_date, bundle_id, line, balance FROM ledger_balancechange"
        f" WHERE business_date >= '{first.replace(day=1)}'"
    )
    marks = ", ".join(f"{mark} bigint NOT NULL DEFAULT 0" for mark in MARKS)
    for statement in POSITIONS.values():
        database.execute(statement.format(marks=marks))
    for name in ("bare_history", *POSITIONS):
        database.execute(f"VACUUM (ANALYZE) {name}")


def like_history(name: str, model: str) -> None:
    """An empty table with the columns, keys and monthly partitions of another; no foreign keys."""
    (key,) = database.rows(
        "SELECT CASE relkind WHEN 'p' THEN pg_get_partkeydef(oid) END FROM pg_class WHERE oid = %s::regclass",
        [model],
    )[0]
    ending = f" PARTITION BY {key}" if key else options_of(model)
    database.execute(f"CREATE TABLE {name} (LIKE {model} INCLUDING ALL){ending}")
    parts = database.rows(
        "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i"
        " JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = %s::regclass AND c.relkind = 'r'",
        [model],
    )
    for number, (part, bound) in enumerate(parts):
        database.execute(f"CREATE TABLE {name}_{number} PARTITION OF {name} {bound}{options_of(part)}")


def options_of(model: str) -> str:
    """The storage parameters of a table (its fillfactor), as CREATE TABLE takes them."""
    ((options,),) = database.rows(
        "SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = %s::regclass", [model]
    )
    return f" WITH ({options})" if options else ""


def night(day: date, balances: Path) -> dict[str, float]:
    """Seconds of every step of one bare night, committed; `all` is the whole with its commit."""
    from django.db import transaction

    steps: dict[str, float] = {}

    def work() -> None:
        with transaction.atomic():
            for name in STEPS:
                steps[name] = timed(_step, name, day, balances)

    return {"all": timed(work)} | steps


def _step(name: str, day: date, balances: Path) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(STEPS[name], {"day": day})
    if name == "copy":
        database.copy_in("bare_text", balances)
