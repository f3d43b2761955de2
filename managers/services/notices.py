"""Notices: told in the transaction that made them true, settled with the step, read by their reader."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from managers import notices
from managers.models import Notice, NoticeSettings, User
from managers.models.notices import ASKING, Tone
from managers.services import mailing


@dataclass(frozen=True)
class Message:
    """One notice to be told to one person."""

    to: int
    code: str
    subject: str
    tone: str = Tone.NEWS
    words: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    due_on: date | None = None
    occasion: str = ""

    @property
    def dedupe(self) -> str:
        """The same for the same occasion, whoever finds it again."""
        parts = (self.to, self.code, self.tone, self.subject, self.occasion)
        return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def tell(
    users: Iterable[User],
    code: str,
    *,
    subject: str,
    words: Mapping[str, str] | None = None,
    url: str = "",
    due_on: date | None = None,
    occasion: str = "",
    tone: str = Tone.NEWS,
) -> list[Notice]:
    """Tell people something in the caller's transaction; what was new. Inactive people are told nothing.

    `code` is of `managers.notices`, `words` are the named words of its texts, `url` a path of this house. The
    same `occasion` of a subject is told once. Whatever waits for somebody is better told by
    `deadlines.refresh`, which knows whose it is.
    """
    if tone in ASKING:
        share(subject.partition(":")[0])
    told = (
        Message(user.pk, code, subject, tone, words or {}, url, due_on, occasion)
        for user in users
        if user.is_active
    )
    return tell_all(told)


def tell_all(messages: Iterable[Message]) -> list[Notice]:
    """Tell any number of things in the caller's transaction; an e-mail for each person who is told something.

    Unique keys are inserted in one order, so that two who tell the same at once wait instead of deadlocking.
    """
    wanted = {message.dedupe: message for message in messages}
    if not wanted:
        return []
    with transaction.atomic():
        known = set(Notice.objects.filter(dedupe__in=wanted).values_list("dedupe", flat=True))
        missing = [wanted[key] for key in sorted(wanted.keys() - known)]
        Notice.objects.bulk_create(map(_row, missing), ignore_conflicts=True, batch_size=1000)
        told = list(Notice.objects.filter(dedupe__in=[message.dedupe for message in missing]).order_by("id"))
        mailing.keep(told)
    return told


def _row(message: Message) -> Notice:
    if message.code not in notices.CATALOGUE:
        raise LookupError(f"no notice {message.code} in managers.notices.CATALOGUE")
    return Notice(
        to_id=message.to,
        code=message.code,
        tone=message.tone,
        words=dict(message.words),
        subject=message.subject,
        url=message.url,
        due_on=message.due_on,
        dedupe=message.dedupe,
    )


def settle(subjects: str | Collection[str], codes: Collection[str] = ()) -> int:
    """The step was taken: what waited for it is done, whoever took it; how many notices that were.

    `codes` narrows it down; without them everything open about the subjects is done.
    """
    wanted = [subjects] if isinstance(subjects, str) else list(subjects)
    with transaction.atomic():
        for kind in sorted({subject.partition(":")[0] for subject in wanted}):
            share(kind)
        found = Notice.objects.filter(subject__in=wanted, tone__in=ASKING, done_at=None)
        return close(found.filter(code__in=codes) if codes else found)


def close(found: Iterable[Notice]) -> int:
    """Mark notices done, locked in the order of their ids."""
    rows = Notice.objects.select_for_update(of=("self",)).filter(done_at=None)
    keys = list(rows.filter(pk__in=[each.pk for each in found]).order_by("pk").values_list("pk", flat=True))
    return Notice.objects.filter(pk__in=keys).update(done_at=Now()) if keys else 0


def share(kind: str) -> None:
    """Keep the job away from a kind until the act's transaction ends; acts do not wait for each other.

    Else the job could read a row as waiting, and tell of it after the act had settled it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtext(%s))", [f"notices {kind}"])


def alone(kind: str) -> bool:
    """Whether the job has a kind to itself until its transaction ends. It never queues: acts would wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [f"notices {kind}"])
        return bool(cursor.fetchone()[0])


def read(notice: Notice, *, by: User) -> bool:
    """The reader has seen it. False where that was known; PermissionDenied for anybody else."""
    if notice.to_id != by.pk:
        raise PermissionDenied(_("这是发给他人的通知。"))
    return bool(Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=Now()))


def read_all(*, by: User) -> int:
    """The reader has seen everything; how many that were. What waits to be done goes on waiting."""
    return Notice.objects.filter(to=by).unread().update(read_at=Now())


def choose(*, by: User, mailed: Collection[str], language: str) -> NoticeSettings:
    """What of it is sent to the person by e-mail, and in which language."""
    chosen = [tone for tone in Tone.values if tone in mailed]
    row, _created = NoticeSettings.objects.update_or_create(
        user=by, defaults={"mailed": chosen, "language": language}
    )
    return row
