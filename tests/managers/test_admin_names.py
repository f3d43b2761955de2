"""The admin's tables of customers: auditors read the names of people masked, HR in full."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from managers.models import Assignment, Branch, ClientManager, Customer, User
from tests.managers import people

pytestmark = pytest.mark.django_db
FIRM = "江城实业有限公司"


@pytest.fixture
def readers() -> dict[str, Client]:
    people.organisation()
    at = Branch.objects.get(code="B1")
    Customer.objects.create(customer_no="C2", name=FIRM, kind="corporate", branch=at)
    Assignment.objects.bulk_create(
        Assignment(customer=each, manager=ClientManager.objects.get(employee_no="1001"), share=1,
                   starts_on=people.SINCE, source_bundle=1, source_line=1)
        for each in Customer.objects.all()
    )  # fmt: skip
    users = {"auditor": people.person("auditor", "auditor"), "hr": people.person("hr", "branch_hr", "B1")}
    User.objects.update(is_staff=True)
    clients = {name: Client() for name in users}
    for name, client in clients.items():
        client.force_login(users[name])
    return clients


def seen(client: Client, model: str, *args: Any) -> list[bool]:
    """Whether the page says the person's name, the masked one, the firm's."""
    view = "change" if args else "changelist"
    answer = client.get(reverse(f"admin:managers_{model}_{view}", args=args))
    assert answer.status_code == 200
    page = answer.content.decode()
    return ["赵小明" in page, "赵*" in page, FIRM in page]


@pytest.mark.parametrize("model", ["customer", "assignment"])
def test_lists_mask_people_for_auditors_alone(readers: dict[str, Client], model: str) -> None:
    assert seen(readers["auditor"], model) == [False, True, True]
    assert seen(readers["hr"], model) == [True, False, True]


def test_forms_mask_them_too(readers: dict[str, Client]) -> None:
    rows = {
        "customer": Customer.objects.get(customer_no="C1").pk,
        "assignment": Assignment.objects.get(customer__customer_no="C1").pk,
    }
    for model, pk in rows.items():
        assert seen(readers["auditor"], model, pk) == [False, True, False]
        assert seen(readers["hr"], model, pk) == [True, False, False]
    assert Customer.objects.get(customer_no="C1").name == "赵小明"
