"""PostgreSQL recomputing the figures by window functions over the whole balance history, in one statement."""

from benchmarks import database
from benchmarks.bank import FLOORS, Bank, windows
from benchmarks.measure import timed

BUCKETS = ("deposit", "loan")
#: The same way as DuckDB goes from the change list; whole fen, because sums of them are faster than numeric;
#: added up per manager and share first, as the multiplication is numeric again.
#: Versions of a balance (corrections) are left out: this bank has none, and they would only cost more.
STATEMENT = """
WITH step AS (
    SELECT account_id, (balance * 100)::bigint AS fen, business_date AS since,
           lead(business_date, 1, %(on)s::date + 1)
               OVER (PARTITION BY account_id ORDER BY business_date) AS until
    FROM ledger_balancechange WHERE business_date <= %(on)s
), held AS (
    SELECT a.customer_id, p.bucket, a.currency, greatest(s.since, %(year)s::date) AS since, s.until,
           CASE p.bucket WHEN 'deposit' THEN greatest(s.fen, 0) ELSE s.fen END AS fen
    FROM step s
    JOIN ledger_account a ON a.id = s.account_id
    JOIN ledger_product p ON p.id = a.product_id
    WHERE p.bucket IN ('deposit', 'loan') AND s.until > %(year)s
), line AS (
    SELECT customer_id, bucket, since, until, fen FROM held WHERE currency = 'CNY'
  UNION ALL
    SELECT h.customer_id, h.bucket, r.business_date, r.business_date + 1, round(h.fen * r.rate)::bigint
    FROM held h
    CROSS JOIN generate_series(0, h.until - h.since - 1) AS n
    JOIN ledger_fxrate r ON r.currency = h.currency AND r.business_date = h.since + n
    WHERE h.currency <> 'CNY'
), own AS (
    SELECT customer_id, {sums} FROM line GROUP BY customer_id
), credited AS (
    SELECT s.manager_id, s.share, {credits}
    FROM own o JOIN managers_assignment s USING (customer_id)
    WHERE s.superseded_by IS NULL
    GROUP BY s.manager_id, s.share
)
SELECT substr(m.employee_no, 2)::int, {columns}
FROM credited c JOIN managers_clientmanager m ON m.id = c.manager_id
GROUP BY m.employee_no"""


def statement(bank: Bank) -> str:
    """The whole statement: one row per manager, a column per window, floor and bucket."""
    spans = windows(bank.compared).items()
    sums = [
        f"coalesce(sum(fen * greatest(until - greatest(since, %({name})s::date), 0))"
        f" FILTER (WHERE bucket = '{bucket}'), 0)::bigint AS {bucket}_{name}"
        for name, _ in spans
        for bucket in BUCKETS
    ]
    credits = [
        f"coalesce(sum({bucket}_{name}) FILTER (WHERE deposit_{name} >= {floor * 100 * days}), 0)"
        for name, (_, days) in spans
        for floor in FLOORS
        for bucket in BUCKETS
    ]
    named = [f"{credit} AS c{number}" for number, credit in enumerate(credits)]
    columns = [f"sum(c{number} * share * 1000000)" for number in range(len(credits))]
    return STATEMENT.format(sums=", ".join(sums), credits=", ".join(named), columns=", ".join(columns))


def measure(bank: Bank) -> tuple[list[float], list[tuple[int, ...]]]:
    """Seconds of every repeat, and the answer."""
    text = statement(bank)
    given = {name: start for name, (start, _) in windows(bank.compared).items()} | {"on": bank.compared}
    found: list[tuple[int, ...]] = []

    def work() -> None:
        found[:] = [tuple(int(cell) for cell in row) for row in database.rows(text, given)]

    return [timed(work) for _ in range(bank.repeats)], found
