"""What the checker says of a rulebook: findings as values, Chinese first, each with what to write instead."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .messages import MESSAGES, Severity

_SEVERITY: Mapping[Severity, str] = {"error": "错误", "warning": "提示"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One error or warning: where (file, line, path of keys), what is wrong, what to write instead.

    For a flaw of the text itself ``reading`` says how the rulebook reads it and ``note`` is its number.
    """

    severity: Severity
    code: str
    file: str
    line: int
    path: str
    what: str
    write: str
    what_en: str
    write_en: str
    reading: str = ""
    reading_en: str = ""
    note: int = 0
    about: tuple[str, ...] = ()

    def text(self, language: str = "zh") -> str:
        """One line for a terminal: place, what, and what to write instead."""
        english = language == "en"
        what, label = (self.what_en, self.severity) if english else (self.what, _SEVERITY[self.severity])
        advice = (self.reading_en or self.write_en) if english else (self.reading or self.write)
        return f"{self.file}:{self.line}: {label} {self.code} [{self.path}] {what} → {advice}"

    def to_dict(self) -> dict[str, Any]:
        """JSON-able, for storing with a version."""
        return asdict(self) | {"about": list(self.about)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Finding":
        """The finding that `to_dict` wrote down."""
        return cls(**(dict(data) | {"about": tuple(data.get("about", ()))}))


def path_text(path: Iterable[str | int]) -> str:
    """A path of keys as people write it: ``standards[0].of[1].code``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "(file)"


def make(code: str, *, file: str, line: int, path: Iterable[str | int], **fill: object) -> Finding:
    """The finding with its message filled in; ``about`` may list the clause codes concerned."""
    about = fill.pop("about", ())
    severity, *texts = MESSAGES[code]
    what, write = (_fill(text, fill, _more) for text in texts[:2])
    what_en, write_en = (_fill(text, fill, _more_en) for text in texts[2:])
    clauses = tuple(str(each) for each in about) if isinstance(about, (tuple, list)) else ()
    return Finding(severity, code, file, line, path_text(path), what, write, what_en, write_en, about=clauses)


#: So much of what people wrote is repeated in a message.
LONGEST = 200


def _more(count: int) -> str:
    return f"……另有 {count} 个"


def _more_en(count: int) -> str:
    return f" … and {count} more"


def _told(value: object, more: Callable[[int], str]) -> str:
    """A value as a message shows it: of a long list whole words, and how many are left out."""
    text = str(value)
    if len(text) <= LONGEST:
        return text
    words, shown = text.split("、"), text[:LONGEST].rpartition("、")[0]
    return shown + more(len(words) - len(shown.split("、"))) if shown else text[:LONGEST] + "…"


def _fill(template: str, fill: Mapping[str, object], more: Callable[[int], str]) -> str:
    # Not str.format: what people wrote may itself contain braces.
    for name, value in fill.items():
        template = template.replace("{" + name + "}", _told(value, more))
    return template
