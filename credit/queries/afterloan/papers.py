"""The photos and papers of inspections, for the two managers who make them."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from credit.models.inspections import InspectionFile
from credit.permissions import own_file


def paper_keys(user: Any, on: date) -> QuerySet[Any]:
    """The files of inspections the reader makes or has been asked to sign."""
    own = own_file(user)
    mine = Q(inspection__manager=own) | Q(inspection__companion=own) if own is not None else Q(pk__in=[])
    return InspectionFile.objects.filter(mine).values("file")
