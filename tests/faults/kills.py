"""Workers killed and frozen inside chunks."""

import random
import time

from tests.faults import smallbank
from tests.faults.outcome import Asked, Outcome
from tests.faults.scene import LEASE_SECONDS, Scene
from tests.faults.workers import Process, stop_inside

NAP = 0.06


def kill_worker(asked: Asked) -> Outcome:
    """kill -9 of a worker inside a chunk, at random moments, over as many banks as it takes."""
    outcome, chance = Outcome(), asked.chance("kill")
    while outcome.repetitions < asked.kills and not outcome.violations:
        with Scene(asked.twins, known=["first"]) as scene:
            _kill_through_the_nights(scene, chance, asked.kills, outcome)
            scene.judge("first")
        outcome.violations += scene.violations
        outcome.count("banks")
    return outcome


def _kill_through_the_nights(scene: Scene, chance: random.Random, wanted: int, outcome: Outcome) -> None:
    scene.beat()
    workers = [scene.worker(f"worker{n}", nap=NAP) for n in range(2)]
    scene.wait(lambda: scene.published() > 0, "the first night")
    while scene.published() < len(smallbank.DAYS) - 2 and outcome.repetitions < wanted:
        time.sleep(chance.random() * 0.5)
        place = chance.randrange(len(workers))
        if stop_inside(scene, workers[place], 10):
            workers[place].kill()
            outcome.repetitions += 1
            workers[place] = scene.worker(f"worker{len(scene.processes)}", nap=NAP)
    _finish(scene, outcome)


def _finish(scene: Scene, outcome: Outcome) -> None:
    """Nights that failed four times wait for people: people come."""
    failed = "SELECT count(*) FROM ledger_run WHERE status = 'failed'"
    outcome.count("spent", scene.ask(failed)[0][0])
    people = scene.run_nights("people")
    scene.all_published()
    people.finish()
    outcome.count("claims", scene.ask("SELECT count(*) FROM faults_trace WHERE what = 'claim'")[0][0])


def freeze_worker(asked: Asked) -> Outcome:
    """SIGSTOP longer than the lease, inside and between chunks, then SIGCONT: a zombie writes nothing."""
    outcome, chance = Outcome(), asked.chance("freeze")
    for number in range(asked.times(short=1, full=8)):
        with Scene(asked.twins, known=["first"]) as scene:
            scene.beat()
            sleeper = scene.worker("sleeper", nap=NAP)
            scene.wait(lambda: scene.published() > 0, "the first night")
            time.sleep(chance.random())
            freeze(scene, sleeper, outcome, inside=number % 2 == 0)
            scene.all_published()
            scene.judge("first")
        outcome.repetitions += 1
        outcome.violations += scene.violations
    return outcome


def freeze(scene: Scene, sleeper: Process, outcome: Outcome, *, inside: bool) -> Process:
    """The sleeper holds the claim; a person's run takes the night over; the sleeper wakes up beside it."""
    scene.wait(lambda: stop_inside(scene, sleeper, 5, inside=inside), "frozen")
    outcome.count("inside a chunk" if inside else "between chunks")
    other = scene.run_nights("other", nap=2 * NAP)
    claims = "SELECT count(*) FROM faults_trace WHERE what = 'claim' AND process = 'other'"
    scene.wait(lambda: scene.ask(claims)[0][0] > 0, "somebody else takes the night over")
    time.sleep(LEASE_SECONDS / 6)
    sleeper.go_on()
    outcome.count("woken beside its successor", int(other.alive()))
    return other
