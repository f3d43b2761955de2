"""LoanScoped: rows about a loan account, for whoever sees its customer or the manager in charge of it."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q

from managers.models import ClientManager, Customer
from managers.models.scope import scope_of


class LoanScoped(models.QuerySet[Any]):
    """Rows with an `account` and a `manager`; `visible_to` is the only way out to a person."""

    def visible_to(self, user: Any, on: date) -> Self:
        """Those whose customer or whose manager is in sight."""
        if scope_of(user, on).everything:
            return self.all()  # looking up each of a whole bank's customers would be most of a list's time
        customers = Customer.objects.visible_to(user, on).values("pk")
        people = ClientManager.objects.visible_to(user, on).values("pk")
        return self.filter(Q(account__customer__in=customers) | self._in_charge(people))

    def _in_charge(self, people: Any) -> Q:
        return Q(manager__in=people)
