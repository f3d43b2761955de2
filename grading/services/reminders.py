"""What people are to be reminded of: certificates, terms and traineeships that end soon."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse

from grading import queries
from grading.models import GradeChange
from grading.rules import careers
from grading.services.proposals import traineeship_end
from managers.models import ClientManager, Qualification
from managers.notices import CATALOGUE
from managers.permissions import holders
from managers.services.notices import tell


@dataclass(frozen=True)
class Reminder:
    """One thing to tell: about whom, what ends (`certificate`, `term`, `traineeship`), when, days left."""

    manager: ClientManager
    kind: str
    ends_on: date
    left: int
    certificate_no: str = ""

    @property
    def code(self) -> str:
        """The notice it is."""
        return f"ends_{self.kind}"

    @property
    def words(self) -> dict[str, str]:
        """The named words of the notice."""
        return {
            "who": str(self.manager),
            "no": self.certificate_no,
            "day": self.ends_on.isoformat(),
            "left": str(self.left),
        }

    @property
    def text(self) -> str:
        """The sentence, in the reader's language."""
        return str(CATALOGUE[self.code].title) % self.words


def remind(on: date) -> int:
    """Tell the manager and whoever may appoint what ends soon; how many notices were new.

    Harmless when run again: the same reminder is told once.
    """
    return sum(_told(each, on) for each in due_reminders(on))


def _told(reminder: Reminder, on: date) -> int:
    own = [reminder.manager.user] if reminder.manager.user is not None else []
    told = tell(
        [*own, *holders("appoint", on=on, about=reminder.manager)],
        reminder.code,
        subject=f"career:{reminder.manager.pk}",
        words=reminder.words,
        url=reverse("person", args=[reminder.manager.employee_no]),
        occasion=f"{reminder.ends_on}:{reminder.left}",
    )
    return len(told)


def due_reminders(on: date) -> list[Reminder]:
    """Everything that ends so many days from `on` that its people are told today (`REMIND_DAYS`)."""
    return [*_certificates(on), *_terms(on), *_traineeships(on)]


def _days(on: date) -> list[date]:
    return [on + timedelta(days=days) for days in careers.REMIND_DAYS]


def _certificates(on: date) -> Iterator[Reminder]:
    held = Qualification.objects.filter(state__in=Qualification.HELD, expires_on__in=_days(on))
    for row in held.select_related("manager__branch", "manager__user").order_by("expires_on", "pk"):
        if row.expires_on is not None:
            yield Reminder(
                row.manager,
                "certificate",
                row.expires_on,
                (row.expires_on - on).days,
                row.certificate_no or "",
            )


def _terms(on: date) -> Iterator[Reminder]:
    """Terms of the changes in force: those whose record is still the manager's last one."""
    rows = GradeChange.objects.filter(state=GradeChange.State.EFFECTIVE, term_ends_on__in=_days(on))
    found = list(rows.select_related("manager__branch", "manager__user").order_by("term_ends_on", "pk"))
    last = queries.latest_records(row.manager_id for row in found)
    for row in found:
        current = last.get(row.manager_id)
        in_force = current is not None and current.pk == row.record_id
        if row.term_ends_on is not None and in_force and row.to_grade != careers.TRAINEE:
            yield Reminder(row.manager, "term", row.term_ends_on, (row.term_ends_on - on).days)


def _traineeships(on: date) -> Iterator[Reminder]:
    people = ClientManager.objects.filter(status=ClientManager.Status.TRAINEE)
    for manager in people.select_related("branch", "user").order_by("pk"):
        version = queries.covering(manager, careers.TRAINEE, on)
        ends_on = traineeship_end(manager, queries.rulebook(version)) if version is not None else None
        left = careers.reminder_due(ends_on, on) if ends_on is not None else None
        if ends_on is not None and left is not None:
            yield Reminder(manager, "traineeship", ends_on, left)
