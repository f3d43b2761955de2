"""Names of customers as a reader sees them: audit reads everything, and people's names masked."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from managers.models import Customer, User
from managers.permissions import roles_of
from managers.rules import masking


def masked_for(reader: User, on: date) -> bool:
    """Whether a reader sees the names of people masked."""
    return "auditor" in roles_of(reader, on)


def of_customer(customer: Customer, *, masked: bool) -> str:
    """A customer's name, for a reader of whom one has asked `masked_for`."""
    return (
        masking.name(customer.name) if masked and customer.kind == Customer.Kind.PERSONAL else customer.name
    )


def for_reader(rows: Iterable[dict[str, Any]], reader: User, *, on: date) -> None:
    """Mask the names of people in rows with `customer_no` and `name` where the reader is an auditor."""
    rows = list(rows)
    if not masked_for(reader, on):
        return
    numbers = {row["customer_no"] for row in rows}
    people = Customer.objects.filter(customer_no__in=numbers, kind=Customer.Kind.PERSONAL)
    hidden = set(people.values_list("customer_no", flat=True))
    for row in rows:
        if row["customer_no"] in hidden:
            row["name"] = masking.name(row["name"])
