"""A sheet as PDF/A: its values in print, the words around them, who produced it when, and its digest."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from appraisal.papers.sheets import AppointmentLetter, DecisionNotice, HandoverList, Sheet
from appraisal.papers.words import TEMPLATES, WORDS
from ledger.rules import money
from managers.printing import Frame, typeset
from managers.services.watermarks import Keeping, watermark

FOLDER = Path(__file__).resolve().parent / "templates"


@dataclass(frozen=True)
class Produced:
    """When a copy was made and for whom: the only thing in which two copies of a sheet differ."""

    at: datetime
    reader: str


def document(sheet: Sheet, produced: Produced) -> bytes:
    """The sheet as PDF/A in its own language; the same sheet, moment and reader give the same bytes."""
    head = sheet.head
    with translation.override(head.language):
        words = {name: str(word) for name, word in {**WORDS[""], **WORDS[TEMPLATES[type(sheet)]]}.items()}
        frame = Frame(
            title=head.title, on=head.on, number=head.number, bank=head.bank, foot=_foot(sheet, produced)
        )
        data = {**_shown(asdict(sheet)), **_worked_out(sheet), "words": words}
        return typeset(FOLDER / f"{TEMPLATES[type(sheet)]}.typ", data, frame=frame)


def _worked_out(sheet: Sheet) -> dict[str, Any]:
    """What follows from the rows of a sheet and is printed beneath them."""
    if not isinstance(sheet, HandoverList):
        return {}
    *customers, deposits, loans = sheet.totals
    counted = [_("%(count)s 户") % {"count": each} for each in customers]
    return {"totals": [*counted, _shown(deposits), _shown(loans)]}


def _foot(sheet: Sheet, produced: Produced) -> tuple[str, str]:
    at = timezone.localtime(produced.at)
    made = _("本件于 %(at)s 为 %(reader)s 打印") % {"at": f"{at:%Y-%m-%d %H:%M}", "reader": produced.reader}
    # What is addressed to a person is that person's to keep.
    keeping = Keeping.KEPT if isinstance(sheet, DecisionNotice | AppointmentLetter) else Keeping.FILED
    made = watermark(made, at=produced.at, keeping=keeping)
    digest = digest_of(sheet)
    groups = " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
    return made, _("内容校验码 %(digest)s") % {"digest": groups}


def digest_of(sheet: Sheet) -> str:
    """SHA-256 over all a sheet says, exactly: sixty-four hexadecimal digits, printed at the foot.

    Who made a copy when is no part of it, so a sheet built again from the record gives the digest of every
    copy, as long as the record says the same.
    """
    said = {"paper": TEMPLATES[type(sheet)], **_exact(asdict(sheet))}
    text = json.dumps(said, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def verify(sheet: Sheet, digest: str) -> bool:
    """Whether a digest read off a paper, with or without its spaces, is that of the sheet."""
    return "".join(digest.split()).lower() == digest_of(sheet)


def _exact(value: Any) -> Any:
    """JSON that keeps every value apart from every other: for the digest."""
    match value:
        case Mapping():
            return {name: _exact(each) for name, each in value.items()}
        case list() | tuple():
            return [_exact(each) for each in value]
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date() | Decimal() | Fraction():
            return f"{type(value).__name__}:{value}"
    return value


def _shown(value: Any) -> Any:
    """JSON as it is printed; values of `_PRINTED` as their kind is written, the rest as it is."""
    if isinstance(value, Mapping):
        return {name: _shown(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(each) for each in value]
    write = _PRINTED.get(type(value))
    return write(value) if write else value


#: Moments in the bank's zone to the minute, amounts with thousands, shares in percent.
_PRINTED: Mapping[type, Callable[[Any], str]] = {
    datetime: lambda value: f"{timezone.localtime(value):%Y-%m-%d %H:%M}",
    date: lambda value: value.isoformat(),
    Decimal: money.exact_amount,
    Fraction: money.share_percent,
}
