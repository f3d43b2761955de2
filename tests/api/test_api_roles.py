"""Whatever the token of any role asks: no 5xx, answers as described, and nothing that is not the role's."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cmbank.wsgi import application
from managers.models import User
from managers.roles import ROLES
from tests.api.conftest import Bank
from tests.api.test_api_schema import PATHS, TRUE_OF_US
from tests.api.test_api_scope import FOREIGN

# Written down apart from managers.roles: a role that gains a permission by mistake turns a cell red.
RULEBOOKS = {"rulebooks/"}
PEOPLE = {
    "managers/",
    "managers/{employee_no}/",
    "managers/{employee_no}/grade/",
    "managers/{employee_no}/metrics/",
    "grades/",
    "grade-changes/",
    "runs/",
    "runs/{id}/differences/",
}
APPRAISALS = {"appraisals/", "managers/{employee_no}/verdicts/"}
CUSTOMERS = {"customers/"}
ALL = RULEBOOKS | PEOPLE | APPRAISALS | CUSTOMERS
OPEN = {
    "platform_admin": RULEBOOKS | {"runs/"},
    "security_admin": RULEBOOKS,
    "auditor": ALL,
    "head_risk": ALL,
    "head_hr": ALL,
    "branch_risk": ALL,
    "branch_hr": ALL,
    "branch_market": ALL - APPRAISALS,
    "asset_preservation": RULEBOOKS,
    "outlet_head": ALL,
    "client_manager": ALL,
    "group_member": ALL - CUSTOMERS,
    "group_chair": ALL - CUSTOMERS,
    "api_client": ALL,
    "nobody": RULEBOOKS,
}
#: Their reach ends at the eastern branch: nothing of the western one is in what they are given.
EAST = [code for code in OPEN if code not in ROLES or ROLES[code].reach not in ("all", "system")]


@pytest.fixture
def tokens_of(person: Callable[..., User], own: User, bearer: Callable[..., Client]) -> dict[str, str]:
    """The authorization header of somebody of every role, each with a token of every scope."""
    people = {"client_manager": own, "nobody": person()}
    for code in ROLES.keys() - people.keys():
        people[code] = person(code, "B1" if code in EAST else "HO")
    return {code: bearer(user).defaults["HTTP_AUTHORIZATION"] for code, user in people.items()}


@pytest.fixture
def operations(bank: Bank) -> Iterator[list[Any]]:
    """Every operation of the interface, called in this process and within the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    described = schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    yield [result.ok() for result in described.get_all_operations()]
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_every_role_is_asked_as() -> None:
    assert set(OPEN) == {*ROLES, "nobody"}
    assert {f"/api/v1/{path}" for path in ALL} == PATHS


def test_whoever_asks_whatever_is_given_what_is_theirs(
    bank: Bank, operations: list[Any], tokens_of: dict[str, str]
) -> None:
    known = {"employee_no": st.sampled_from(["E1", "F9"]), "id": st.just(bank.run.pk)}
    given_away = [
        f"{role} {said}"
        for role, header in tokens_of.items()
        for operation in operations
        for said in _asked(operation, role, header, known)
    ]
    assert given_away == []


def _asked(operation: Any, role: str, header: str, known: dict[str, Any]) -> list[str]:
    """What a role got that is not its own, of a few requests: half of them about what is there."""
    found: list[str] = []

    @settings(
        max_examples=4,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), there=st.booleans(), values=st.fixed_dictionaries(known))
    def asked(case: Any, there: bool, values: dict[str, Any]) -> None:
        if there:
            case.path_parameters = {name: values[name] for name in case.path_parameters or {}}
            case.query = {}
        answer = case.call_and_validate(headers={"Authorization": header}, checks=TRUE_OF_US)
        found.extend(_wrong(operation.path.removeprefix("/api/v1/"), role, answer))

    asked()
    return found


def _wrong(path: str, role: str, answer: Any) -> Iterator[str]:
    if answer.status_code >= 400:
        return
    if path not in OPEN[role]:
        yield f"was answered {path}"
    if role in EAST and (words := [word for word in FOREIGN if word in answer.text]):
        yield f"read {words} in {path}"


def test_what_is_open_is_answered(tokens_of: dict[str, str], bank: Bank) -> None:
    """The other half: nobody is refused what is theirs, so that the first test says something."""
    opened: dict[str, set[str]] = {}
    for role, header in tokens_of.items():
        client = Client(headers={"authorization": header})
        addresses = {path: path.format(employee_no="E1", id=bank.run.pk) for path in ALL}
        opened[role] = {
            path for path, to in addresses.items() if client.get(f"/api/v1/{to}").status_code == 200
        }
    assert opened == OPEN
