"""Typed reading of a TOML document: what is wrong, missing or unknown becomes a finding, not an exception."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .findings import Finding, make
from .locator import Path, locate

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NUMBER = re.compile(r"[+-]?\d(_?\d)*(\.\d+)?")
_EXPECTED: Mapping[type, tuple[str, str, str]] = {
    str: ("文字", "text", '"…"'),
    int: ("整数", "a whole number", "12"),
    list: ("列表", "a list", '["…"]'),
    dict: ("一组键值", "a table", "{ … }"),
    Decimal: ("数值", "a number", "15_000_000"),
}


@dataclass
class Report:
    """The findings so far, and how to find the line of a path."""

    file: str
    lines: Mapping[Path, int]
    findings: list[Finding] = field(default_factory=list)

    def add(self, code: str, path: Path, **fill: object) -> None:
        """Raises no exception: notes a finding at the line of the path."""
        line = locate(self.lines, path)
        self.findings.append(make(code, file=self.file, line=line, path=path, **fill))

    @property
    def broken(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity == "error" for finding in self.findings)


class Table:
    """One TOML table with its path. Readers return a stand-in of the right type for what is wrong."""

    def __init__(self, data: Mapping[str, Any], path: Path, report: Report) -> None:
        self.data, self.path, self.report = data, path, report
        self.seen: set[str] = set()

    def add(self, code: str, *keys: str | int, **fill: object) -> None:
        """Notes a finding at this table, or at a key within it."""
        self.report.add(code, (*self.path, *keys), **fill)

    def has(self, key: str) -> bool:
        """Whether the key is written at all."""
        return key in self.data

    def text(self, key: str, *, default: str | None = None, example: str = '"…"') -> str:
        """A text; without a default its absence is an error."""
        value = self._take(key, str, default, example)
        return value if isinstance(value, str) else ""

    def citation(self, *, required: bool = True) -> str:
        """The article, under ``cites``."""
        value = self.text("cites", default="")
        if required and not value.strip():
            self.add("missing_citation")
        return value

    def code(self, key: str = "code", *, default: str | None = None, example: str = '"senior"') -> str:
        """A code: lower-case letters, digits, underscores, hyphens."""
        value = self.text(key, default=default, example=example)
        if value and value != default and not CODE.fullmatch(value):
            self.add("bad_code", key, value=value, example=example)
            return ""
        return value

    def choice(self, key: str, allowed: Sequence[str], *, default: str | None = None) -> str:
        """One of the words allowed."""
        value = self.text(key, default=default, example=f'"{allowed[0]}"')
        if value and value not in allowed:
            self.add("bad_choice", key, key=key, value=value, allowed="、".join(allowed))
            return allowed[0]
        return value

    def whole(self, key: str, *, default: int | None = None) -> int:
        """A whole number."""
        value = self._take(key, int, default, "12")
        return value if isinstance(value, int) else 0

    def day(self, key: str, *, missing: str = "missing_key") -> date:
        """A date without a time."""
        self.seen.add(key)
        value = self.data.get(key)
        if key not in self.data:
            self.add(missing, key=key, example="2027-01-01")
        elif isinstance(value, date) and not isinstance(value, datetime):
            return value
        else:
            self.add("bad_date", key, value=value)
        return date.max

    def texts(self, key: str, *, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        if isinstance(self.data.get(key), str):
            return (self.text(key),)
        value = self._take(key, list, None if default is None else list(default), '["…"]')
        items = value if isinstance(value, list) else []
        for position, item in enumerate(items):
            if not isinstance(item, str):
                self._wrong_type((key, position), key, str, item)
        return tuple(item for item in items if isinstance(item, str))

    def choices(
        self, key: str, allowed: Sequence[str], *, default: Sequence[str] | None = None
    ) -> tuple[str, ...]:
        """A list of words, each one of those allowed."""
        values = self.texts(key, default=default)
        for value in values:
            if value not in allowed:
                self.add("bad_choice", key, key=key, value=value, allowed="、".join(allowed))
        return tuple(value for value in values if value in allowed)

    def table(self, key: str, *, required: bool = True) -> "Table":
        """A table beneath; an empty one after noting its absence."""
        value = self._take(key, dict, None if required else {}, "{ … }")
        return Table(value if isinstance(value, dict) else {}, (*self.path, key), self.report)

    def tables(self, key: str, *, required: bool = False) -> list["Table"]:
        """A list of tables beneath (``[[key]]`` or inline)."""
        if isinstance(self.data.get(key), dict):
            self.seen.add(key)
            self.add(
                "single_table", key, key=".".join(str(k) for k in (*self.path, key) if isinstance(k, str))
            )
            return []
        value = self._take(key, list, None if required else [], "[{ … }]")
        return list(self._each_table(key, value if isinstance(value, list) else []))

    def number(self, key: str) -> Decimal | None:
        """An amount as a Decimal; None after noting what is wrong with it."""
        self.seen.add(key)
        if key not in self.data:
            self.add("missing_key", key=key, example="15_000_000")
            return None
        return self.amount(self.data[key], key)

    def amount(self, value: object, *keys: str | int) -> Decimal | None:
        """A value found here as a Decimal of sane size; None after noting what is wrong with it."""
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            self._wrong_type(keys, str(keys[-1]) if keys else "", Decimal, value)
            return None
        if isinstance(value, int) and abs(value) >= 10**18:
            self.add("bad_number", *keys, value="…")
            return None
        return self._sane(Decimal(value), keys)

    def reject_unknown(self) -> None:
        """Notes every key that nothing has read, naming those that would be understood."""
        for key in self.data:
            if key not in self.seen:
                self.add("unknown_key", key, key=key, allowed="、".join(sorted(self.seen)))

    def _sane(self, value: Decimal, keys: tuple[str | int, ...]) -> Decimal | None:
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and exponent >= -8 and value.adjusted() < 18:
            return value
        self.add("bad_number", *keys, value=str(value)[:40])
        return None

    def _each_table(self, key: str, items: list[object]) -> Iterator["Table"]:
        for position, item in enumerate(items):
            if isinstance(item, dict):
                yield Table(item, (*self.path, key, position), self.report)
            else:
                self._wrong_type((key, position), key, dict, item)

    def _take(self, key: str, kind: type, default: object, example: str) -> object:
        self.seen.add(key)
        if key not in self.data:
            if default is None:
                self.add("missing_key", key=key, example=example)
            return default
        value = self.data[key]
        if not isinstance(value, kind) or isinstance(value, bool):
            self._wrong_type((key,), key, kind, value)
            return default
        return value

    def _wrong_type(self, keys: tuple[str | int, ...], key: str, kind: type, value: object) -> None:
        plain = unquoted(value) if kind in (int, Decimal) else ""
        if plain:
            self.add("quoted_number", *keys, value=value, plain=plain)
            return
        expected, expected_en, example = _EXPECTED[kind]
        group = _EXPECTED[type(value)] if isinstance(value, (list, dict)) else None
        self.add(
            "wrong_type",
            *keys,
            key=key,
            expected=expected,
            expected_en=expected_en,
            example=example,
            found=group[0] if group else _short(value),
            found_en=group[1] if group else _short(value),
        )


def unquoted(value: object) -> str:
    """The number that a text in quotes would be without them; "" where it is none.

    >>> unquoted("1,500.5"), unquoted("deposits")
    ('1500.5', '')
    """
    written = value.strip().replace(",", "") if isinstance(value, str) else ""
    return written if _NUMBER.fullmatch(written) else ""


def _short(value: object) -> str:
    # str() of a very long integer raises; its size says enough.
    if isinstance(value, bool):
        return str(value).lower()
    return "…" if isinstance(value, int) and abs(value) >= 10**40 else str(value)[:40]
