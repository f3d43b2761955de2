"""Pages of the loan side under twenty users beside a bare page: 200,000 loans, 2,000,000 payments."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from random import Random

from benchmarks import database
from benchmarks.report import Found

#: The pages know no other day than that of the clock.
TODAY = date.today()  # noqa: DTZ011
BEGUN = TODAY - timedelta(days=330)
USERS, SECONDS, TRIED_SECONDS, PAUSE = 20, 20.0, 3.0, 1.0
#: What one manager holds.
CUSTOMERS = 100
LOANS_EACH, PAYMENTS_EACH = 2, 10
LOANS = 200_000


def measure(found: Found, loans: int = LOANS) -> None:
    """The 95th percentile of each page under USERS readers, each asking once a second or so."""
    seconds = SECONDS if loans == LOANS else TRIED_SECONDS
    database.empty_database()
    fill(loans)
    work_of_a_day()
    database.tidy()
    readers = signed_in()
    with served() as port:
        for name, page in pages(readers).items():
            found.figures[f"p95 ms: {name}"] = p95(port, page, seconds)


def pages(readers: dict[str, list[str]]) -> dict[str, dict[str, list[str]]]:
    """Addresses by page and session; every reader takes another of the own customers each time."""
    return {
        "bare page": {session: ["/login/"] for session in readers},
        "credit file": {
            session: [f"/credit/files/{number}/" for number in customers]
            for session, customers in readers.items()
        },
        "due list": {session: ["/credit/today/"] for session in readers},
    }


def p95(port: int, page: dict[str, list[str]], seconds: float) -> float:
    """Milliseconds that 95 of 100 answers need, all of them complete and without an error."""
    with ThreadPoolExecutor(USERS) as pool:
        tasks = [
            pool.submit(reader, port, session, addresses, number, seconds)
            for number, (session, addresses) in enumerate(page.items())
        ]
        taken = sorted(seconds for task in tasks for seconds in task.result())
    return 1000 * taken[int(len(taken) * 0.95)]


def reader(port: int, session: str, addresses: list[str], number: int, seconds: float) -> list[float]:
    """One person at work: asks, reads for a while, asks again."""
    rng, taken = Random(number), []
    ask(port, session, addresses[0])  # what a server reads once is not what a page takes
    until = time.monotonic() + seconds
    time.sleep(rng.uniform(0, PAUSE))
    while time.monotonic() < until:
        begun = time.perf_counter()
        ask(port, session, rng.choice(addresses))
        taken.append(time.perf_counter() - begun)
        time.sleep(rng.uniform(0.5, 1.5) * PAUSE)
    return taken


def ask(port: int, session: str, address: str) -> None:
    """One page, whole."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", address, headers={"Cookie": f"sessionid={session}"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200 or b"</html>" not in body:
        raise AssertionError(f"{address}: {answer.status}")


@contextmanager
def served() -> Iterator[int]:
    """The web server as production runs it, on a free port of this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "cmbank.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "4", "--threads", "2", "--log-level", "error"]
    process = subprocess.Popen(command, env=os.environ | {"INSECURE_HTTP": "1"})
    try:
        _answering(port)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _answering(port: int) -> None:
    for _ in range(600):
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web server did not start")


def signed_in() -> dict[str, list[str]]:
    """Sessions of USERS managers, as signing in would make them, and numbers of customers each holds."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.base import SessionBase

    from managers.models import Customer, User
    from managers.sessionstore import SessionStore

    found = {}
    for user in User.objects.order_by("pk")[:USERS]:
        session: SessionBase = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        held = Customer.objects.filter(assignments__manager__user=user).order_by("pk")
        found[str(session.session_key)] = list(held.values_list("customer_no", flat=True)[:CUSTOMERS])
    return found


def fill(loans: int) -> None:
    """Customers with loans, terms, schedules and payments, held by managers of whom the first are readers."""
    from managers.models import Branch, ClientManager, User

    branch = Branch.objects.create(code="HO", name="总行", kind="head_office", path="/HO/")
    managers = max(USERS, loans // LOANS_EACH // CUSTOMERS)
    users = User.objects.bulk_create(
        User(username=f"reader{number}", password="!")
        for number in range(managers)  # a session is given
    )
    ClientManager.objects.bulk_create(
        ClientManager(
            employee_no=f"E{number}",
            name=f"经理{number}",
            branch=branch,
            line="corporate",
            hired_on=date(2015, 1, 1),
            post_started_on=date(2020, 1, 1),
            grade_code="first",
            user=users[number],
        )
        for number in range(managers)
    )
    _rows(loans, branch.pk)


def work_of_a_day() -> None:
    """What the jobs of a day bring about: overdue days, inspections to be made, maturity notices."""
    from credit.services.afterloan import inspecting, maturing, watching

    watching.keep_watch(on=TODAY)
    inspecting.plan(on=TODAY)
    maturing.make_notices(on=TODAY)
    database.execute(_SPREAD)


def _rows(loans: int, branch: int) -> None:
    from django.db import connection

    from ledger.models import Bundle, Feed, Product
    from managers.models import ClientManager

    bundle = Bundle.objects.create(digest="bench", name="bench", from_on=BEGUN, to_on=TODAY)
    for code in ("loans", "schedules", "repayments", "loan_classes"):
        Feed.objects.create(code=code, first_bundle=bundle)
    product = Product.objects.create(kind="loan", code="loan", bucket="loan")
    given = {
        "customers": loans // LOANS_EACH,
        "each": LOANS_EACH,
        "payments": PAYMENTS_EACH,
        "branch": branch,
        "bundle": bundle.pk,
        "product": product.pk,
        "managers": ClientManager.objects.count(),
        "begun": BEGUN,
        "today": TODAY,
        "due": TODAY + timedelta(days=3),
    }
    with connection.cursor() as cursor:
        for statement in _FILL:
            cursor.execute(statement, given)


#: Loans that all began on one day would all be inspected on one: a day of three months each, some late.
_SPREAD = "UPDATE credit_inspection SET due_on = CURRENT_DATE - 3 + abs(hashint8(account_id)) % 90"

_FILL = (
    "SELECT ledger_open_months(%(begun)s, %(today)s)",
    """INSERT INTO managers_customer (customer_no, name, kind, branch_id, identity_no, phone)
       SELECT 'C' || n, '客户' || n, 'corporate', %(branch)s, '', ''
       FROM generate_series(0, %(customers)s - 1) n""",
    """INSERT INTO managers_assignment (customer_id, manager_id, share, starts_on, source_bundle, source_line)
       SELECT c.id, (SELECT min(id) FROM managers_clientmanager) + c.id %% %(managers)s, 1, %(begun)s,
              %(bundle)s, 1
       FROM managers_customer c""",
    """INSERT INTO ledger_account (account_no, customer_id, product_id, currency, opened_on)
       SELECT 'L' || c.id || '-' || k, c.id, %(product)s, 'CNY', %(begun)s
       FROM managers_customer c, generate_series(1, %(each)s) k""",
    """INSERT INTO ledger_balancechange (account_id, business_date, bundle_id, line, balance)
       SELECT id, %(begun)s, %(bundle)s, id, 100000 + id FROM ledger_account""",
    """INSERT INTO credit_loanterms (account_id, amount, issued_on, matures_on, security, bundle_id, line)
       SELECT id, 200000, %(begun)s, %(due)s::date + abs(hashint8(id)) %% 700, 'mortgage', %(bundle)s, id
       FROM ledger_account""",
    """INSERT INTO credit_classification (account_id, business_date, loan_class, bundle_id, line)
       SELECT id, %(begun)s, 'normal', %(bundle)s, id FROM ledger_account""",
    """INSERT INTO credit_scheduledpayment (account_id, due_on, principal, interest, bundle_id, line)
       SELECT a.id, %(begun)s::date + 30 * k, 1000, 100, %(bundle)s, a.id
       FROM ledger_account a, generate_series(1, %(payments)s) k""",
    """INSERT INTO credit_repayment
           (account_id, business_date, reference, principal, interest, bundle_id, line)
       SELECT a.id, %(begun)s::date + 30 * k, k::text, 1000, 100, %(bundle)s, a.id
       FROM ledger_account a, generate_series(1, %(payments)s) k
       WHERE hashint8(a.id) %% 20 <> 0 OR k < 8""",  # one in twenty is two months behind
)
