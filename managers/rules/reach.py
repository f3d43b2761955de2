"""Why somebody can see a manager's records: each grant with the rule that lets in or keeps out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Held:
    """A grant as it concerns a person: an own one, or somebody else's exercised for them (`delegated`).

    `reach` is that of its role, empty where no role has that name; `path` that of its branch. `lent_from` and
    `lent_to` are the days of a delegation, `lent_ended` whether it was ended early.
    """

    reach: str
    path: str
    starts_on: date
    ends_on: date | None
    confirmed: bool = True
    delegated: bool = False
    lent_from: date | None = None
    lent_to: date | None = None
    lent_ended: bool = False
    holder_active: bool = True


@dataclass(frozen=True)
class Who:
    """The person who looks: whether the login works, and the own manager file."""

    active: bool
    own: int | None = None


def lets_in(held: Held, *, path: str, on: date) -> tuple[bool, str]:
    """Whether a grant lets somebody see, on a day, what hangs on a branch at `path`, and by which rule."""
    kept_out = _void(held, on)
    if kept_out:
        return False, kept_out
    if held.reach == "all":
        return True, "all"
    if held.reach == "subtree":
        inside = bool(held.path) and path.startswith(held.path)
        return inside, "subtree" if inside else "outside"
    return False, "own_only" if held.reach == "own" else "system"


def _void(held: Held, on: date) -> str:
    """The code of why a grant counts for nothing on a day; empty where it counts."""
    checks = (
        (not held.reach, "no_such_role"),
        (not held.confirmed, "unconfirmed"),
        (held.starts_on > on, "not_begun"),
        (held.ends_on is not None and held.ends_on < on, "ended"),
        (held.delegated and not held.holder_active, "holder_inactive"),
        (held.lent_ended, "lending_ended"),
        (held.lent_from is not None and held.lent_from > on, "lending_not_begun"),
        (held.lent_to is not None and held.lent_to < on, "lending_over"),
    )
    return next((code for wrong, code in checks if wrong), "")


def sees(who: Who, held: Iterable[Held], *, path: str, manager: int, on: date) -> bool:
    """Whether anything at all lets the person see the records of a manager whose branch lies at `path`."""
    if not who.active:
        return False
    return who.own == manager or any(lets_in(each, path=path, on=on)[0] for each in held)
