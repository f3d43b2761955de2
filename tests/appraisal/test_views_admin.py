"""The admin: HR sees its own branches, changes only what it keeps itself, and long lists cost no more."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from appraisal.models import Appraisal, Cycle
from grading.models import RulebookVersion
from ledger.models import Bundle, Run
from managers.models import ClientManager, LogEntry, User
from tests.appraisal import acting, smallbank
from tests.appraisal.acting import ON, Reach, Staff, manager
from tests.appraisal.pages import as_, text

HR_SEES = {
    "managers": {"branch", "clientmanager", "customer", "assignment"},
    "ledger": {"bundle", "event", "feedexpectation", "product", "run", "runrequest", "target"},
    "grading": {"rulebookversion", "verdict", "graderecord"},
    "appraisal": {"cycle", "appraisal"},
}
#: There is none of these here: tests/ledger/ looks at them (run pages, expectations, personal pages).
EMPTY = {"ledger_event", "ledger_feedexpectation", "ledger_runrequest", "ledger_target"}
LISTS = sorted({f"{app}_{model}" for app, models in HR_SEES.items() for model in models} - EMPTY)


@pytest.fixture(autouse=True)
def today() -> Iterator[Any]:
    with time_machine.travel(ON, tick=True) as travelled:
        yield travelled


@pytest.fixture
def hr(reach: Reach, staff: Staff) -> Client:
    User.objects.update(is_staff=True)
    reach(smallbank.STEADY, "published")
    return as_(staff["hr"])


def numbers(client: Client, model: str, **asked: str) -> list[str]:
    rows = client.get(reverse(f"admin:{model}_changelist"), asked).context["cl"].result_list
    return sorted(getattr(row, "employee_no", "") or getattr(row, "manager", row).employee_no for row in rows)


def test_hr_is_offered_its_tables_and_nothing_else(hr: Client) -> None:
    apps = hr.get("/admin/").context["app_list"]
    found = {app["app_label"]: {model["object_name"].lower() for model in app["models"]} for app in apps}
    assert found == HR_SEES


def test_lists_end_at_the_border_of_ones_branches(hr: Client, staff: Staff) -> None:
    inside = sorted(number for number, *_ in smallbank.PEOPLE if number != smallbank.ELSEWHERE)
    assert numbers(hr, "managers_clientmanager") == inside
    assert numbers(as_(staff["hr_west"]), "managers_clientmanager") == [smallbank.ELSEWHERE]
    assert smallbank.ELSEWHERE not in numbers(hr, "appraisal_appraisal")
    for model in ("managers_assignment", "grading_graderecord", "grading_verdict"):
        assert set(numbers(as_(staff["hr_west"]), model)) == {smallbank.ELSEWHERE}


def test_a_record_outside_cannot_be_opened_by_its_number(hr: Client) -> None:
    other = manager(smallbank.ELSEWHERE)
    answer = hr.get(reverse("admin:managers_clientmanager_change", args=[other.pk]))
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/")


@pytest.mark.parametrize("typed", ["高升", "gaosheng", "gs", smallbank.RISING])
def test_people_are_found_by_name_pinyin_and_number(hr: Client, typed: str) -> None:
    assert smallbank.RISING in numbers(hr, "managers_clientmanager", q=typed)


SCOPED = ["managers_assignment", "managers_clientmanager", "managers_customer", "grading_graderecord"]


def asked(client: Client, model: str) -> tuple[int, int]:
    """Rows shown and queries asked by a list."""
    with CaptureQueriesContext(connection) as queries:
        rows = client.get(reverse(f"admin:{model}_changelist")).context["cl"].result_list
    return len(rows), len(queries.captured_queries)


@pytest.mark.parametrize("model", [*SCOPED, "grading_verdict", "appraisal_appraisal"])
def test_a_long_list_of_people_costs_as_many_queries_as_one_row(hr: Client, staff: Staff, model: str) -> None:
    (one, few), (many, more) = (asked(as_(staff[name]), model) for name in ("hr_west", "hr_head"))
    assert (one, many > 2, more) == (1, True, few)


@pytest.mark.parametrize(
    "model", ["ledger_bundle", "ledger_run", "appraisal_cycle", "grading_rulebookversion"]
)
def test_other_lists_cost_no_more_with_two_more_rows(hr: Client, model: str, staff: Staff) -> None:
    rows, few = asked(hr, model)
    for number in (2, 3):
        day = date(2026, 10, number)
        later = Bundle.objects.create(digest=str(number), name="x", from_on=day, to_on=day)
        Run.objects.create(business_date=day, through_bundle=later)
        Cycle.objects.create(
            scheme="x", period=f"202{number}", starts_on=day, ends_on=day, opened_by=staff["hr"]
        )
        RulebookVersion.objects.create(
            code="x",
            number=number,
            origin="published",
            title="x",
            content="",
            sha256="",
            effective_on=day,
            state="adopted",
            made_by=staff["hr"],
            adopted_by=staff["hr_two"],
            adopted_at=datetime(2026, 10, 1, tzinfo=UTC),
        )
    assert asked(hr, model) == (rows + 2, few)


@pytest.mark.parametrize("model", LISTS)
def test_nothing_can_be_added_or_deleted(hr: Client, model: str) -> None:
    assert hr.get(reverse(f"admin:{model}_add")).status_code == 403
    row = hr.get(reverse(f"admin:{model}_changelist")).context["cl"].result_list[0]
    assert hr.post(reverse(f"admin:{model}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", [name for name in LISTS if name != "managers_clientmanager"])
def test_what_is_computed_or_delivered_opens_for_reading_only(hr: Client, model: str) -> None:
    row = hr.get(reverse(f"admin:{model}_changelist")).context["cl"].result_list[0]
    url = reverse(f"admin:{model}_change", args=[row.pk])
    page = hr.get(url)
    assert (page.status_code, page.context["has_change_permission"]) == (200, False)
    assert hr.post(url, {}).status_code == 403


def test_hr_amends_the_file_but_never_the_status_and_the_log_keeps_what_was_there(
    hr: Client, staff: Staff
) -> None:
    who = manager(smallbank.RISING)
    url = reverse("admin:managers_clientmanager_change", args=[who.pk])
    form = {"status": "suspended", "education": "master", "title_level": "", "grade_code": "senior"}
    assert hr.post(url, form).status_code == 302
    after = manager(smallbank.RISING)
    assert (after.status, after.education, after.grade_code) == ("on_post", "master", "fourth")
    entry = LogEntry.objects.get(action="amend_manager")
    assert (entry.by, entry.detail) == (staff["hr"], {"education": ["bachelor", "master"]})


def test_nobody_amends_the_own_file(hr: Client, staff: Staff) -> None:
    ClientManager.objects.filter(employee_no=smallbank.RISING).update(user=staff["hr"])
    url = reverse("admin:managers_clientmanager_change", args=[manager(smallbank.RISING).pk])
    assert as_(User.objects.get(username="hr")).post(url, {"status": "suspended"}).status_code == 403


def test_roles_open_only_their_own_tables(hr: Client, staff: Staff) -> None:
    grants = reverse("admin:managers_grant_changelist")
    log = reverse("admin:managers_logentry_changelist")
    seen = {
        name: [as_(staff[name]).get(url).status_code for url in (grants, log)]
        for name in ("hr", "risk", "auditor", "admin")
    }
    assert seen == {"hr": [403, 403], "risk": [403, 403], "auditor": [200, 200], "admin": [403, 403]}


def test_the_grants_lead_keepers_to_where_they_are_asked_for(staff: Staff) -> None:
    keeper = User.objects.create(username="keeper", is_staff=True)
    acting.grant(keeper, "security_admin", branch="HO")
    grants = [reverse("admin:managers_grant_changelist")]
    grants.append(reverse("admin:managers_grant_change", args=[staff["hr"].grants.get().pk]))
    link = f'<a href="{reverse("access")}">申请、确认与收回授权</a>'
    assert [link in text(as_(keeper).get(url)) for url in grants] == [True, True]
    assert [link in text(as_(staff["auditor"]).get(url)) for url in grants] == [False, False]
    shown = as_(keeper).get(grants[0], {"role": "branch_risk"})
    assert {row.user.username for row in shown.context["cl"].result_list} == {"risk", "risk_two", "risk_west"}
    assert '<a href="?role=auditor">' in text(shown) and "分行风险合规" in text(shown)


def test_the_file_of_a_manager_shows_grades_and_the_last_appraisal(hr: Client) -> None:
    who = manager(smallbank.STEADY)
    page = text(hr.get(reverse("admin:managers_clientmanager_change", args=[who.pk])))
    assert "2020-01-01 四级" in page
    assert "已公布" in page


def test_every_table_of_the_admin_follows_the_roles() -> None:
    from managers.backoffice import LookedAt

    strangers = [
        model.__name__ for model, made in admin.site._registry.items() if not isinstance(made, LookedAt)
    ]
    assert strangers == []
    assert Appraisal in admin.site._registry
