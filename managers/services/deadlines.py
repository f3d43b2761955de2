"""Deadlines kept: owners told, reminded, the next head told, and everything closed that waits no longer."""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from managers import deadlines
from managers.deadlines import Kind, Waiting
from managers.models import Notice
from managers.models.notices import Tone
from managers.rules import deadlines as rules
from managers.services.notices import Message, alone, close, share, tell_all
from managers.services.owners import Owners

log = logging.getLogger(__name__)
#: Owners named to the next head before the rest are left out.
NAMED = 3


@dataclass(frozen=True)
class Kept:
    """What one pass did: notices told and closed, and how many rows wait for nobody, by code."""

    told: int = 0
    closed: int = 0
    unowned: int = 0


def refresh(code: str, ids: Collection[int], *, on: date) -> Kept:
    """A step moved these rows of a kind: tell whoever they wait for now, close what they waited for before.

    Called in the transaction of the step, after it was written.
    """
    kind = deadlines.kind(code)
    with transaction.atomic():
        share(kind.code)
        return _keep(kind, on, ids)


def tick(*, on: date) -> Kept:
    """Go through everything that waits: any number of times a day, by any number of processes.

    One transaction a kind: whatever a killed job has not told is told by the next one, and nothing twice. A
    kind that is just being dealt with is left to the next tick.
    """
    done = [kept for kind in deadlines.kinds() if (kept := _tick(kind, on))]
    return Kept(*(sum(getattr(kept, name) for kept in done) for name in ("told", "closed", "unowned")))


def _tick(kind: Kind, on: date) -> Kept | None:
    with transaction.atomic():
        return _keep(kind, on, None) if alone(kind.code) else None


def unowned(on: date) -> Mapping[str, int]:
    """How many rows wait for nobody at all, by code; only kinds and numbers, for whoever grants roles."""
    rows = [row for kind in deadlines.kinds() if not kind.expires for row in kind.waiting(on, None)]
    owners = _owners(rows, on)
    return Counter(row.code for row in rows if not owners.levels(row))


def astray(on: date) -> tuple[int, list[str]]:
    """How many notices are open, and those about something that no longer waits."""
    subjects = {
        kind.subject(waiting.pk)
        for kind in deadlines.kinds()
        if not kind.expires
        for waiting in kind.waiting(on, None)
    }
    opened = list(Notice.objects.all().waiting().order_by("id"))
    return len(opened), [f"notice {row.pk} {row}" for row in opened if row.subject not in subjects]


@dataclass(frozen=True)
class _Place:
    """A waiting row, its people by level, and what they are called."""

    kind: Kind
    waiting: Waiting
    levels: list[list[int]]
    names: Mapping[int, str]

    def messages(self, on: date) -> Iterator[Message]:
        """What each of its people is to have been told by now."""
        row = self.waiting
        stage = rules.stage(row.since, row.due_on, on)
        told = (
            rules.expiry(stage, [person for level in self.levels for person in level])
            if self.kind.expires
            else rules.tellings(stage, self.levels)
        )
        for person, telling in told.items():
            yield Message(
                to=person,
                code=row.code,
                subject=self.kind.subject(row.pk),
                tone=telling.tone,
                words={**row.words, **self._who()} if telling.tone == Tone.ESCALATION else row.words,
                url=row.url,
                due_on=row.due_on,
                occasion=f"{row.occasion}/{telling.occasion}",
            )

    def _who(self) -> dict[str, str]:
        """Since when it waits, and for whom: what the next head asks first."""
        owners = "、".join(self.names[person] for person in self.levels[0][:NAMED])
        return {"since": self.waiting.since.isoformat(), "owners": owners}


def _keep(kind: Kind, on: date, ids: Collection[int] | None) -> Kept:
    """Tell and close, for some rows or for all of the kind; in the caller's transaction, under its lock."""
    places = _places(kind, on, ids)
    wanted = _one_each(message for place in places for message in place.messages(on))
    closed = 0 if kind.expires else close(_overtaken(kind, ids, wanted))
    told = tell_all(wanted)
    without = [place.waiting.pk for place in places if not place.levels and not kind.expires]
    if without:
        log.error("%s rows of %s wait for nobody, the first is %s", len(without), kind.code, without[0])
    return Kept(len(told), closed, len(without))


def _places(kind: Kind, on: date, ids: Collection[int] | None) -> list[_Place]:
    rows = list(kind.waiting(on, ids))
    owners = _owners(rows, on)
    return [_Place(kind, row, owners.levels(row), owners.names) for row in rows]


def _owners(rows: Iterable[Waiting], on: date) -> Owners:
    return Owners(on, [row.person for row in rows if row.person is not None])


def _one_each(messages: Iterable[Message]) -> list[Message]:
    """Rows of one subject are told to a person as one."""
    found: dict[tuple[int, str], Message] = {}
    for message in messages:
        found.setdefault((message.to, message.subject), message)
    return list(found.values())


def _overtaken(kind: Kind, ids: Collection[int] | None, wanted: Iterable[Message]) -> Iterable[Notice]:
    """Open notices of the kind that their reader should not have open now: done, later, not theirs."""
    opened = Notice.objects.all().waiting()
    if ids is None:
        opened = opened.filter(subject__startswith=f"{kind.code}:")
    else:
        opened = opened.filter(subject__in=[kind.subject(pk) for pk in ids])
    stays = {message.dedupe for message in wanted}
    return [row for row in opened.only("pk", "dedupe") if row.dedupe not in stays]
