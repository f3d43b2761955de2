"""Personnel: names made searchable by pinyin."""

from pypinyin import Style, lazy_pinyin

from managers.models import ClientManager


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
