"""Personnel: names made searchable by pinyin."""

from typing import Any

from django.db import transaction

from managers.models import ClientManager, LogEntry, User

#: Surnames read otherwise than the same character elsewhere.
SURNAMES = {
    "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "区": "ou", "查": "zha", "翟": "zhai", "覃": "qin",
    "盖": "ge", "朴": "piao", "种": "chong", "缪": "miao", "员": "yun", "折": "she", "秘": "bi", "繁": "po",
    "召": "shao", "佴": "nai", "薄": "bo", "祭": "zhai", "都": "du", "卜": "bu", "阚": "kan", "乜": "nie",
}  # fmt: skip


def write_pinyin() -> None:
    """Give every manager without one a pinyin: full syllables, a space, and the initials."""
    nameless = list(ClientManager.objects.filter(pinyin="").exclude(name=""))
    for manager in nameless:
        manager.pinyin = pinyin(manager.name)
    ClientManager.objects.bulk_update(nameless, ["pinyin"], batch_size=1000)


def pinyin(name: str) -> str:
    """`陈嘉怡` becomes `chenjiayi cjy`: what people type to find a name, and what lists sort by."""
    from pypinyin import Style, lazy_pinyin  # 55 MB of words, which a process that names nobody does without

    surname = SURNAMES.get(name[:1], "")
    given = name[1:] if surname else name
    full = surname + "".join(lazy_pinyin(given))
    initials = surname[:1] + "".join(lazy_pinyin(given, style=Style.FIRST_LETTER))
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
