"""How far runs have come: chunks done by stage, and whether somebody still holds the lease."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from django.db.models import BooleanField, Case, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Now

from ledger.models import Bundle, Chunk, Run


@dataclass(frozen=True)
class Progress:
    """Chunks done of all chunks of a run, and the first stage that is not complete with its own count."""

    done: int
    total: int
    stage: str
    stage_done: int
    stage_total: int


class Standing(TypedDict):
    """What a run is annotated with: whether it runs though its lease is over by the database's clock, the
    newest version of its date and the one that readers see, and the last bundle there is.
    """

    lost: bool
    newest: int
    published: int | None
    last_bundle: int | None


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    StandingRun = WithAnnotations[Run, Standing]
else:
    StandingRun = Run


def runs_as_they_stand() -> QuerySet[StandingRun]:
    """Runs as `Standing` describes."""
    versions = Run.objects.filter(business_date=OuterRef("business_date")).order_by("-version")
    return Run.objects.select_related("through_bundle", "requested_by", "approved_by").annotate(
        lost=Case(
            When(Q(status=Run.Status.RUNNING) & Q(lease_until__lt=Now()), then=Value(True)),
            default=Value(False),
            output_field=BooleanField(),
        ),
        newest=Subquery(versions.values("version")[:1]),
        published=Subquery(versions.filter(is_current=True).values("version")[:1]),
        last_bundle=Subquery(Bundle.objects.order_by("-id").values("id")[:1]),
    )


def progress(runs: Iterable[Run]) -> dict[int, Progress]:
    """By run number how far each has come; runs that were never claimed have no chunks and are left out."""
    counted = (
        Chunk.objects.filter(run__in=[run.pk for run in runs])
        .values("run_id", "stage")
        .annotate(total=Count("id"), done=Count("done_at"))
        .order_by("run_id", "stage")
    )
    by_run: dict[int, dict[str, tuple[int, int]]] = {}
    for row in counted:
        by_run.setdefault(row["run_id"], {})[row["stage"]] = (row["done"], row["total"])
    return {run: _progress(stages) for run, stages in by_run.items()}


def _progress(stages: dict[str, tuple[int, int]]) -> Progress:
    done, total = (sum(column) for column in zip(*stages.values(), strict=True))
    ordered = [(stage, *stages[stage]) for stage in Chunk.Stage.values if stage in stages]
    at = next((each for each in ordered if each[1] < each[2]), ordered[-1])
    return Progress(done, total, *at)
