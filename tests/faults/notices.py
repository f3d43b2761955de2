"""Maturity notices: the job killed half-way at random moments and run again; each exactly once."""

import random
import time
from datetime import date, timedelta

from django.db import connection

from tests.faults.outcome import Asked, Outcome
from tests.faults.scene import Scene, use
from tests.ledger import bank

ON = date(1994, 1, 6)
SHORT, FULL = 1_200, 5_000
#: Kills in a row before the job is left to finish.
KILLS = 3
MANAGERS = 10
WRONG = """
    SELECT 'loan ' || a.account_no || ' has ' || count(n.id) || ' notices' FROM ledger_account a
    LEFT JOIN credit_maturitynotice n ON n.account_id = a.id
    WHERE a.account_no LIKE 'L%%' GROUP BY a.account_no HAVING count(n.id) <> 1
  UNION ALL
    SELECT 'notice ' || n.id || ' is told to ' || count(t.id) FROM credit_maturitynotice n
    LEFT JOIN managers_notice t ON t.subject = 'maturity_notice:' || n.id AND t.tone = 'todo'
    GROUP BY n.id HAVING count(t.id) <> 1
"""


def notices(asked: Asked) -> Outcome:
    """kill -9 of the job at random moments, several times in a row, then left to finish."""
    outcome, chance = Outcome(), asked.chance("notices")
    count = asked.times(short=SHORT, full=FULL)
    _open(asked, count)
    for _number in range(asked.times(short=1, full=8)):
        with Scene(asked.twins, template="maturing") as scene:
            for _kill in range(KILLS):
                outcome.count("killed half-way", int(_killed(scene, chance, count)))
                outcome.repetitions += 1
            begun = time.monotonic()
            scene.finished(scene.manage("last", "make_notices", "--on", ON.isoformat()), "make_notices")
            outcome.figures["seconds to finish"] = round(time.monotonic() - begun, 1)
            scene.violations += [row[0] for row in scene.ask(WRONG)]
        outcome.violations += scene.violations
    outcome.figures["notices"] = count
    return outcome


def _killed(scene: Scene, chance: random.Random, count: int) -> bool:
    """Kill the job once it has made some more; whether it was in the middle of its work."""
    before = _made(scene)
    process = scene.manage(f"job{len(scene.processes)}", "make_notices", "--on", ON.isoformat())
    while process.alive() and _made(scene) == before:
        time.sleep(0.02)
    time.sleep(chance.random() * 0.4)
    process.kill()
    return before <= _made(scene) < count


def _made(scene: Scene) -> int:
    return int(scene.ask("SELECT count(*) FROM credit_maturitynotice")[0][0])


def _open(asked: Asked, count: int) -> None:
    """The database `maturing`: so many loans that mature within a month, each with one notice due."""
    from managers.models import ClientManager
    from tests.ledger.acting import person

    asked.twins.servers.copy_database("maturing", "empty")
    use("maturing")
    bank.loaded(bank.write(asked.twins.folder / "maturing", _bank(count)))
    for number in range(MANAGERS):
        ClientManager.objects.filter(employee_no=f"E{number}").update(user=person(f"E{number}"))
    connection.close()


def _bank(count: int) -> bank.Files:
    people, loans = range(MANAGERS), range(count)
    matures = [ON + timedelta(days=1 + number % 30) for number in loans]
    return {
        "branches.csv": bank.REGISTER["branches.csv"],
        "managers.csv": [
            (f"E{n}", f"经理{n}", "B01", "corporate", "1990-01-01", "1992-01-01", "first", "", "")
            for n in people
        ],
        "customers.csv": [(f"C{n}", f"客户{n}", "corporate", "B01") for n in loans],
        "accounts.csv": [(f"L{n}", f"C{n}", "loan", "loan", "CNY", "1993-06-01", "") for n in loans],
        "assignments.csv": [(f"C{n}", f"E{n % MANAGERS}", "1", "1994-01-01", "") for n in loans],
        "balances.csv": [(f"L{n}", "1994-01-02", f"{1000 + n}.00") for n in loans],
        "loans.csv": [
            (f"L{n}", f"{1000 + n}.00", "1993-06-01", matures[n].isoformat(), "credit", "", "") for n in loans
        ],
    }
