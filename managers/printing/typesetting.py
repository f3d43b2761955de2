"""Typesets a template with data as PDF/A: data are handed over as JSON and never become part of a program."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

import noto_cjk_sans_otc
import typst
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

#: Templates name each other from here: "/managers/printing/house.typ".
ROOT = Path(__file__).resolve().parents[2]
#: Long-term form of PDF in which every character is embedded and can be searched.
STANDARD: Final = "a-2u"
#: Further rounds cannot find new characters: one names all that are missing, a mended text has none.
ROUNDS = 3

# A compiler cannot be entered twice; threads of one process take turns, which costs them milliseconds.
_TURN = Lock()
_MISSING = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
#: Ends of lines part lines; other controls, marks of direction, private and unassigned characters are told.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What stands around every paper: whose it is, its title, number and day, and the lines at its foot."""

    title: str
    on: date
    number: str = ""
    foot: tuple[str, ...] = ()
    bank: str = ""


def typeset(template: Path, data: Mapping[str, Any], *, frame: Frame) -> bytes:
    """The PDF of a template below the root with JSON-able data, in the language that is active.

    The same input gives the same bytes, on any machine: the only date inside is the frame's. Characters that
    none of the types carries, and those that cannot be seen, are printed as 〔U+1F600〕.
    """
    said = told({**data, "frame": _frame(frame)}, _unseen)
    stamp = datetime.combine(frame.on, time(), UTC)
    for _round in range(ROUNDS):
        try:
            return _compile(template, said, stamp)
        except typst.TypstError as error:
            missing = without_glyph(error.diagnostic)
            if not missing:
                raise
            said = told(said, missing.__contains__)
    return _compile(template, said, stamp)


def _frame(frame: Frame) -> dict[str, Any]:
    return {
        **asdict(frame),
        "bank": frame.bank or str(settings.BANK_NAME),
        "on": [frame.on.year, frame.on.month, frame.on.day],
        "date": long_date(frame.on),
        "lang": _language(),
        "page": _("第 {page} 页，共 {pages} 页"),
    }


def long_date(day: date) -> str:
    """A day as an official paper writes it: 2026年10月12日; English readers keep 2026-10-12."""
    return day.isoformat() if _language() == "en" else f"{day.year}年{day.month}月{day.day}日"


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _compile(template: Path, said: Any, stamp: datetime) -> bytes:
    with _TURN:
        made = _compiler().compile(
            input=str(template),
            format="pdf",
            sys_inputs={"data": json.dumps(said, ensure_ascii=False)},
            pdf_standards=[STANDARD],
            timestamp=int(stamp.timestamp()),
        )
    assert isinstance(made, bytes)
    return made


# Made at the first paper, never at import: its threads do not survive a fork.
@cache
def _compiler() -> typst.Compiler:
    """One compiler for the process: types are read once. Nothing of the machine's own is used."""
    fonts = typst.Fonts(
        include_system_fonts=False, font_paths=[str(Path(str(noto_cjk_sans_otc.FONT_PATH)).parent)]
    )
    return typst.Compiler(root=str(ROOT), font_paths=fonts, ignore_system_fonts=True)


def _unseen(character: str) -> bool:
    return character not in "\t\r\n" and unicodedata.category(character) in _UNSEEN


def told(said: Any, which: Callable[[str], bool]) -> Any:
    """The same data, in whose texts the characters of a test are written as their code."""
    if isinstance(said, Mapping):
        return {name: told(each, which) for name, each in said.items()}
    if isinstance(said, list | tuple):
        return [told(each, which) for each in said]
    if not isinstance(said, str):
        return said
    codes = {ord(each): f"〔U+{ord(each):04X}〕" for each in set(said) if which(each)}
    return said.translate(codes)


def without_glyph(diagnostic: str) -> set[str]:
    """The characters of which an error of the typesetter says that no type carries them."""
    return set(_characters(_MISSING.findall(diagnostic)))


def _characters(found: Iterable[str]) -> Iterable[str]:
    for each in found:
        yield from _ESCAPE.sub(lambda match: chr(int(match[1], 16)), each)
