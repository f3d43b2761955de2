"""Nobody sees or does what is not theirs: every address as everybody about everything, against the policy."""

import time

import pytest

from tests.access import walk
from tests.access.policy import POLICY
from tests.access.scene import Scene

STAGES = ("in_risk_queue", "cleared", "decided")


def test_every_address_has_its_row_and_every_row_its_address() -> None:
    known = walk.endpoints()
    assert sorted(known - set(POLICY)) == [], "add a row to tests/access/policy.py"
    assert sorted(set(POLICY) - known) == [], "these rows have no address any more"
    assert {row.stage for row in POLICY.values()} <= set(STAGES)


@pytest.mark.parametrize("stage", STAGES)
def test_every_answer_is_as_the_policy_says(
    scene: Scene, stage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found: list[str] = []
    tried = 0
    started = time.perf_counter()
    with scene.at(stage):
        for cell in walk.cells(stage=stage):
            answer, changed = walk.ask(cell, scene)
            found += walk.wrong(cell, answer, changed, scene)
            tried += 1
    with capsys.disabled():
        print(f"\naccess: {tried} cells ({stage}) in {time.perf_counter() - started:.0f} s")
    assert found == []
