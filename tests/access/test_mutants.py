"""The access test goes red when a `visible_to` is taken away: a sample here, all by `make mutants`."""

import os
import random

import pytest

from tests.access import mutants
from tests.access.policy import POLICY
from tests.access.scene import Scene

SAMPLE = 3
_TWICE = "the service looks at scope again and refuses with the same answer"
_REACH = "how far the right to see reaches is asked besides"
_WITH = "it is looked up in what was found in scope before"
#: Calls whose mutants no cell tells from the original; each with the reason.
UNTOLD: dict[str, str] = {
    "appraisal/queries/seats.py _light": "whose seat it is in the body is asked of every case besides",
    "appraisal/views/adjustments.py _proposed": _TWICE,
    "appraisal/views/hr.py answer_issue": _WITH,
    "cmbank/context.py _handovers_waiting": "whose turn it is is asked of every handover besides",
    "cmbank/demo/install.py _open_cycle": "makes the demo bank, answers nobody",
    "cmbank/people.py register": _TWICE,
    "cmbank/people.py _transfer": _TWICE,
    "credit/desk.py accounts": _REACH,
    "credit/desk.py in_sight": _REACH,
    "credit/models/files.py visible_to": _WITH,
    "credit/models/investigations.py visible_to": _REACH,
    "credit/models/scoped.py visible_to": _REACH,
    "credit/permissions.py readable": _REACH,
    "credit/queries/investigations.py visible": _REACH,
    "credit/views/files.py reveal": _WITH,
    "credit/views/proposals.py _visible": _REACH,
    "credit/working/logs.py sheet": _REACH,
    "credit/working/plans.py _managers": "the right to draft is asked of every manager besides",
    "grading/simulation.py people": _REACH,
    "ledger/handovers.py _givers": _REACH,
    "managers/conduct/campaign_pages.py _progress": "it tells how many sheets there are, and nothing of them",
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
    ("managers/conduct/finding_pages.py", "branch_risk", "findings", ""),
    ("credit/working/logs.py", "branch_risk", "work_log", ""),
    ("cmbank/context.py", "branch_risk", "loan_proposals", ""),
]


def test_a_sample_of_mutants_is_killed(scene: Scene) -> None:
    seed = os.environ.get("SEED", "")
    with mutants.watched() as watch:
        for file, actor, row, thing in random.Random(f"{seed}/mutants").sample(KNOWN, SAMPLE):
            cell = mutants.walk.Cell(actor, row, "GET", thing)
            walked = [(POLICY[row].stage, cell)]
            tried = [site for site in watch.known if site.file == file]
            assert any(mutants.killed(scene, watch, site, walked) for site in tried), f"{cell} tells nothing"
            assert mutants.killed(scene, watch, mutants.Site("none", 0, 0, ""), walked) == ""
