"""How sessions end: idle, by time, by their owner elsewhere, with the account; and what people are told."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from managers.models import LogEntry, Session
from managers.services import accounts
from managers.signin import marks
from tests.managers.accounts.people import enrolled, sign_in, somebody, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(timezone.now(), tick=False) as travelled:
        yield travelled


def test_a_session_without_activity_ends_and_says_so(client: Client, clock: Any) -> None:
    somebody()
    sign_in(client)
    clock.shift(timedelta(minutes=14, seconds=59))
    assert client.get("/account/").status_code == 200
    clock.shift(timedelta(minutes=14, seconds=59))
    assert client.get("/account/").status_code == 200
    clock.shift(timedelta(minutes=15))
    answer = client.get("/account/")
    assert answer.headers["Location"] == "/login/?ended=idle&next=%2Faccount%2F"
    assert "您已 15 分钟没有操作，登录已自动结束。" in text(client.get(answer.headers["Location"]))
    assert Session.objects.count() == 0
    assert LogEntry.objects.get(action="session_ended").detail["why"] == "idle"


def test_a_busy_session_ends_after_eight_hours(client: Client, clock: Any) -> None:
    somebody()
    sign_in(client)
    for _number in range(47):
        clock.shift(timedelta(minutes=10))
        assert client.get("/account/").status_code == 200
    clock.shift(timedelta(minutes=10))
    answer = client.post("/account/sessions/end/")
    assert answer.headers["Location"] == "/login/?ended=time"
    assert "本次登录已满 8 小时" in text(client.get(answer.headers["Location"]))


def test_what_a_page_asks_by_itself_keeps_nobody_signed_in(client: Client, clock: Any) -> None:
    somebody(role="auditor")
    sign_in(client)
    for _number in range(7):
        clock.shift(timedelta(minutes=2))
        assert client.get("/runs/progress/").status_code == 200
    clock.shift(timedelta(minutes=2))
    assert client.get("/runs/progress/").headers["Location"][:18] == "/login/?ended=idle"


def test_every_element_that_polls_asks_a_view_that_is_no_activity() -> None:
    found = set()
    for path in Path(django_settings.BASE_DIR, "templates").rglob("*.html"):
        for element in re.findall(r"<[^<]*hx-trigger=\"[^\"]*every [^<]*", path.read_text(encoding="utf-8")):
            found |= set(re.findall(r"hx-get=\"{% url '([a-z_]+)'", element))
    assert found == {"progress"}
    assert all(hasattr(resolve(reverse(name)).func, "not_activity") for name in found)


def test_a_program_gets_its_401(client: Client, clock: Any) -> None:
    somebody(role="auditor")
    sign_in(client)
    assert client.get("/api/v1/runs/").status_code == 200
    clock.shift(timedelta(minutes=15))
    answer = client.get("/api/v1/runs/")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_one_sees_ones_sessions_and_ends_the_others(client: Client) -> None:
    somebody()
    somebody("li")
    here, there, third, stranger = Client(), Client(), Client(), Client()
    for browser, name in ((there, "wang"), (third, "wang"), (stranger, "li"), (here, "wang")):
        sign_in(browser, name, headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"})
    rows = here.get("/account/").context["sessions"]
    assert [(row["here"], row["device"], row["address"]) for row in rows] == [
        (True, "Firefox · Linux", "127.0.0.1"),
        (False, "Firefox · Linux", "127.0.0.1"),
        (False, "Firefox · Linux", "127.0.0.1"),
    ]
    theirs = stranger.get("/account/").context["sessions"][0]["ref"]
    here.post("/account/sessions/end/", {"ref": theirs})
    here.post("/account/sessions/end/", {"ref": rows[0]["ref"]})
    assert [browser.get("/account/").status_code for browser in (here, there, third, stranger)] == [200] * 4
    answer = here.post("/account/sessions/end/", {"ref": rows[1]["ref"]}, follow=True)
    assert "已结束 1 个会话。" in text(answer)
    assert sorted(browser.get("/account/").status_code for browser in (there, third)) == [200, 302]
    here.post("/account/sessions/end/", {"ref": "all"})
    gone = third.get("/account/")
    assert [browser.get("/account/").status_code for browser in (here, stranger)] == [200, 200]
    assert LogEntry.objects.filter(action="end_sessions").count() == 2
    if "ended" in gone.headers["Location"]:
        assert "您的登录已经结束" in text(third.get(gone.headers["Location"]))


def test_who_ended_elsewhere_is_told(client: Client) -> None:
    somebody()
    sign_in(client)
    Session.objects.all().delete()
    answer = client.get("/account/")
    assert answer.headers["Location"] == "/login/?next=/account/&ended=gone"
    assert "您的登录已经结束：可能已在别处退出" in text(client.get(answer.headers["Location"]))


def test_no_session_key_is_ever_shown(client: Client) -> None:
    somebody()
    sign_in(client)
    other = Client()
    sign_in(other)
    page = text(client.get("/account/"))
    assert not any(row.session_key in page for row in Session.objects.all())


def test_deactivation_ends_live_sessions_and_sign_ins_on_their_way(client: Client) -> None:
    user = somebody()
    live, pending = Client(), Client()
    sign_in(live)
    enrolled(user)
    assert sign_in(pending).headers["Location"] == "/login/code/"
    assert sorted(Session.objects.values_list("user", flat=True)) == [user.pk, user.pk]
    accounts.deactivate(user, at=timezone.now())
    assert Session.objects.count() == 0
    assert live.get("/account/").headers["Location"] == "/login/?next=/account/&ended=gone"
    assert pending.get("/login/code/").headers["Location"][:7] == "/login/"
    accounts.activate(user)
    assert live.get("/account/").status_code == 302


def test_a_clocked_session_costs_nothing_and_an_unproven_factor_one_query(
    client: Client, settings: Any, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = somebody()
    client.force_login(user)

    def asks(count: int) -> None:
        with django_assert_num_queries(count):
            client.get("/admin/password_change/")

    asks(2)  # the session and its person
    settings.SECOND_FACTOR = True
    asks(3)
    session = client.session
    session[marks.FACTOR] = True
    session.save()
    asks(2)
