"""The access test goes red when a `visible_to` is taken away: a sample here, all by `make mutants`."""

import os
import random

import pytest

from tests.access import mutants
from tests.access.scene import Scene

SAMPLE = 3
_TWICE = "the service looks at scope again and refuses with the same answer"
#: Calls whose mutants no cell tells from the original; each with the reason.
UNTOLD: dict[str, str] = {
    "appraisal/queries/seats.py _light": "whose seat it is in the body is asked of every case besides",
    "appraisal/views/adjustments.py _proposed": _TWICE,
    "appraisal/views/hr.py answer_issue": "the case of the issue is looked up in scope before",
    "cmbank/context.py _handovers_waiting": "whose turn it is is asked of every handover besides",
    "cmbank/demo/install.py _open_cycle": "makes the demo bank, answers nobody",
    "cmbank/people.py register": _TWICE,
    "cmbank/people.py _transfer": _TWICE,
    "grading/simulation.py people": "the reach of the roles that look is asked besides",
    "ledger/handovers.py _givers": "the reach of the right to draft is asked besides",
    "managers/services/careers.py _check_transfer": "the page offers and takes branches in scope only",
}


@pytest.mark.skipif(os.environ.get("MUTANTS") != "all", reason="all mutants: make mutants")
def test_no_mutant_survives(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    with mutants.watched() as watch:
        cells = mutants.reached(scene, watch, set(filter(None, os.environ.get("ROWS", "").split(","))))
        told = {site: mutants.killed(scene, watch, site, cells.get(site, [])) for site in watch.known}
    with capsys.disabled():
        for site, complaint in told.items():
            reach = f"{len(cells.get(site, []))} cells"
            print(f"{'killed  ' if complaint else 'SURVIVES'} {site} ({reach}) {complaint[:100]}")
        print(f"{sum(map(bool, told.values()))} of {len(told)} mutants killed")
    assert {str(site) for site, complaint in told.items() if not complaint} == set(UNTOLD)


#: One cell through each of a few calls, so that the sample need not walk everything first.
KNOWN = [
    ("appraisal/queries/__init__.py", "branch_risk", "queue", ""),
    ("appraisal/views/workbench.py", "branch_hr", "manager", "far"),
    ("grading/views.py", "branch_hr", "figure", "far"),
    ("managers/rest/access.py", "api_client", "v1:customers", ""),
    ("managers/backoffice.py", "branch_hr", "admin:managers_customer_changelist", ""),
]


@pytest.mark.skipif(
    os.environ.get("ACCESS") != "1",
    reason="not seen to pass since part 5 joined the scene it needs (make access)",
)
def test_a_sample_of_mutants_is_killed(scene: Scene) -> None:
    seed = os.environ.get("SEED", "")
    with mutants.watched() as watch:
        for file, actor, row, thing in random.Random(f"{seed}/mutants").sample(KNOWN, SAMPLE):
            cell = mutants.walk.Cell(actor, row, "GET", thing)
            walked = [("in_risk_queue", cell)]
            tried = [site for site in watch.known if site.file == file]
            assert any(mutants.killed(scene, watch, site, walked) for site in tried), f"{cell} tells nothing"
            assert mutants.killed(scene, watch, mutants.Site("none", 0, 0, ""), walked) == ""
