"""The outbox: messages kept in the transaction that made them true, handed out afterwards by a poller."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from managers.models import OutboxMessage

log = logging.getLogger(__name__)
Receiver = Callable[[OutboxMessage], None]
#: How long a message may wait before something is wrong (invariant I12).
PATIENCE = timedelta(minutes=10)
_RECEIVERS: dict[str, list[Receiver]] = {}


def register(topic: str, receiver: Receiver) -> None:
    """Have messages of a topic handed to `receiver`; its name is kept with each message it has taken."""
    known = _RECEIVERS.setdefault(topic, [])
    if receiver not in known:
        known.append(receiver)


def keep(topic: str, payload: dict[str, Any]) -> None:
    """Keep a message in the caller's transaction; nothing leaves unless that commits."""
    OutboxMessage.objects.create(topic=topic, payload=payload)


def deliver() -> int:
    """Hand every waiting message to its receivers, oldest first; how many are done with.

    Any number of pollers share the work. A message that fails is tried again by the next poll and holds up
    no other; a receiver that has taken it is not given it twice.
    """
    unsent = OutboxMessage.objects.filter(sent_at=None).order_by("id").values_list("id", flat=True)
    return sum(_deliver_one(number) for number in list(unsent))


def _deliver_one(number: int) -> bool:
    with transaction.atomic():
        free = OutboxMessage.objects.select_for_update(skip_locked=True).filter(pk=number, sent_at=None)
        message = free.first()
        if message is None:
            return False
        _hand_out(message)
        message.save(update_fields=["handed_to", "attempts", "error", "sent_at"])
        return not message.error


def _hand_out(message: OutboxMessage) -> None:
    """Give it to the receivers that have not taken it yet, up to the first that fails."""
    message.attempts += 1
    message.error = ""
    for receiver in _RECEIVERS.get(message.topic, ()):
        if receiver.__name__ in message.handed_to:
            continue
        try:
            with transaction.atomic():
                receiver(message)
        except Exception as error:
            log.warning("outbox %s %s: %s", message.pk, message.topic, error)
            message.error = str(error) or type(error).__name__
            return
        message.handed_to.append(receiver.__name__)
    message.sent_at = Now()


def waiting() -> int:
    """How many messages are not sent yet."""
    return OutboxMessage.objects.filter(sent_at=None).count()


def overdue() -> list[str]:
    """Messages that have waited longer than PATIENCE, by the database's clock."""
    late = OutboxMessage.objects.filter(sent_at=None, created_at__lt=Now() - PATIENCE).order_by("id")
    return [f"outbox {message} {message.created_at:%Y-%m-%d %H:%M} {message.error}" for message in late]
