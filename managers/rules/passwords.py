"""What a password must be made of, and when it has grown too old (GB/T 22239-2019, level 3, 8.1.4.1)."""

from datetime import datetime, timedelta

#: How many of the four kinds of characters a password needs.
KINDS = 3


def kinds(password: str) -> int:
    """How many of lower case, upper case, digits and everything else occur."""
    lower, upper, digit = str.islower, str.isupper, str.isdigit
    found = {
        next((kind.__name__ for kind in (lower, upper, digit) if kind(each)), "other") for each in password
    }
    return len(found)


def holds_name(password: str, name: str) -> bool:
    """Whether the user name, forwards or backwards, in any case, is part of it; if shorter than 3, never."""
    text, part = password.casefold(), name.casefold()
    return len(part) >= 3 and (part in text or part[::-1] in text)


def too_old(set_at: datetime, now: datetime, days: int) -> bool:
    """Whether a password set at `set_at` has had its `days`; 0 days means that none ever has."""
    return days > 0 and now - set_at >= timedelta(days=days)
