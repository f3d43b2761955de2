"""What people are to be reminded of: certificates, terms and traineeships that end soon."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from grading import queries
from grading.models import GradeChange
from grading.rules import careers
from grading.services.proposals import traineeship_end
from managers.models import ClientManager, Qualification

TEXTS: dict[str, Promise] = {
    "certificate": gettext_lazy("%(who)s 的证书 %(no)s 于 %(day)s 到期，还有 %(left)s 天。"),
    "term": gettext_lazy("%(who)s 的聘期于 %(day)s 届满，还有 %(left)s 天。"),
    "traineeship": gettext_lazy("%(who)s 的见习期于 %(day)s 届满，还有 %(left)s 天；请按实际业绩办理聘任。"),
}


@dataclass(frozen=True)
class Reminder:
    """One thing to tell: about whom, what ends (a key of `TEXTS`), when, and how many days are left.

    It is for the manager and for whoever may `appoint` (`managers.permissions.holders`).
    """

    manager: ClientManager
    kind: str
    ends_on: date
    left: int
    certificate_no: str = ""

    @property
    def key(self) -> str:
        """The same for the same reminder, whatever the number of times it is worked out."""
        return f"{self.kind}:{self.manager.pk}:{self.ends_on}:{self.left}"

    @property
    def text(self) -> str:
        """The sentence, in the reader's language."""
        words = {"who": self.manager, "no": self.certificate_no, "day": self.ends_on, "left": self.left}
        return str(TEXTS[self.kind]) % words


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
