"""The faults must be able to fail: each protection replaced by read-check-save has to show as violations."""

import time

from django.db import connection

from tests.faults import interleaving, keys
from tests.faults.kills import NAP, freeze
from tests.faults.outcome import Asked, Outcome
from tests.faults.scene import UNFENCED, Scene, use

APPROVALS = """
    CREATE TABLE faults_approval (id int PRIMARY KEY, state text NOT NULL);
    CREATE TABLE faults_decision (approval int NOT NULL);
"""


def self_test(asked: Asked) -> Outcome:
    """Careless claims, a lease that anybody renews, careless publication and approval: each is found out."""
    outcome = Outcome()
    for name, careless in {
        "claim by read-check-save": _careless_claims,
        "renewal that always succeeds": _careless_renewal,
        "publication by read-check-save": _careless_publication,
        "approval by read-check-save": _careless_approvals,
    }.items():
        begun = time.monotonic()
        found = careless(asked)
        outcome.repetitions += 1
        outcome.figures[name] = f"{len(found)} found in {time.monotonic() - begun:.0f} s"
        outcome.violations += [] if found else [f"{name}: not found out"]
    return outcome


def _careless_claims(asked: Asked) -> list[str]:
    """Four people at once."""
    with Scene(asked.twins, known=["first"]) as scene:
        people = [scene.run_nights(f"person{n}", nap=NAP, sabotage="claim") for n in range(4)]
        deadline = time.monotonic() + 80
        while not scene.ask(UNFENCED) and time.monotonic() < deadline and any(p.alive() for p in people):
            time.sleep(0.2)
        found = [row[0] for row in scene.ask(UNFENCED)]
    return found + [lie for lie in scene.violations if not lie.startswith("not within")]


def _careless_renewal(asked: Asked) -> list[str]:
    """A process frozen between two chunks wakes up beside its successor and writes."""
    with Scene(asked.twins, known=["first"]) as scene:
        scene.beat()
        sleeper = scene.worker("sleeper", nap=4 * NAP, sabotage="renew")
        scene.wait(lambda: bool(scene.ask("SELECT 1 FROM faults_trace LIMIT 1")), "a claim")
        other = freeze(scene, sleeper, Outcome(), inside=False)
        deadline = time.monotonic() + 45
        while not scene.ask(UNFENCED) and time.monotonic() < deadline and other.alive():
            time.sleep(0.1)
        found = [row[0] for row in scene.ask(UNFENCED)]
    return found + [lie for lie in scene.violations if not lie.startswith("not within")]


def _careless_publication(asked: Asked) -> list[str]:
    """Fifty publish one run."""
    from ledger.services import runs
    from tests.faults import sabotage

    careful = runs.publish
    with Scene(asked.twins, known=["first"]) as scene:
        use(scene.name)
        sabotage.install("publish")
        try:
            keys.published_together(scene)
        finally:
            runs.publish = careful
            connection.close()
    return scene.violations


def _careless_approvals(asked: Asked) -> list[str]:
    """Two people read, check and save, in every interleaving of four steps."""
    with Scene(asked.twins) as scene:
        scene.ask(APPROVALS)
        use(scene.name)
        for number, order in enumerate(interleaving.orders(3)):
            scene.ask("INSERT INTO faults_approval VALUES (%s, 'open')", [number])
            works = (lambda n=number: _approve(n), lambda n=number: _approve(n))
            interleaving.play(order, works, interleaving.before_locks_and_writes)
        twice = "SELECT approval FROM faults_decision GROUP BY approval HAVING count(*) > 1"
        found = [f"approval {number} was decided twice" for (number,) in scene.ask(twice)]
    return found


def _approve(number: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM faults_approval WHERE id = %s", [number])
        if cursor.fetchone()[0] != "open":
            return False
        cursor.execute("UPDATE faults_approval SET state = 'approved' WHERE id = %s", [number])
        cursor.execute("INSERT INTO faults_decision VALUES (%s)", [number])
    return True
