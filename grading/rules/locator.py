"""Where in a TOML text a key stands: the line of every table and key, for messages that point at it.

tomllib keeps no positions. This scan follows headers, keys, inline tables and arrays closely enough for
messages and gives the nearest line above for anything it does not recognise; it accepts any text.
"""

import re
from collections.abc import Mapping, Sequence

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]*?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"""\s*((?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'))*)\s*="""
)
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*'""")


def locate(lines: Mapping[Path, int], path: Sequence[str | int]) -> int:
    """The line of the path, or of its nearest known ancestor; 1 where nothing is known."""
    for end in range(len(path), 0, -1):
        if tuple(path[:end]) in lines:
            return lines[tuple(path[:end])]
    return 1


def index(text: str) -> dict[Path, int]:
    """Line numbers (from 1) by path, e.g. ``("standards", 0, "of", 1, "code")``."""
    return _Scan(text).lines


class _Scan:
    """One pass over the text; ``stack`` holds the containers open inside a value."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}
        self.table: Path = ()
        self.current: Path = ()
        self.stack: list[tuple[str, Path, int]] = []
        self.quote = ""
        for number, line in enumerate(text.split("\n"), start=1):
            self._line(line, number)

    def _line(self, line: str, number: int) -> None:
        header = None if self.stack or self.quote else _HEADER.match(line)
        if header:
            self._open_table(_parts(header[2]), number, many=header[1] == "[[")
        else:
            self._keys(line, number)

    def _open_table(self, parts: list[str], number: int, *, many: bool) -> None:
        path: Path = ()
        for position, part in enumerate(parts):
            path = (*path, part)
            last = position == len(parts) - 1
            if last and many:
                self.counts[path] = self.counts.get(path, -1) + 1
            if path in self.counts:
                self.lines.setdefault(path, number)
                path = (*path, self.counts[path])
        self.table = path
        self.lines.setdefault(path, number)

    def _keys(self, line: str, number: int) -> None:
        at = 0
        while at < len(line):
            if self.quote:
                at = self._close_quote(line, at)
                continue
            found = _KEY.match(line, at) if self._wants_key() else None
            at = self._key(found, number) if found else self._mark(line, at, number)

    def _wants_key(self) -> bool:
        return not self.stack or self.stack[-1][0] == "{"

    def _key(self, found: re.Match[str], number: int) -> int:
        base = self.stack[-1][1] if self.stack else self.table
        self.current = (*base, *_parts(found[1]))
        self.lines.setdefault(self.current, number)
        return found.end()

    def _mark(self, line: str, at: int, number: int) -> int:
        mark = line[at]
        if mark == "#":
            return len(line)
        if mark in "\"'":
            triple = mark * 3
            self.quote = triple if line.startswith(triple, at) else mark
            return self._close_quote(line, at + len(self.quote))
        if mark in "[{":
            self._open(mark, number)
        elif mark in "]}" and self.stack:
            self.stack.pop()
        elif mark == "," and self.stack and self.stack[-1][0] == "[":
            kind, path, count = self.stack[-1]
            self.stack[-1] = (kind, path, count + 1)
        return at + 1

    def _open(self, mark: str, number: int) -> None:
        if self.stack and self.stack[-1][0] == "[":
            path: Path = (*self.stack[-1][1], self.stack[-1][2])
            self.lines.setdefault(path, number)
        else:
            path = self.current
        self.stack.append((mark, path, 0))

    def _close_quote(self, line: str, at: int) -> int:
        """Moves past the end of the open string; a one-line string ends with its line whatever happens."""
        while at < len(line):
            if line[at] == "\\" and self.quote[0] == '"':
                at += 2
            elif line.startswith(self.quote, at):
                at += len(self.quote)
                self.quote = ""
                return at
            else:
                at += 1
        if len(self.quote) == 1:
            self.quote = ""
        return at


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(dotted)]
