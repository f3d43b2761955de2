"""Audit reads the names of people masked; those whose customers they are read them whole."""

import pytest

from managers.models import Branch, Customer
from managers.queries import names
from tests.managers import people
from tests.managers.people import ON


@pytest.mark.parametrize(("role", "shown"), [("auditor", "赵*"), ("branch_hr", "赵小明")])
@pytest.mark.django_db
def test_people_are_masked_for_audit_and_companies_are_not(role: str, shown: str) -> None:
    people.organisation()
    branch = Branch.objects.get(code="B1")
    Customer.objects.create(customer_no="C2", name="赵记公司", kind="corporate", branch=branch)
    rows = [{"customer_no": "C1", "name": "赵小明"}, {"customer_no": "C2", "name": "赵记公司"}]
    names.for_reader(rows, people.person("u", role), on=ON)
    assert [row["name"] for row in rows] == [shown, "赵记公司"]
