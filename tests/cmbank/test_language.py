"""A page is Chinese until the person chooses English; the browser's own language has no say."""

import pytest
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer


@pytest.mark.django_db
@pytest.mark.parametrize("accepted", ["en-GB,en;q=0.9", "fr", ""])
def test_page_is_chinese_whatever_the_browser_prefers(client: Client, accepted: str) -> None:
    response = client.get("/login/", headers={"accept-language": accepted})
    assert (response.status_code, response.headers["Content-Language"]) == (200, "zh-hans")


@pytest.mark.django_db
def test_choice_is_kept_in_a_cookie(client: Client) -> None:
    answer = client.post("/i18n/setlang/", {"language": "en", "next": "/login/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login/")
    assert client.get("/login/").headers["Content-Language"] == "en"


@pytest.mark.django_db
def test_health_needs_no_login_and_reads_the_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_login_page_breaks_no_rule_of_its_own_content_policy(page: Page, live_server: LiveServer) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    answer = page.goto(f"{live_server.url}/login/")
    assert answer is not None
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert (page.locator("html").get_attribute("lang"), complaints) == ("zh-hans", [])
