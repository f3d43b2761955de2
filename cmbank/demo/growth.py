"""Training and conduct of the demo bank by the last day: exams, certificates, a screening, leave, limits."""

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from cmbank.demo.logins import numbered, who
from managers.models import Attendance, Branch, ClientManager, ScreeningSheet, TrainingPlan
from managers.services import certificates, results, rotation, screening, training
from managers.services.screening import Answer

EXAM = "反洗钱与数据安全"
#: Who failed the exam, with the score; everybody else passed.
FAILED = {"010104": "52", "010203": "58"}
ITEMS = ("参与民间借贷或充当资金掮客", "与客户有资金往来", "经商办企业", "涉赌或大额负债")
#: Kind of limit, months, days of leave.
LIMITS = (("post", 120, 0), ("place", 144, 0), ("leave", 12, 5))
#: Who has had no mandatory leave within the year; one of them is to take it soon.
UNRESTED, SOON = ("010101", "010103", "010203"), "010103"


@transaction.atomic
def furnish(on: date) -> None:
    """Everything of it, once: a bank that has a training plan is left as it is."""
    if TrainingPlan.objects.exists():
        return
    _train(on)
    _certify(on)
    _screen(on)
    _rotate(on)


def _train(on: date) -> None:
    """A course with its exam behind the branch, and one every week ahead of it."""
    hr, branch, held = who("hr"), Branch.objects.get(code="0100"), on - timedelta(days=9)
    course = training.plan(
        title=EXAM,
        branch=branch,
        starts_on=held,
        hours=Decimal(4),
        content="反洗钱义务、客户身份识别、个人信息保护",
        pass_mark=Decimal(60),
        by=hr,
        on=held,
    )
    session = course.sessions.get()
    training.call_roll(session, by=hr, on=held)
    roll = Attendance.objects.filter(session=session).select_related("manager")
    training.mark(session, {row.manager_id: Attendance.Status.PRESENT for row in roll}, by=hr, on=held)
    scores = [f"{row.manager.employee_no},{_score(row.manager.employee_no)}" for row in roll]
    sheet = "\n".join(["工号,成绩", *scores]).encode()
    staged = results.stage(session, sheet, file_name="反洗钱考试成绩.csv", exam_on=held, by=hr, on=held)
    results.enter(staged, by=hr, on=held)
    training.plan(
        title="信贷业务每周一训",
        branch=branch,
        starts_on=on + timedelta(days=6),
        ends_on=on + timedelta(days=62),
        weekly=True,
        hours=Decimal(2),
        content="贷前调查、担保与押品、贷后检查案例",
        pass_mark=Decimal(60),
        by=hr,
        on=on,
    )


def _score(number: str) -> str:
    return FAILED.get(number) or str(70 + int(number) % 29)


def _certify(on: date) -> None:
    """One certificate that holds, one about to expire."""
    for number, days in (("010102", 700), ("010103", 40)):
        certificates.record(
            numbered(number),
            kind="post",
            number=f"GW-{number}",
            issuer="省联合培训中心",
            issued_on=on - timedelta(days=1095 - days),
            expires_on=on + timedelta(days=days),
            evidence="证书原件已核对",
            by=who("hr"),
            on=on,
        )


def _screen(on: date) -> None:
    """A campaign over the first outlet: half of its sheets are filled, one of them with something found."""
    campaign = screening.open_campaign(
        title="三季度行为排查",
        branch=Branch.objects.get(code="0101"),
        starts_on=date(on.year, on.month - 2, 1),
        ends_on=on,
        due_on=on + timedelta(days=15),
        items=ITEMS,
        by=who("risk"),
        on=on,
    )
    nothing = [Answer("none") for _item in ITEMS]
    found = [*nothing[:2], Answer("minor", "配偶名下有一家商贸公司，未申报"), nothing[3]]
    sheets = ScreeningSheet.objects.filter(campaign=campaign).order_by("manager__employee_no")
    for sheet, answers in zip(sheets, (nothing, nothing, found), strict=False):
        screening.fill(sheet, answers, by=who("outlet"), on=on)


def _rotate(on: date) -> None:
    """Limits of head office in force from the last day on; leave taken by most, and one ahead."""
    for kind, months, days in LIMITS:
        rotation.lay_down(
            kind=kind,
            months=months,
            days=days,
            starts_on=on,
            cites="《轮岗与强制休假办法》",
            by=who("hr2"),
            on=on,
        )
    rested = ClientManager.objects.filter(branch__path__startswith=Branch.objects.get(code="0100").path)
    for place, manager in enumerate(rested.exclude(employee_no__in=UNRESTED).order_by("employee_no")):
        _leave(manager, on - timedelta(days=200 - 9 * place), on)
    _leave(numbered(SOON), on + timedelta(days=14), on)


def _leave(manager: ClientManager, starts_on: date, on: date) -> None:
    """Five days of mandatory leave."""
    rotation.record_leave(
        manager,
        kind="mandatory",
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=4),
        by=who("hr"),
        on=on,
    )
