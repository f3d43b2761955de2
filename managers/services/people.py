"""Personnel: names made searchable by pinyin."""

from typing import Any

from django.db import transaction
from pypinyin import Style, lazy_pinyin

from managers.models import ClientManager, LogEntry, User


def write_pinyin() -> None:
    """Give every manager without one a pinyin: full syllables, a space, and the initials."""
    nameless = list(ClientManager.objects.filter(pinyin="").exclude(name=""))
    for manager in nameless:
        manager.pinyin = pinyin(manager.name)
    ClientManager.objects.bulk_update(nameless, ["pinyin"], batch_size=1000)


def pinyin(name: str) -> str:
    """`陈嘉怡` becomes `chenjiayi cjy`: what people type to find a name, and what lists sort by."""
    full = "".join(lazy_pinyin(name))
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    return f"{full} {initials}".lower()[:200]


def amend(manager: ClientManager, changes: dict[str, Any], *, by: User) -> None:
    """Change what HR keeps in a personnel file, and keep what was there before in the log."""
    if not changes:
        return
    with transaction.atomic():
        before = ClientManager.objects.select_for_update().get(pk=manager.pk)
        detail = {name: [str(getattr(before, name)), str(value)] for name, value in changes.items()}
        ClientManager.objects.filter(pk=manager.pk).update(**changes)
        LogEntry.objects.create(
            by=by, action="amend_manager", subject=f"manager:{manager.employee_no}", detail=detail
        )
