"""Bundles that change the past while nights are worked, and nights that were begun before."""

import time

from django.db import connection

from tests.faults import smallbank
from tests.faults.kills import NAP
from tests.faults.outcome import Asked, Outcome
from tests.faults.scene import Scene, use
from tests.faults.workers import stop_inside


def correction(asked: Asked) -> Outcome:
    """The past corrected while nights run and workers die: a date shows before or after, never between."""
    outcome, chance = Outcome(), asked.chance("correction")
    for number in range(asked.times(short=1, full=3)):
        names = [f"correction{3 * number % 9 + n}" for n in (1, 2, 3)]
        histories = [" ".join(["first", *names[:count]]) for count in range(4)]
        with Scene(asked.twins, known=histories) as scene:
            scene.beat()
            workers = [scene.worker(f"worker{n}", nap=NAP / 2) for n in range(2)]
            for place, name in enumerate(names):
                _wait_for_nights(scene, 3 + 2 * place)
                _load(scene, asked, name)
                outcome.repetitions += 1
                if place and stop_inside(scene, workers[0], 3):
                    workers[0].kill()
                    outcome.count("kills")
                    workers[0] = scene.worker(f"worker{place + 2}", nap=NAP / 2)
                time.sleep(chance.random())
            scene.all_published()
            outcome.count("versions", scene.ask("SELECT count(*) FROM ledger_run")[0][0])
            scene.judge(histories[-1])
        outcome.violations += scene.violations
    return outcome


def _wait_for_nights(scene: Scene, nights: int) -> None:
    scene.wait(lambda: scene.published() >= nights, f"{nights} nights")


def _load(scene: Scene, asked: Asked, name: str) -> None:
    use(scene.name)
    asked.twins.load(name)
    connection.close()


def older_days(asked: Asked) -> Outcome:
    """Days from before everything arrive when a night is begun: the first of all, one at a month's edge."""
    outcome = Outcome()
    history = "first older"
    for begun in [0, 4][: asked.times(short=1, full=2)]:
        with Scene(asked.twins, known=["first", history]) as scene:
            _begin(scene, begun, outcome)
            _load(scene, asked, "older")
            scene.finished(scene.run_nights("after"), "nights after older days")
            scene.judge(history)
        outcome.repetitions += 1
        outcome.violations += scene.violations
    return outcome


def _begin(scene: Scene, published: int, outcome: Outcome) -> None:
    """Publish some nights, begin the next one and die in its readings: every customer stands a day ahead."""
    if published:
        to = smallbank.DAYS[published - 1].isoformat()
        scene.manage("before", "run_nights", "--to", to).finish()
    dying = scene.run_nights("dying", nap=NAP)
    ahead = (
        "SELECT count(*) FROM ledger_run r WHERE status = 'running' AND business_date = %s AND NOT EXISTS ("
        " SELECT FROM ledger_chunk WHERE run_id = r.id AND stage = 'products' AND done_at IS NULL)"
    )
    day = [smallbank.DAYS[published]]
    if scene.wait(lambda: scene.ask(ahead, day)[0][0] > 0, "a night whose products are done"):
        dying.kill()
        outcome.count("left ahead", scene.ask(ahead, day)[0][0])
