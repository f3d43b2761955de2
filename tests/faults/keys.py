"""The same thing asked for fifty times at once is done once."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from ledger.models import Bundle, Run
from ledger.services import chunks, runs
from ledger.services.extracts import load_bundle
from tests.faults import smallbank
from tests.faults.outcome import Asked, Outcome
from tests.faults.scene import Scene, use

AT_ONCE = 50


def together(call: Callable[[], object], times: int = AT_ONCE) -> Counter[str]:
    """What each of so many callers was told, all started at once on connections of their own."""
    start = threading.Barrier(times)

    def one(_number: int) -> str:
        start.wait()
        try:
            return str(call())
        except Exception as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return Counter(pool.map(one, range(times)))


def same_key(asked: Asked) -> Outcome:
    """The same bundle loaded, the same run claimed and the same run published, each fifty times at once."""
    outcome = Outcome()
    for _number in range(asked.times(short=1, full=4)):
        with Scene(asked.twins, known=["first", "first day1"]) as scene:
            use(scene.name)
            _load_together(scene, asked)
            published_together(scene)
            connection.close()
            scene.finished(scene.manage("rest", "run_nights", "--to", "1994-02-06"), "the other nights")
            scene.judge("first day1")
        outcome.repetitions += 3 * AT_ONCE
        outcome.violations += scene.violations
    return outcome


def _expect(scene: Scene, what: str, told: Counter[str], expected: dict[str, int]) -> None:
    if dict(told) != expected:
        scene.violations.append(f"{what} {AT_ONCE} times at once: {dict(told)}, not {expected}")


def _load_together(scene: Scene, asked: Asked) -> None:
    path = asked.twins.path("day1")
    told = together(lambda: "again" if load_bundle(path).already else "loaded")
    _expect(scene, "a bundle loaded", told, {"loaded": 1, "again": AT_ONCE - 1})
    if Bundle.objects.count() != 2:
        scene.violations.append(f"{Bundle.objects.count()} bundles")


def published_together(scene: Scene) -> None:
    """Claim the first night fifty times, work it, and publish it fifty times."""
    together(lambda: runs.ensure(smallbank.FIRST))
    run = Run.objects.get(business_date=smallbank.FIRST)
    claims: list[runs.Claim] = []

    def claim() -> str:
        found = runs.claim(Run.objects.get(pk=run.pk))
        claims.extend([found] if found else [])
        return "claimed" if found else "held"

    _expect(scene, "a run claimed", together(claim), {"claimed": 1, "held": AT_ONCE - 1})
    for stage in chunks.stages():
        while runs.work_chunk(claims[0], stage):
            pass
    told = together(lambda: runs.publish(claims[0]).status)
    _expect(scene, "a run published", told, {"succeeded": 1, "Fenced": AT_ONCE - 1})
