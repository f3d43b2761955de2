"""The broker killed, restarted, flushed, and away for a whole night."""

import random
import time

import redis

from tests.faults.outcome import Asked, Outcome
from tests.faults.scene import Scene

NAP = 0.05


def broker_killed(asked: Asked) -> Outcome:
    """kill -9 of the broker while nights are worked, started again a second later."""
    return _nights(asked, "killed", short=1, full=4)


def broker_flushed(asked: Asked) -> Outcome:
    """Every message thrown away, several times while nights are worked."""
    return _nights(asked, "flushed", short=1, full=3)


def _nights(asked: Asked, what: str, *, short: int, full: int) -> Outcome:
    outcome, chance = Outcome(), asked.chance(what)
    for _number in range(asked.times(short=short, full=full)):
        with Scene(asked.twins, known=["first"]) as scene:
            scene.beat()
            for worker in ("worker1", "worker2"):
                scene.worker(worker, nap=NAP)
            scene.wait(lambda: scene.published() > 0, "the first night")
            _kill(scene, chance, outcome) if what == "killed" else _flush(scene, chance, outcome)
            scene.all_published()
            scene.judge("first")
        outcome.violations += scene.violations
    return outcome


def _kill(scene: Scene, chance: random.Random, outcome: Outcome) -> None:
    broker = scene.servers.broker
    time.sleep(chance.random())
    scene.servers.kill(broker)
    time.sleep(0.5 + chance.random())
    scene.servers.restart(broker)
    outcome.repetitions += 1


def _flush(scene: Scene, chance: random.Random, outcome: Outcome) -> None:
    for _time in range(3):
        time.sleep(0.3 + chance.random())
        with redis.Redis.from_url(scene.broker_url) as client:
            client.flushdb()
        outcome.repetitions += 1


def broker_away(asked: Asked) -> Outcome:
    """No broker all night: a person's command does it all; when the broker is back nothing is done twice."""
    outcome = Outcome()
    broker = asked.twins.servers.broker
    for _number in range(asked.times(short=1, full=2)):
        with Scene(asked.twins, known=["first"]) as scene:
            scene.servers.kill(broker)
            try:
                scene.beat()
                scene.worker("worker", nap=NAP)
                scene.finished(scene.run_nights(nap=NAP), "run_nights without a broker")
            finally:
                scene.servers.restart(broker)
            scene.all_published()
            time.sleep(3)
            (runs,) = scene.ask("SELECT count(*) FROM ledger_run")[0]
            outcome.count("runs", runs)
            scene.judge("first")
        outcome.repetitions += 1
        outcome.violations += scene.violations
    return outcome
