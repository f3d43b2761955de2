"""Two beats, a person beside them, no beat at all, and clocks that are wrong."""

from tests.faults import smallbank
from tests.faults.outcome import Asked, Outcome
from tests.faults.scene import Scene

NAP = 0.02
HOURS = 3600
IN_ORDER = "SELECT business_date FROM ledger_run WHERE is_current ORDER BY finished_at"


def two_beats(asked: Asked) -> Outcome:
    """Two beats, two workers and two people's commands, all at once."""
    outcome = Outcome()
    for _number in range(asked.times(short=1, full=4)):
        with Scene(asked.twins, known=["first"]) as scene:
            for beat in ("beat1", "beat2"):
                scene.beat(beat)
            for worker in ("worker1", "worker2"):
                scene.worker(worker, nap=NAP)
            people = [scene.run_nights(name, nap=NAP) for name in ("person1", "person2")]
            scene.all_published()
            for person in people:
                scene.finished(person, person.name)
            _tell_claims(scene, outcome)
            scene.judge("first")
        outcome.repetitions += 1
        outcome.violations += scene.violations
    return outcome


def _tell_claims(scene: Scene, outcome: Outcome) -> None:
    rows = scene.ask("SELECT count(*), count(DISTINCT process) FROM faults_trace WHERE what = 'claim'")
    outcome.count("claims", rows[0][0])
    outcome.figures["claimants"] = rows[0][1]


def no_beat(asked: Asked) -> Outcome:
    """Three days delivered without a beat: caught up by themselves, in order."""
    history = "first day1 day2 day3"
    outcome = Outcome()
    for _number in range(asked.times(short=1, full=3)):
        with Scene(asked.twins, known=["first", history]) as scene:
            scene.run_nights().finish()
            for name in ("day1", "day2", "day3"):
                asked.twins.load(name)
            scene.beat()
            scene.worker("worker", nap=NAP)
            scene.all_published(len(smallbank.DAYS) + 3)
            if (order := [day for (day,) in scene.ask(IN_ORDER)]) != sorted(order):
                scene.violations.append(f"published in the order {order}")
            scene.judge(history)
        outcome.repetitions += 1
        outcome.violations += scene.violations
    return outcome


def wrong_clocks(asked: Asked) -> Outcome:
    """One worker two hours ahead and one two hours behind; the beat ahead, then behind."""
    outcome = Outcome()
    for hours in [2, -2][: asked.times(short=1, full=2)]:
        with Scene(asked.twins, known=["first"]) as scene:
            scene.beat(clock=hours * HOURS)
            scene.worker("ahead", nap=NAP, clock=2 * HOURS)
            scene.worker("behind", nap=NAP, clock=-2 * HOURS)
            scene.all_published()
            _tell_claims(scene, outcome)
            scene.judge("first")
        outcome.repetitions += 1
        outcome.violations += scene.violations
    return outcome
