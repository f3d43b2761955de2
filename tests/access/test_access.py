"""Nobody sees or does what is not theirs: every address as everybody about everything, against the policy."""

import os
import time
from collections import Counter

import pytest

from tests.access import walk
from tests.access.policy import POLICY
from tests.access.scene import ACTORS, Scene

pytestmark = pytest.mark.skipif(
    os.environ.get("ACCESS") != "1",
    reason="not yet part of the suite: the policy table lacks addresses; make access",
)

#: ACTORS="branch_hr,anonymous" tries some actors only, while a row is being written.
CHOSEN = tuple(filter(None, os.environ.get("ACTORS", "").split(","))) or ACTORS
PARTS = 4
STAGES = ("in_risk_queue", "cleared", "decided")


def test_every_address_has_its_row_and_every_row_its_address() -> None:
    known = walk.endpoints()
    assert sorted(known - set(POLICY)) == [], "add a row to tests/access/policy.py"
    assert sorted(set(POLICY) - known) == [], "these rows have no address any more"
    assert {row.stage for row in POLICY.values()} <= set(STAGES)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_answer_is_as_the_policy_says(
    scene: Scene, part: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """In parts, by actor, so that several workers share them."""
    found: list[str] = []
    took: Counter[str] = Counter()
    tried = 0
    for stage in STAGES:
        with scene.at(stage):
            for cell in walk.cells(CHOSEN[part::PARTS], stage=stage):
                started = time.perf_counter()
                answer, changed = walk.ask(cell, scene)
                found += walk.wrong(cell, answer, changed, scene)
                took[f"{cell.method} {cell.endpoint}"] += time.perf_counter() - started
                tried += 1
    slow = ", ".join(f"{name} {seconds:.1f}" for name, seconds in took.most_common(5))
    with capsys.disabled():
        print(f"\naccess: {tried} cells tried in {took.total():.0f} s (most: {slow})")
    assert found == [], "\n".join(["", *found])
