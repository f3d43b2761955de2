"""Nobody sees or does what is not theirs: every address as everybody about everything, against the policy."""

import os
import time
from collections import Counter
from collections.abc import Callable

from tests.access import walk
from tests.access.policy import POLICY, endpoint
from tests.access.scene import Scene
from tests.access.stages import STAGES
from tests.access.things import ACTORS
from tests.access.walk import Cell

#: ACTORS="branch_hr,anonymous" and ROWS="queue,clear" try some only, while a row is being written.
CHOSEN = tuple(filter(None, os.environ.get("ACTORS", "").split(","))) or ACTORS
ROWS = set(filter(None, os.environ.get("ROWS", "").split(",")))
#: The suite tries the cells of `walk.fair`; `make access` all of them.
WHOLE = os.environ.get("ACCESS") == "1"
PARTS = 2
#: Cells are counted and reported in the summary of the run (`tests/conftest.py`).
Record = Callable[[str, object], None]


def test_every_address_has_its_row_and_every_row_its_address() -> None:
    known, named = walk.endpoints(), {endpoint(name) for name in POLICY}
    assert sorted(known - named) == [], "add a row to tests/access/tables (tests/access/policy.py says how)"
    assert sorted(named - known) == [], "these rows have no address any more"
    assert {row.stage for row in POLICY.values()} <= set(STAGES)


def of_part(part: int, stage: str) -> list[Cell]:
    """The part's own of the cells of a stage that were chosen."""
    every = walk.cells(CHOSEN, stage=stage)
    tried = every if WHOLE or ROWS else walk.fair(every)
    return [cell for cell in tried if not ROWS or {cell.row, endpoint(cell.row)} & ROWS][part::PARTS]


class Part:
    """One part of the cells; the parts are classes so that workers share them."""

    part: int

    def test_every_answer_is_as_the_policy_says(self, scene: Scene, record_property: Record) -> None:
        found: list[str] = []
        took: Counter[str] = Counter()
        tried: Counter[str] = Counter()
        for stage in STAGES:
            cells = of_part(self.part, stage)
            if not cells:
                continue
            with scene.at(stage):
                for cell in cells:
                    started = time.perf_counter()
                    found += walk.wrong(cell, walk.ask(cell, scene), scene)
                    took[f"{cell.method} {cell.row}"] += time.perf_counter() - started
                    tried["cells"] += 1
        slow = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in took.most_common(8))
        print(f"{took.total():.0f} s in cells; most: {slow}")
        record_property("cells", tried["cells"])
        assert found == [], "\n".join(["", *found])


class TestFirst(Part):
    part = 0


class TestSecond(Part):
    part = 1
