"""Every error is a problem (RFC 9457) with a code and a sentence, in the caller's language, and no trace."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from redis.exceptions import ConnectionError as NoCache

from cmbank import api as wiring
from managers import api as managers
from managers.models import User
from managers.rest import access
from managers.rest.problems import MEDIA_TYPE, TITLES
from tests.api.test_api_tokens import RESOURCES

MEMBERS = ["type", "title", "status", "code", "detail", "instance"]


def problem(answer: Any) -> dict[str, Any]:
    """The problem, which is well-formed."""
    body = answer.json()
    assert answer.headers["Content-Type"] == MEDIA_TYPE == "application/problem+json"
    assert list(body)[: len(MEMBERS)] == MEMBERS
    assert body["type"] == f"urn:cmbank:problem:{body['code']}"
    assert (body["status"], body["code"] in TITLES) == (answer.status_code, True)
    assert body["title"] and body["detail"] and "%(" not in body["detail"]
    return dict(body)


BAD = [
    ("managers/E1/metrics/?on=1994-02-30", "bad_date", "on 须是有效日期，写成 2026-03-31。"),
    ("managers/E1/metrics/?on=19940331", "bad_date", "on 须是有效日期，写成 2026-03-31。"),
    ("managers/E1/grade/?on=", "bad_date", "on 须是有效日期，写成 2026-03-31。"),
    ("grades/?on=1994-3-31", "bad_date", "on 须是有效日期，写成 2026-03-31。"),
    ("customers/?on=%D9%A1994-03-31", "bad_date", "on 须是有效日期，写成 2026-03-31。"),
    ("managers/E1/metrics/?floor=NaN", "bad_floor", "floor 须是不小于 0 的金额，最多两位小数，如 500000。"),
    ("managers/E1/metrics/?floor=-1", "bad_floor", "floor 须是不小于 0 的金额，最多两位小数，如 500000。"),
    ("managers/E1/metrics/?floor=1e400", "bad_floor", "floor 须是不小于 0 的金额，最多两位小数，如 500000。"),
    ("managers/E1/metrics/?floor=0.001", "bad_floor", "floor 须是不小于 0 的金额，最多两位小数，如 500000。"),
    (
        "managers/E1/metrics/?window=week",
        "bad_window",
        "window 须是：month、quarter、year、previous_month、previous_quarter、previous_year。",
    ),
    ("managers/?page_size=0", "bad_page_size", "page_size 须是 1 至 500 的整数。"),
    ("managers/?page_size=501", "bad_page_size", "page_size 须是 1 至 500 的整数。"),
    ("grade-changes/?page_size=x", "bad_page_size", "page_size 须是 1 至 500 的整数。"),
    (
        "managers/?date=1994-03-31",
        "unknown_parameter",
        "没有参数“date”；可用：branch、cursor、line、page_size、status。",
    ),
    ("managers/E1/?on=1994-03-31", "unknown_parameter", "没有参数“on”；可用：—。"),
    ("managers/?format=json", "unknown_parameter", None),
    ("managers/?line=personal&line=micro", "repeated_parameter", "参数 line 只能给出一次。"),
    ("schema/?lang=xx", "bad_request", None),
]


def test_what_cannot_be_read_is_said(auditor: Client) -> None:
    for path, code, sentence in BAD:
        found = problem(auditor.get(f"/api/v1/{path}"))
        assert (path, found["status"], found["code"]) == (path, 400, code)
        assert sentence in (None, found["detail"])


# "abc", a position that is no number, one far out of range, one with a NUL; base64 as our own cursors are.
CURSORS = ["abc", "cD1hYmM%3D", "cD0xZTQwMA%3D%3D", "cD0lMDA%3D", "%E5%AD%97"]


def test_invented_cursor_never_breaks_anything(auditor: Client) -> None:
    for cursor in CURSORS:
        found = problem(auditor.get(f"/api/v1/runs/?cursor={cursor}"))
        assert (cursor, found["status"], found["code"]) == (cursor, 400, "bad_cursor")
        assert auditor.get(f"/api/v1/managers/?cursor={cursor}").status_code in (200, 400)


def test_invented_place_in_the_stream(auditor: Client) -> None:
    for since in ("abc", "-1", "", "1.5", "9" * 30, "%00"):
        found = problem(auditor.get(f"/api/v1/grade-changes/?since={since}"))
        assert (found["status"], found["code"], found["parameter"]) == (400, "bad_cursor", "since")


def test_bad_filter_names_the_parameter(auditor: Client) -> None:
    for query in ("state=lost", "cycle=x", "cycle=99999999999999999999", "outcome=%00"):
        found = problem(auditor.get(f"/api/v1/appraisals/?{query}"))
        assert (found["status"], found["code"]) == (400, "bad_parameter")
        assert [row["parameter"] for row in found["errors"]] == [query.partition("=")[0]]


def test_date_without_figures_is_a_conflict_with_what_is_published(auditor: Client) -> None:
    found = problem(auditor.get("/api/v1/managers/E1/metrics/?on=1994-03-30"))
    assert (found["status"], found["code"]) == (409, "not_published")
    assert found["detail"] == "1994-03-30 没有已发布的日终；最近的是 1994-03-31。"


def test_whatever_number_is_asked_for(auditor: Client) -> None:
    for number in ("E9", "%00", "E1%00", "..%2f", "工号", "%F0%9F%92%B0", "x" * 2000):
        assert problem(auditor.get(f"/api/v1/managers/{number}/"))["code"] == "not_found"


@pytest.mark.parametrize("path", ["/api/", "/api/v1/", "/api/v1/nothing/", "/api/v2/managers/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_such_address(client: Client, path: str, method: str) -> None:
    found = problem(getattr(client, method)(path))
    assert (found["status"], found["code"], found["instance"]) == (404, "not_found", path)


def test_address_without_its_slash_is_led_on(client: Client) -> None:
    answer = client.get("/api/v1/managers")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/api/v1/managers/")


WRITING = ("post", "put", "patch", "delete", "options", "trace")


def test_nothing_can_be_written(auditor: Client, client: Client) -> None:
    for path, method, caller in product(RESOURCES, WRITING, (auditor, client)):
        answer = getattr(caller, method)(f"/api/v1/{path}")
        assert problem(answer)["code"] == "method_not_allowed"
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.django_db
def test_nor_can_the_description(client: Client) -> None:
    for path, method in product(("schema/", "docs/"), WRITING):
        answer = getattr(client, method)(f"/api/v1/{path}")
        assert (answer.status_code, problem(answer)["code"]) == (405, "method_not_allowed")


def test_head_is_get_without_the_body(auditor: Client) -> None:
    answer = auditor.head("/api/v1/managers/")
    assert (answer.status_code, answer.content) == (200, b"")


def test_other_formats_are_not_to_be_had(auditor: Client) -> None:
    answer = auditor.get("/api/v1/managers/", headers={"accept": "text/html"})
    assert (answer.status_code, problem(answer)["code"]) == (406, "not_acceptable")


def test_too_many_requests(
    person: Callable[..., User], bearer: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access.PerToken, "rate", "2/min", raising=False)
    user = person("auditor", "HO")
    hasty, other = bearer(user), bearer(user)
    assert [hasty.get("/api/v1/runs/").status_code for _request in range(2)] == [200, 200]
    answer = hasty.get("/api/v1/runs/")
    assert (answer.status_code, problem(answer)["code"]) == (429, "too_many_requests")
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert other.get("/api/v1/runs/").status_code == 200


def test_cache_that_is_down_closes_nothing(auditor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Down:
        def get(self, *_arguments: Any) -> None:
            raise NoCache("down")

    monkeypatch.setattr(access.PerToken, "cache", Down())
    assert auditor.get("/api/v1/runs/").status_code == 200


def test_what_nobody_foresaw_is_logged_and_not_shown(
    auditor: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_view: Any) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(managers.Managers, "get_queryset", broken)
    answer = auditor.get("/api/v1/managers/")
    assert (answer.status_code, problem(answer)["code"]) == (500, "server_error")
    assert "secret" not in answer.content.decode() and "Traceback" not in answer.content.decode()
    assert "secret of the house" in caplog.text


@pytest.mark.parametrize(("path", "media"), [("/api/v1/x/", MEDIA_TYPE), ("/x/", "text/html")])
def test_errors_outside_any_view_are_problems_for_programs_only(path: str, media: str) -> None:
    request = HttpRequest()
    request.path = path
    for status, answer in (
        (500, wiring.server_error(request)),
        (400, wiring.bad_request(request, ValueError("secret"))),
    ):
        assert answer.status_code == status
        assert answer.headers["Content-Type"].startswith(media)
        assert b"secret" not in answer.content  # type: ignore[attr-defined]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accepted", "language"),
    [("en", "en"), ("en-GB,en;q=0.9,zh;q=0.5", "en"), ("zh-CN,zh;q=0.9", "zh-hans"), ("fr", "zh-hans")],
)
def test_language_is_the_callers(client: Client, accepted: str, language: str) -> None:
    answer = client.get("/api/v1/managers/", headers={"accept-language": accepted})
    assert answer.headers["Content-Language"] == language
    assert problem(answer)["code"] == "not_authenticated"


def test_reasons_of_figures_follow_the_language(auditor: Client) -> None:
    answer = auditor.get("/api/v1/managers/E1/metrics/", headers={"accept-language": "en"}).json()
    reasons = {row["metric"]: row["reason_text"] for row in answer["metrics"]}
    assert reasons["new_deposit_daily_average"] == "data begin on 1994-01-01, too late for this figure"
