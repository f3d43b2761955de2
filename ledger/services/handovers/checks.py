"""What must hold of handovers: four different people, and assignments that agree with what took effect."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.services.verification import Invariant, Result
from ledger.sql import statement
from managers.models import Handover


def four_people(full: bool) -> Result:
    """Giver, receiver, witness and approver differ, whoever wrote them (I05)."""
    both = Q(witnessed_by=F("giver__user")) | Q(witnessed_by=F("receiver__user"))
    both |= Q(approved_by=F("giver__user")) | Q(approved_by=F("receiver__user"))
    same = Q(witnessed_by=F("approved_by")) | Q(witnessed_by=F("accepted_by"))
    same |= Q(approved_by=F("accepted_by")) | Q(approved_by=F("drafted_by")) | Q(witnessed_by=F("drafted_by"))
    hits = Handover.objects.filter(both | same).order_by("pk").values_list("pk", flat=True)
    return Result(Handover.objects.count(), tuple(f"handover {pk}" for pk in hits))


def agreement(full: bool) -> Result:
    """Every effective handover has its bundle and log rows, and its assignments stand unless overruled."""
    with connection.cursor() as cursor:
        cursor.execute(statement("verify_handovers"))
        hits = tuple(_hits(cursor.fetchall()))
    return Result(Handover.objects.filter(state=Handover.State.EFFECTIVE).count(), hits)


def _hits(rows: list[tuple[int, str]]) -> Iterator[str]:
    return (f"handover {number}: {what}" for number, what in rows)


I05 = Invariant(
    "I05",
    _("移交的移交人、接收人、监交人与批准人互不相同"),
    four_people,
    _("请核查所列移交的操作日志；由他人重新办理，并检查数据库触发器是否完好。"),
)
I14 = Invariant(
    "I14",
    _("已生效的移交与归属一致"),
    agreement,
    _("归属或责任记录被改动：请核查数据库操作记录，并以新的移交更正。"),
)
