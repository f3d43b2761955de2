"""How far things have come when a cell is tried: each stage is brought about by people who take no part."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from django.utils import timezone

from appraisal import services as procedure
from appraisal.models import Adjustment, Appraisal
from appraisal.queries import bodies
from credit.models import LoanEnding, Reclassification
from grading.models import GradeChange
from ledger.services import requests
from managers.models import Handover, Qualification
from tests.access import holdings, lending, records

if TYPE_CHECKING:
    from tests.access.scene import Scene

ON = holdings.ON
Bring = Callable[["Scene"], None]


def case(pk: int) -> Appraisal:
    """A case read anew."""
    return Appraisal.objects.select_related("manager__branch", "verdict__rulebook").get(pk=pk)


def asked(scene: "Scene") -> None:
    """Somebody has asked for the last night to be worked again."""
    day, keeper = date(2026, 9, 30), scene.people["stand-in head_hr"]
    row = requests.request_rerun(day, by=keeper, at=timezone.now(), reason="为访问测试申请重算一次")
    scene.numbers["request"] = row.pk


def submitted(scene: "Scene") -> None:
    """Every case waits at the risk desk."""
    procedure.submit_many(list(scene.cases.values()), by=scene.people["stand-in head_hr"], on=ON)


def begun(scene: "Scene") -> None:
    """For each of the five: an application for the next grade, its proposal, and a list to hand over."""
    holdings.hold(
        scene,
        qualification=holdings.qualification,
        grade_change=holdings.grade_change,
        handover=holdings.handover,
    )


def disputed(scene: "Scene") -> None:
    """A line of each draft is found wrong."""
    holdings.hold(scene, issue=holdings.issue)


def returned(scene: "Scene") -> None:
    """Risk has sent every case back."""
    for pk in scene.cases.values():
        procedure.send_back(case(pk), by=scene.people["stand-in head_risk"], on=ON, reason="请补证据")


def cleared(scene: "Scene") -> None:
    """Risk has let every case pass."""
    for pk in scene.cases.values():
        procedure.clear(case(pk), by=scene.people["stand-in head_risk"], on=ON)


def decided(scene: "Scene") -> None:
    """The whole body of each case has voted."""
    for pk in scene.cases.values():
        for member in bodies.body_of(case(pk), ON).members:
            if case(pk).state == "cleared":
                procedure.decide(case(pk), outcome="keep", reason="维持", by=member, on=ON)


def published(scene: "Scene") -> None:
    """Told, and found to rest on a loan that went bad since."""
    procedure.publish_many(list(scene.cases.values()), by=scene.people["stand-in head_hr"], on=ON)
    holdings.hold(scene, lookback=holdings.lookback)


def appealed(scene: "Scene") -> None:
    """One of the five objects."""
    by = scene.people["client_manager"]
    row = case(scene.cases["self"])
    line = scene.numbers["line"]
    procedure.appeal(row, criterion=line, expected="4200", text="少计一户", by=by, on=ON)


def kept(scene: "Scene") -> None:
    """For each of the five: training, conduct, leave, papers of the working standard, a loan and its file."""
    holdings.hold(scene, **records.RECORDS)
    records.result_sheets(scene)
    records.of_all(scene)
    holdings.hold(scene, **lending.LENDING)


def confirmed(scene: "Scene") -> None:
    """A second person has confirmed every class proposed."""
    Reclassification.objects.update(state="confirmed", confirmed_by=scene.people["other"])


def gone_bad(scene: "Scene") -> None:
    """Nobody renews the loans any more: they are doubtful and offered to preservation."""
    LoanEnding.objects.update(state="withdrawn")
    holdings.hold(scene, preserved=lending.preserved)


def accepted(scene: "Scene") -> None:
    """Every receiver has taken over."""
    for row in Handover.objects.select_related("receiver"):
        Handover.objects.filter(pk=row.pk).update(state="accepted", accepted_by=row.receiver.user)


def witnessed(scene: "Scene") -> None:
    """Somebody was there."""
    Handover.objects.update(state="witnessed", witnessed_by=scene.people["stand-in head_risk"])


def screened(scene: "Scene") -> None:
    """HR found every application in order."""
    Qualification.objects.update(state="screened", screened_by=scene.people["stand-in head_hr"])


def examined(scene: "Scene") -> None:
    """Everybody has passed."""
    Qualification.objects.update(state="examined", exam_name="统考", exam_on=ON, score=80, pass_mark=60)
    Qualification.objects.update(examined_by=scene.people["stand-in head_hr"])


def approved(scene: "Scene") -> None:
    """A second person has agreed to every handover, change of grade and adjustment."""
    by = scene.people["stranger"]
    Handover.objects.update(state="approved", approved_by=by)
    GradeChange.objects.update(state="approved", approved_by=by)
    Adjustment.objects.update(state="approved", decided_by=by, decided_at=timezone.now())


def scheduled(scene: "Scene") -> None:
    """Every change of grade waits for its day."""
    GradeChange.objects.update(state="scheduled")


_QUEUED = (submitted, begun)
_DECIDED = (*_QUEUED, cleared, decided)
STAGES: dict[str, tuple[Bring, ...]] = {
    "measured": (),
    "asked": (asked,),
    "disputed": (disputed,),
    "in_risk_queue": _QUEUED,
    "returned": (submitted, returned),
    "cleared": (*_QUEUED, cleared),
    "decided": _DECIDED,
    "published": (*_DECIDED, published),
    "appealed": (*_DECIDED, published, appealed),
    "accepted": (begun, accepted),
    "witnessed": (begun, accepted, witnessed),
    "approved": (begun, accepted, witnessed, approved),
    "scheduled": (begun, accepted, witnessed, approved, scheduled),
    "kept": (kept,),
    "confirmed": (kept, confirmed),
    "gone_bad": (kept, gone_bad),
    "screened": (begun, screened),
    "examined": (begun, screened, examined),
}
