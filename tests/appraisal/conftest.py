"""The small bank loaded and measured, and the people who take the steps."""

from datetime import date
from pathlib import Path

import pytest

from appraisal import services
from appraisal.models import Cycle, Step
from tests.appraisal import acting, smallbank
from tests.appraisal.acting import Case, Reach, Staff, Take


@pytest.fixture
def on() -> date:
    return acting.ON


@pytest.fixture
def bank(db: None, tmp_path: Path) -> None:
    """The bank loaded, its last day published; nobody works there yet."""
    smallbank.load(tmp_path / "bank")


@pytest.fixture
def staff(bank: None) -> Staff:
    """The people of the bank by login name."""
    return acting.hire()


@pytest.fixture
def cycle(staff: Staff) -> Cycle:
    """The cycle opened and measured by the platform."""
    opened, _ = services.appraise(smallbank.SCHEME, smallbank.PERIOD, by=None, on=acting.ON)
    return opened.cycle


@pytest.fixture
def case() -> Case:
    """`case(number)` reads the appraisal of a manager anew."""
    return acting.find


@pytest.fixture
def take(cycle: Cycle, staff: Staff, on: date) -> Take:
    """`take("clear", number, who)` takes one step as one of the staff."""

    def take(step: str, number: str, who: str, **extra: str) -> Step:
        return getattr(services, step)(acting.find(number), by=staff[who], on=on, **extra)

    return take


@pytest.fixture
def reach(take: Take) -> Reach:
    """`reach(number, state)` brings an appraisal to a state by its usual people."""
    path = {
        "measured": (),
        "in_risk_queue": ("submit", {}),
        "cleared": ("clear", {}),
        "decided": ("decide", {"outcome": "keep", "reason": "先稳定一季"}),
        "published": ("publish", {}),
    }

    def reach(number: str, state: str) -> None:
        for to_state, step in path.items():
            if step:
                take(step[0], number, acting.ACTORS[step[0]], **step[1])
            if to_state == state:
                return

    return reach
