"""The description: complete, valid, in both languages, true of the interface, and readable in a browser."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer
from schemathesis import checks

from cmbank.api import V1
from cmbank.wsgi import application
from managers.models import User
from managers.services import tokens
from managers.tokens import SCOPES

PATHS = {
    f"/api/v1/{pattern.pattern}".replace("<str:employee_no>", "{employee_no}").replace("<int:id>", "{id}")
    for pattern in V1
    if pattern.name not in ("schema", "docs")
}
STATUSES = {"200", "304", "400", "401", "403", "404", "405", "406", "409", "429", "500"}
# What every generated request must pass; refusing what fits the description (an unknown cursor) is no fault.
TRUE_OF_US = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture
def interface(auditor: Client) -> Iterator[Any]:
    """The interface as its description tells, in this process and within the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def described(client: Client, language: str = "zh-hans") -> dict[str, Any]:
    headers = {"accept": "application/vnd.oai.openapi+json", "accept-language": language}
    answer = client.get("/api/v1/schema/", headers=headers)
    assert answer.status_code == 200
    return dict(answer.json())


@pytest.mark.django_db
def test_schema_lists_every_path_with_every_answer(client: Client) -> None:
    schema = described(client)
    assert len(PATHS) == 12
    assert set(schema["paths"]) == PATHS
    for path in schema["paths"].values():
        assert set(path) == {"get"}
        assert set(path["get"]["responses"]) == STATUSES
        assert path["get"]["security"] == [{"bearer": []}, {"cookieAuth": []}]
        assert path["get"]["summary"]


@pytest.mark.django_db
def test_schema_is_valid_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())
    assert capsys.readouterr().err == ""


@pytest.mark.django_db
def test_money_is_text_and_dates_are_dates(client: Client) -> None:
    schemas = described(client)["components"]["schemas"]
    assert schemas["Figure"]["properties"]["value"] == {"type": "string", "nullable": True}
    assert schemas["Metrics"]["properties"]["floor"]["type"] == "string"
    assert schemas["Holder"]["properties"]["share"]["type"] == "string"
    assert schemas["Run"]["properties"]["business_date"]["format"] == "date"


@pytest.mark.django_db
def test_description_follows_the_language(client: Client) -> None:
    assert described(client)["info"]["title"] == "客户经理考核数据接口"
    answer = client.get("/api/v1/schema/?lang=en")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/vnd.oai.openapi")


def test_whatever_is_asked_the_answer_is_as_described(auditor: Client, interface: Any) -> None:
    operations = [result.ok() for result in interface.get_all_operations()]
    assert {operation.path for operation in operations} == PATHS
    for operation in operations:
        _holds(operation, auditor.defaults["HTTP_AUTHORIZATION"])


def _holds(operation: Any, header: str) -> None:
    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def holds(case: Any) -> None:
        case.call_and_validate(headers={"Authorization": header}, checks=TRUE_OF_US)

    holds()


@pytest.mark.parametrize("number", ["E1", "F9"])
@pytest.mark.parametrize("rest", ["", "grade/", "metrics/", "verdicts/"])
def test_answers_about_a_manager_are_as_described(
    auditor: Client, interface: Any, number: str, rest: str
) -> None:
    header = auditor.defaults["HTTP_AUTHORIZATION"]
    operation = interface[f"/api/v1/managers/{{employee_no}}/{rest}"]["GET"]
    case = operation.Case(path_parameters={"employee_no": number}, headers={"Authorization": header})
    answer = case.call_and_validate(checks=TRUE_OF_US)
    assert answer.status_code == 200


def test_swagger_shows_and_calls_under_the_strict_policy(
    page: Page, live_server: LiveServer, transactional_db: None
) -> None:
    user = User.objects.create_user("robot")
    token = tokens.issue(user=user, scopes=SCOPES, at=timezone.now(), name="test").text
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    answer = page.goto(f"{live_server.url}/api/v1/docs/")
    assert answer is not None
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    page.get_by_role("heading", name="客户经理考核数据接口").wait_for()
    assert page.locator(".opblock-summary-path").count() == len(PATHS)
    page.get_by_role("button", name="Authorize").click()
    page.get_by_label("auth-bearer-value").fill(token)
    page.get_by_label("Apply credentials").first.click()
    page.get_by_role("button", name="Close").first.click()
    page.locator("#operations-rulebooks-rulebooks_list .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table .response-col_status", has_text="200").wait_for()
    assert complaints == []
