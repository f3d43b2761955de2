"""Complaints: answered in time by somebody not concerned, closed by another, then seen."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from credit.models import Complaint
from credit.queries import working as queries
from credit.queries.standards import standard_on
from credit.services.working import complaints
from ledger.models import Event
from ledger.services import records
from managers.models import Notice, User
from managers.services import deadlines
from managers.services.stepping import Refusal
from tests.credit.working import ON, People, bank, complained, kin
from tests.ledger.acting import day, load_days

pytestmark = pytest.mark.django_db
SAID = {"findings": "录像证实", "answer": "致歉并整改"}


@pytest.fixture
def staff(tmp_path: Path) -> People:
    return bank(tmp_path)


def answered(staff: People, *, upheld: bool = True) -> Complaint:
    row = complained(staff)
    complaints.assign(row.pk, handler=staff["head"], by=staff["risk"], on=ON)
    complaints.reply(row.pk, upheld=upheld, by=staff["head"], on=ON, **SAID)
    return Complaint.objects.get(pk=row.pk)


def seen(user: User) -> bool:
    return Complaint.objects.visible_to(user, ON).exists()


def test_the_deadline_is_that_of_the_standard_of_its_day(staff: People) -> None:
    row = complained(staff)
    assert row.due_on == ON + timedelta(days=standard_on(ON).complaint_days)
    told = Notice.objects.filter(subject=f"complaint:{row.pk}", done_at=None)
    assert {each.to.username for each in told} == {"head", "head_two", "risk"}


def test_nobody_concerned_handles_it(staff: People) -> None:
    row = complained(staff)
    kin(staff["head_two"])
    for who, why in (("head_two", "亲属"), ("E1", "本人"), ("hr", "角色不包括")):
        with pytest.raises(Refusal, match=why):
            complaints.assign(row.pk, handler=staff[who], by=staff["risk"], on=ON)
    for who in ("E1", "head_two"):
        change = {"state": "assigned", "handler": staff[who]}
        with pytest.raises(DatabaseError), transaction.atomic():
            Complaint.objects.filter(pk=row.pk).update(**change)


def test_the_handler_answers_and_somebody_else_closes(staff: People) -> None:
    row = complained(staff)
    complaints.assign(row.pk, handler=staff["head"], by=staff["risk"], on=ON)
    with pytest.raises(PermissionDenied, match="承办人"):
        complaints.reply(row.pk, upheld=True, by=staff["risk"], on=ON, **SAID)
    complaints.reply(row.pk, upheld=True, by=staff["head"], on=ON, **SAID)
    with pytest.raises(Refusal, match="不同的人"):
        complaints.close(row.pk, by=staff["head"], on=ON)
    complaints.reopen(row.pk, by=staff["risk"], on=ON, reason="请补充监控时间")
    complaints.reply(row.pk, upheld=False, by=staff["head"], on=ON, **SAID)
    complaints.close(row.pk, by=staff["risk"], on=ON)
    row = Complaint.objects.get(pk=row.pk)
    assert (row.state, row.upheld, row.closed_by) == ("closed", False, staff["risk"])


def test_the_manager_sees_it_with_the_answer_and_not_before(staff: People) -> None:
    row = complained(staff)
    assert [seen(staff[who]) for who in ("E1", "E2", "head", "risk", "market", "auditor", "hr")] == [
        False, False, True, True, True, True, False,
    ]  # fmt: skip
    kin(staff["head_two"])
    assert not seen(staff["head_two"])
    complaints.assign(row.pk, handler=staff["head"], by=staff["risk"], on=ON)
    assert not seen(staff["E1"])
    complaints.reply(row.pk, upheld=True, by=staff["head"], on=ON, **SAID)
    assert seen(staff["E1"]) and not seen(staff["E2"])
    assert Notice.objects.filter(to=staff["E1"], code="complaint_answered_told").count() == 1


def test_overdue_goes_up(staff: People) -> None:
    row = complained(staff)
    complaints.assign(row.pk, handler=staff["head"], by=staff["risk"], on=ON)
    deadlines.tick(on=row.due_on + timedelta(days=1))
    told = Notice.objects.filter(subject=f"complaint:{row.pk}", tone="escalation")
    assert {each.to.username for each in told} == {"head_two", "risk"}


def test_what_happened_is_counted_once(staff: People, tmp_path: Path) -> None:
    row = answered(staff)
    complaints.close(row.pk, by=staff["risk"], on=ON)
    note = f"complaint:{row.pk}"
    assert list(queries.events()) == [
        ("E1", ON, "complaint", 1, note),
        ("E1", ON, "complaint_upheld", 1, note),
    ]
    load_days(tmp_path, 6, 6)
    assert records.enter_events(to=day(6)) is not None
    assert records.enter_events(to=day(6)) is None
    assert sorted(Event.objects.values_list("code", flat=True)) == ["complaint", "complaint_upheld"]
