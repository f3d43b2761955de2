"""Reads of investigations: whose they are, what is written, and the files that lead through them."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from credit.models import Evidence, Investigation
from credit.permissions import own_file, readable
from managers.models import ClientManager, User


def evidence_keys(user: Any, on: date) -> QuerySet[Any]:
    """The files that are evidence of an investigation the reader takes part in."""
    own = own_file(user)
    mine = Q(investigation__first=own) | Q(investigation__second=own) if own is not None else Q(pk__in=[])
    return Evidence.objects.filter(mine).values("file")


def colleagues(manager: ClientManager) -> QuerySet[ClientManager]:
    """Who may be the second: on post, with a login, of the same branch or one beneath the same parent."""
    people = ClientManager.objects.filter(status=ClientManager.Status.ON_POST, user__is_active=True)
    near = Q(branch=manager.branch_id) | Q(branch__parent=manager.branch.parent_id)
    return people.filter(near).exclude(pk=manager.pk).select_related("branch").order_by("employee_no")


def visible(user: User, on: date) -> QuerySet[Investigation]:
    """The investigations of files a person may open, and the own ones, with the people they name."""
    related = ("customer__branch", "first__branch", "second__branch", "signed_first_by", "signed_second_by")
    own, wanted = own_file(user), Q(customer__in=readable(user, on).values("pk"))
    if own is not None:
        wanted |= Q(first=own) | Q(second=own)
    return Investigation.objects.visible_to(user, on).filter(wanted).select_related(*related)
