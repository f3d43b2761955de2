"""Masks: what a reader sees of identity data who has not asked for more, with a reason, and been heard."""

STAR = "*"
#: Characters of an identity number that show, at its beginning and its end.
HEAD, TAIL = 3, 4
#: Characters of an address that show: about as far as the city or the county.
PLACE = 6


def name(text: str) -> str:
    """`张小明` becomes `张*`: the surname, and nothing about how long the rest is."""
    return f"{text[0]}{STAR}" if len(text) > 1 else STAR * len(text)


def phone(text: str) -> str:
    """`13812341234` becomes `138****1234`; what is too short for that shows nothing."""
    return _ends(text, hidden=STAR * 4)


def identity(text: str) -> str:
    """`110101199003071234` becomes `110***********1234`; what is too short for that shows nothing."""
    return _ends(text, hidden=STAR * max(len(text) - HEAD - TAIL, 0))


def address(text: str) -> str:
    """`江城市城东区人民路1号` becomes `江城市城东区****`; a short one shows its first half at most."""
    return text[: min(PLACE, len(text) // 2)] + STAR * 4 if text else ""


def family(text: str) -> str:
    """Nothing but that something is there."""
    return STAR * 4 if text else ""


def _ends(text: str, *, hidden: str) -> str:
    if len(text) < HEAD + TAIL + len(STAR * 4):
        return STAR * len(text)
    return f"{text[:HEAD]}{hidden}{text[-TAIL:]}"
