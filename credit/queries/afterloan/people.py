"""Whom a loan waits for: the login of the manager who handles it."""

from collections.abc import Collection
from datetime import date

from ledger.models import Account
from ledger.queries import handovers
from managers.models import ClientManager


def in_charge(accounts: Collection[int], on: date) -> dict[int, int]:
    """By loan account the user id of the first active manager who handles the loans of its customer."""
    customers = dict(Account.objects.filter(pk__in=accounts).values_list("pk", "customer"))
    handling = handovers.handlers(set(customers.values()), on)
    people = {manager for managers in handling.values() for manager in managers}
    logins = dict(ClientManager.objects.filter(pk__in=people, user__is_active=True).values_list("pk", "user"))
    found = {}
    for account, customer in customers.items():
        users = [logins[manager] for manager in sorted(handling[customer]) if manager in logins]
        if users:
            found[account] = users[0]
    return found
