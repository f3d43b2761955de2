"""The SQL equals the naive twin on generated histories: out of order, corrected, with nights in between."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.ledger.histories import History, rolled_back

EXAMPLES = int(os.environ.get("TWIN_EXAMPLES", "25"))
#: without shrinking, to look through thousands of histories
QUICK = [Phase.explicit, Phase.generate]


@pytest.mark.django_db
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=QUICK if os.environ.get("TWIN_QUICK") else list(Phase),
    print_blob=True,
)
@given(data=st.data())
def test_every_published_figure_equals_the_naive_twin(data: st.DataObject, tmp_path_factory) -> None:
    folder: Path = tmp_path_factory.mktemp("history")
    with rolled_back():
        history = History(lambda low, high: data.draw(st.integers(low, high)), folder)
        try:
            history.play()
            if history.twin.spans:
                history.check()
        finally:
            note("\n".join(history.steps))
