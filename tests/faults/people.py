"""Two people at one appraisal, twenty at all of them, and two deliveries at one customer's shares."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from ledger.rules.windows import Window
from tests.faults import interleaving, smallbank
from tests.faults.outcome import Asked, Outcome
from tests.faults.scene import Scene, use
from tests.ledger import bank

THREADS = 20
BROKEN_CHAINS = """
    SELECT appraisal_id || ': ' || name || ' from ' || from_state || ' after ' || before FROM (
        SELECT *, lag(to_state) OVER (PARTITION BY appraisal_id ORDER BY id) AS before FROM appraisal_step
    ) s WHERE before <> from_state
  UNION ALL
    SELECT a.id || ' is ' || a.state || ', its log says ' || s.to_state FROM appraisal_appraisal a
    JOIN LATERAL (
        SELECT to_state FROM appraisal_step WHERE appraisal_id = a.id ORDER BY id DESC LIMIT 1
    ) s ON true
    WHERE s.to_state <> a.state
  UNION ALL
    SELECT appraisal_id || ' was cleared ' || count(*) || ' times' FROM appraisal_step WHERE name = 'clear'
    GROUP BY appraisal_id HAVING count(*) > 1
"""
STEPS = "SELECT count(*) FROM appraisal_step"
CLEARED = "SELECT appraisal_id, count(*) FROM appraisal_step WHERE name = 'clear' GROUP BY appraisal_id"


def _open_cycle(asked: Asked) -> None:
    """The database `appraisal`: appraisals in the queue of the risk department."""
    from appraisal import services
    from appraisal.models import Appraisal
    from managers.models import User
    from tests.appraisal import acting
    from tests.appraisal import smallbank as small

    asked.twins.servers.copy_database("appraisal", "empty")
    use("appraisal")
    small.load(asked.twins.folder / "appraisal")
    staff = acting.hire()
    for name in ("risk_head", "risk_head_two"):
        acting.grant(User.objects.create(username=name), "head_risk", branch="HO")
    services.appraise(small.SCHEME, small.PERIOD, by=None, on=acting.ON)
    measured = Appraisal.objects.filter(state="measured").values_list("pk", flat=True)
    services.submit_many(measured, by=staff["hr_head"], on=acting.ON)
    connection.close()


def approvals(asked: Asked) -> Outcome:
    """Approve against approve in every interleaving, then twenty people at all appraisals at once."""
    outcome, chance = Outcome(), asked.chance("approvals")
    _open_cycle(asked)
    orders = list(interleaving.orders(5))
    orders = orders if not asked.short else chance.sample(orders, 18)
    while orders:
        with Scene(asked.twins, template="appraisal") as scene:
            orders = _approve_each(scene, orders, outcome)
            scene.violations += [row[0] for row in scene.ask(BROKEN_CHAINS)]
        outcome.violations += scene.violations
    _crowd(asked, outcome)
    return outcome


def _approve_each(scene: Scene, orders: list[tuple[int, ...]], outcome: Outcome) -> list[tuple[int, ...]]:
    """One order for every appraisal; the orders that are left."""
    from appraisal.models import Appraisal

    use(scene.name)
    ids = list(Appraisal.objects.filter(state="in_risk_queue").order_by("pk").values_list("pk", flat=True))
    connection.close()
    for order, number in zip(orders, ids, strict=False):
        told = interleaving.play(order, _both_clear(number), interleaving.before_locks_and_writes)
        kinds = sorted(type(each).__name__ for each in told)
        if kinds != ["Refusal", "Step"]:
            scene.violations.append(f"approve against approve in the order {order}: {told}")
        outcome.count("interleavings")
        outcome.repetitions += 1
    wrong = [row for row in scene.ask(CLEARED) if row[1] != 1]
    scene.violations += [f"appraisal {number} was cleared {count} times" for number, count in wrong]
    return orders[len(ids) :]


def _both_clear(number: int) -> tuple[Callable[[], object], Callable[[], object]]:
    from appraisal import services
    from appraisal.models import Appraisal
    from managers.models import User
    from tests.appraisal import acting

    def clear(who: str) -> object:
        case = Appraisal.objects.select_related("verdict", "manager").get(pk=number)
        return services.clear(case, by=User.objects.get(username=who), on=acting.ON)

    return lambda: clear("risk_head"), lambda: clear("risk_head_two")


def _crowd(asked: Asked, outcome: Outcome) -> None:
    """Twenty people hand in and send back, five hundred times each: each appraisal's log is one chain."""
    attempts = asked.times(short=10, full=500)
    with Scene(asked.twins, template="appraisal") as scene:
        use(scene.name)
        before = scene.ask(STEPS)[0][0]
        seeds = [f"{asked.seed}/{number}" for number in range(THREADS)]
        with ThreadPoolExecutor(THREADS) as pool:
            told = sum(pool.map(lambda seed: _attempts(seed, attempts), seeds), Counter())
        connection.close()
        scene.violations += [row[0] for row in scene.ask(BROKEN_CHAINS)]
        if (written := scene.ask(STEPS)[0][0] - before) != told["taken"]:
            scene.violations.append(f"{told['taken']} steps were told as taken, {written} are in the log")
    outcome.repetitions += THREADS * attempts
    outcome.figures |= {"attempts": THREADS * attempts, **told}
    outcome.violations += scene.violations


def _attempts(seed: str, count: int) -> "Counter[str]":
    from appraisal.models import Appraisal
    from managers.models import User

    chance, told = random.Random(seed), Counter[str]()
    people = {user.username: user for user in User.objects.all()}
    ids = [*Appraisal.objects.filter(state__in=["in_risk_queue", "measured"]).values_list("pk", flat=True)]
    try:
        for _number in range(count):
            told[_attempt(chance, people, chance.choice(ids))] += 1
    finally:
        connection.close()
    return told


def _attempt(chance: random.Random, people: dict[str, Any], number: int) -> str:
    from django.core.exceptions import PermissionDenied

    from appraisal import services
    from appraisal.models import Appraisal
    from appraisal.services import Refusal
    from tests.appraisal import acting

    case = Appraisal(pk=number)
    try:
        if chance.random() < 0.5:
            services.submit(case, by=people["hr_head"], on=acting.ON)
        else:
            services.send_back(case, by=people["risk_head"], on=acting.ON, reason="再看")
    except Refusal as refusal:
        return refusal.code
    except PermissionDenied:
        return "denied"
    return "taken"


# --- Shares ---------------------------------------------------------------------------------------------

GUARD = "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'managers_assignment'::regclass AND NOT tgisinternal"
TOO_MUCH = """
    SELECT c.customer_no || ' is held ' || sum(a.share) FROM managers_assignment a
    JOIN managers_customer c ON c.id = a.customer_id
    WHERE a.superseded_by IS NULL AND a.ends_on IS NULL GROUP BY c.customer_no HAVING sum(a.share) > 1
"""


def shares(asked: Asked) -> Outcome:
    """Two deliveries, each with 0.6 of one customer, in every interleaving: one is refused."""
    outcome, chance = Outcome(), asked.chance("shares")
    orders = list(interleaving.orders(4))
    orders = orders if not asked.short else chance.sample(orders, 6)
    with Scene(asked.twins) as scene:
        _nobodys(scene, len(orders))
        for number, order in enumerate(orders):
            works = tuple(_claim_share(scene, number, who) for who in ("E1", "E2"))
            told = interleaving.play(order, works, _before_ledger_and_shares)
            if sorted(type(each).__name__ for each in told) != ["Loaded", "Refused"]:
                scene.violations.append(f"share against share in the order {order}: {told}")
            outcome.repetitions += 1
        scene.violations += [row[0] for row in scene.ask(TOO_MUCH)]
        _in_the_database(scene, asked, outcome)
    outcome.violations += scene.violations
    return outcome


def _before_ledger_and_shares(text: str) -> bool:
    return (
        "ledger_ledgerstate" in text and "FOR UPDATE" in text
    ) or "INSERT INTO managers_assignment" in text


def _nobodys(scene: Scene, count: int) -> None:
    """Customers whom nobody holds yet."""
    from ledger.services.extracts import load_bundle

    use(scene.name)
    rows = [(f"N{number}", f"N{number}", "corporate", "B01") for number in range(max(count, 20))]
    load_bundle(bank.write(scene.folder / "nobodys", {"customers.csv": rows}, _span()))
    connection.close()


def _span() -> Window:
    return Window("span", smallbank.LAST, smallbank.LAST)


def _claim_share(scene: Scene, number: int, who: str) -> Callable[[], object]:
    from ledger.services.extracts import load_bundle

    rows = [(f"N{number}", who, "0.6", "1994-01-01", "")]
    path: Path = bank.write(scene.folder / f"share-{number}-{who}", {"assignments.csv": rows}, _span())
    return lambda: load_bundle(path)


def _in_the_database(scene: Scene, asked: Asked, outcome: Outcome) -> None:
    """Twenty sessions past every program: the database itself must refuse what exceeds 1."""
    if not scene.ask(GUARD)[0][0]:
        scene.violations.append(
            "nothing in the database refuses shares above 1 (no trigger on managers_assignment)"
        )
        return
    attempts = asked.times(short=25, full=500)
    use(scene.name)
    with ThreadPoolExecutor(THREADS) as pool:
        seeds = [f"{asked.seed}/share/{number}" for number in range(THREADS)]
        told = sum(pool.map(lambda seed: _insert_shares(seed, attempts), seeds), Counter())
    connection.close()
    outcome.repetitions += THREADS * attempts
    outcome.figures |= dict(told)
    scene.violations += [row[0] for row in scene.ask(TOO_MUCH)]


def _insert_shares(seed: str, attempts: int) -> "Counter[str]":
    from django.db import Error, transaction

    from managers.models import Assignment, ClientManager, Customer

    chance, told = random.Random(seed), Counter[str]()
    customers = list(Customer.objects.filter(customer_no__startswith="N").order_by("pk")[:20])
    managers = list(ClientManager.objects.order_by("pk"))
    share = dict(starts_on=date(1994, 1, 1), source_bundle=1, source_line=1)
    try:
        for _number in range(attempts):
            who, whom = chance.choice(managers), chance.choice(customers)
            try:
                with transaction.atomic():
                    Assignment.objects.create(
                        manager=who, customer=whom, share=chance.choice(("0.2", "0.4")), **share
                    )
                told["shares taken"] += 1
            except Error:
                told["shares refused"] += 1
    finally:
        connection.close()
    return told
