"""Nobody sees or does what is not theirs: every address as everybody about everything, against the policy."""

import os
import time
from collections import Counter

import pytest

from tests.access import walk
from tests.access.conftest import Tried
from tests.access.policy import POLICY, endpoint
from tests.access.scene import Scene
from tests.access.stages import STAGES
from tests.access.things import ACTORS

#: ACTORS="branch_hr,anonymous" and ROWS="queue,clear" try some only, while a row is being written.
CHOSEN = tuple(filter(None, os.environ.get("ACTORS", "").split(","))) or ACTORS
ROWS = set(filter(None, os.environ.get("ROWS", "").split(",")))
PARTS = 4


def test_every_address_has_its_row_and_every_row_its_address() -> None:
    known, named = walk.endpoints(), {endpoint(name) for name in POLICY}
    assert sorted(known - named) == [], "add a row to tests/access/tables (tests/access/policy.py says how)"
    assert sorted(named - known) == [], "these rows have no address any more"
    assert {row.stage for row in POLICY.values()} <= set(STAGES)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_answer_is_as_the_policy_says(scene: Scene, part: int, tried: Tried) -> None:
    """In parts, by actor, so that several workers share them."""
    found: list[str] = []
    took: Counter[str] = Counter()
    for stage in STAGES:
        cells = [
            cell
            for cell in walk.cells(CHOSEN[part::PARTS], stage=stage)
            if not ROWS or {cell.row, endpoint(cell.row)} & ROWS
        ]
        if not cells:
            continue
        with scene.at(stage):
            for cell in cells:
                started = time.perf_counter()
                found += walk.wrong(cell, walk.ask(cell, scene), scene)
                took[f"{cell.method} {cell.row}"] += time.perf_counter() - started
                tried(1)
    slow = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.most_common(8))
    print(f"{took.total():.0f} s in cells; most: {slow}")
    assert found == [], "\n".join(["", *found])
