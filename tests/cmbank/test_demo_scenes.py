"""What the demo bank's people have written down: there once, living pages, and no figure of theirs late."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cmbank.demo import DemoBank, build, recovery
from cmbank.demo import install as demo
from credit.models import Agreement, Complaint, MarketingPlan, SurveyResponse, WorkLogEntry
from ledger.models import Bundle, Event
from ledger.services.extracts import load_bundle
from managers.models import LeaveRecord, ScreeningSheet, TrainingResult, User

pytestmark = pytest.mark.django_db
#: Who opens which page of the standard and of conduct, and what is to be read there.
LIVING = (
    ("linxw", "work_log", "报贴现利率"),
    ("outlet", "research", "装备制造"),
    ("market", "plans", "林晓雯"),
    ("linxw", "agreements", "XY-2026-018"),
    ("outlet", "complaints", "赵启明"),
    ("outlet", "surveys", "三季度客户满意度调查"),
    ("hr", "training", "反洗钱与数据安全"),
    ("risk", "conduct", "三季度行为排查"),
    ("hr", "rotation", "强制休假"),
    ("assets", "endings", "曹慧敏"),
)


@pytest.fixture
def bank(tmp_path: Path) -> DemoBank:
    made = build(tmp_path / "demo")
    for bundle in made.bundles:
        load_bundle(bundle)
    demo.create_logins(made)
    demo.furnish(made)
    recovery.furnish(made.last_date)
    return made


def counts() -> list[int]:
    models = (WorkLogEntry, MarketingPlan, Agreement, Complaint, SurveyResponse, TrainingResult)
    return [model.objects.count() for model in (*models, ScreeningSheet, LeaveRecord, Bundle)]


def test_what_is_written_down_is_there_once_and_counts(bank: DemoBank) -> None:
    before = counts()
    assert all(before)
    demo.furnish(bank)
    assert counts() == before
    codes = set(Event.objects.values_list("code", flat=True))
    assert codes >= {"visit", "complaint", "complaint_upheld", "training_passed", "training_failed"}
    # what the people have entered is no stranger's bundle: the demonstration may be started again
    assert demo.is_present(bank)


@pytest.mark.parametrize(("username", "desk"), [("assets", "endings"), ("market", "plans")])
def test_everybody_begins_at_a_desk(bank: DemoBank, client: Client, username: str, desk: str) -> None:
    client.force_login(User.objects.get(username=username))
    assert client.get(reverse("home")).headers["Location"] == reverse(desk)


def test_the_pages_of_the_standard_and_of_conduct_live(bank: DemoBank) -> None:
    day = bank.last_date + timedelta(days=1)
    with time_machine.travel(f"{day}T02:00:00Z", tick=True):
        for username, name, words in LIVING:
            client = Client(headers={"accept-language": "zh-hans"})
            client.force_login(User.objects.get(username=username))
            assert words in client.get(reverse(name)).content.decode(), (username, name)
