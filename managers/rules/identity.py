"""Identity data as people write them: brought into one form, or a code that says what is wrong."""

import re

#: Weights and check characters of GB 11643-1999.
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
LONGEST = {"address": 200, "family": 500}


def normal(field: str, text: str) -> str:
    """The text in the one form it is kept and searched in."""
    text = text.strip()
    if field in ("identity_no", "phone"):
        text = re.sub(r"[\s-]", "", text).upper()
    return text


def flaw(field: str, text: str) -> str:
    """The code of what is wrong with a normal text; empty where nothing is."""
    if field == "identity_no":
        return "" if _is_identity_number(text) else "identity_no"
    if field == "phone":
        return "" if re.fullmatch(r"\+?[0-9]{7,15}", text, re.ASCII) else "phone"
    return "" if len(text) <= LONGEST[field] else "too_long"


def _is_identity_number(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text, re.ASCII):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], WEIGHTS, strict=True))
    return CHECKS[total % 11] == text[17]
