"""A bundle on disk: directory or zip, its manifest, and its files checked byte by byte."""

import codecs
import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

from ledger.feeds import files as known_files
from ledger.services.refusals import BadRow, Refused

MANIFEST = "manifest.json"
CHUNK = 1 << 20


@dataclass(frozen=True)
class DeliveredFile:
    """One file as found: its digest, its encoding as PostgreSQL names it, and how to open it."""

    name: str
    sha256: str
    encoding: str
    skip: int
    rows: int | None
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True)
class Delivery:
    """A whole bundle as found; `start` and `end` are empty without a manifest.

    `handover` is the handover that wrote it, where no core system delivered it; `record` names what
    else in the bank did.
    """

    name: str
    start: date | None
    end: date | None
    files: dict[str, DeliveredFile]
    handover: int | None = None
    record: str = ""

    @property
    def digest(self) -> str:
        """What identifies the delivery: its span and the digests of its files, not its name."""
        parts = [f"{self.start}", f"{self.end}"]
        parts += [f"{name} {self.files[name].sha256}" for name in sorted(self.files)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _refuse(code: str, file: str = MANIFEST, value: str = "", detail: str = "", line: int = 0) -> Refused:
    return Refused([BadRow(file, line, "", value, code, detail)])


@contextmanager
def opened(path: Path):  # type: ignore[no-untyped-def]
    """Names in the bundle and a way to open each, for a directory or a zip of one."""
    if not path.exists():
        raise _refuse("no_such_path", str(path))
    if path.is_dir():
        found = {entry.name: entry for entry in sorted(path.iterdir()) if entry.is_file()}
        yield {name: (lambda entry=entry: entry.open("rb")) for name, entry in found.items()}
    elif zipfile.is_zipfile(path):
        with _reading(path.name):
            archive = zipfile.ZipFile(path)
        with archive:
            yield _members(archive)
    else:
        raise _refuse("not_a_bundle", str(path))


def _members(archive: zipfile.ZipFile) -> dict[str, Callable[[], IO[bytes]]]:
    """The files of a zip by base name; a bundle may sit in one folder of it."""
    members: dict[str, Callable[[], IO[bytes]]] = {}
    for info in archive.infolist():
        name = info.filename.rsplit("/", 1)[-1]
        if info.is_dir() or not name or name.startswith("."):
            continue
        if name in members:
            raise _refuse("zip_duplicate", name)
        members[name] = lambda info=info: archive.open(info)  # type: ignore[misc]
    return members


def read(path: Path, found: dict[str, Callable[[], IO[bytes]]], *, manifest_required: bool) -> Delivery:
    """Read the manifest and fingerprint every file; Refused names every file that is not as stated."""
    known = {feed.name for feed in known_files()}
    if MANIFEST not in found:
        if manifest_required:
            raise _refuse("no_manifest")
        present: dict[str, Any] = {name: {} for name in found if name in known}
        return Delivery(path.name, None, None, _fingerprints(present, found))
    start, end, listed = _manifest(found)
    errors = [BadRow(name, 0, "", "", "unknown_file") for name in listed if name not in known]
    errors += [BadRow(name, 0, "", "", "missing_file") for name in listed if name not in found]
    errors += [BadRow(name, 0, "", "", "unlisted_file") for name in found if name in known - set(listed)]
    if errors:
        raise Refused(errors)
    return Delivery(path.name, start, end, _fingerprints(listed, found))


def _manifest(found: dict[str, Callable[[], IO[bytes]]]) -> tuple[date, date, dict[str, Any]]:
    """Span and listed files of the manifest, each of the right form."""
    with _reading(MANIFEST), found[MANIFEST]() as stream:
        raw = stream.read()
    try:
        content = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _refuse("manifest_unreadable") from None
    try:
        start, end = (date.fromisoformat(content[key]) for key in ("from", "to"))
        listed = {str(name): _entry(name, entry) for name, entry in content["files"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _refuse("manifest_incomplete", detail=str(error)) from None
    if end < start:
        raise _refuse("manifest_span", detail=f"{start} > {end}")
    return start, end, listed


def _entry(name: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Rows and digest of one listed file, or ValueError."""
    rows, sha256 = entry["rows"], entry["sha256"]
    if type(rows) is not int or rows < 0 or not isinstance(sha256, str):
        raise ValueError(f"{name}: rows, sha256")
    return {"rows": rows, "sha256": sha256.lower()}


def _fingerprints(
    listed: dict[str, Any], found: dict[str, Callable[[], IO[bytes]]]
) -> dict[str, DeliveredFile]:
    """Every file's, or Refused with all files that are not as stated."""
    files, errors = {}, []
    for name, entry in listed.items():
        try:
            files[name] = _fingerprint(name, entry, found[name])
        except Refused as refusal:
            errors += refusal.kept
    if errors:
        raise Refused(errors)
    return files


def _fingerprint(name: str, entry: dict[str, Any], opener: Callable[[], IO[bytes]]) -> DeliveredFile:
    """Digest and encoding in one pass; GB18030 is tried only where the whole file is not UTF-8."""
    sha256 = hashlib.sha256()
    utf8 = _Decoding("utf-8")
    head, nul_line, lines = b"", 0, 1
    with _reading(name), opener() as stream:
        while chunk := stream.read(CHUNK):
            head = head or chunk[:3]
            sha256.update(chunk)
            if not nul_line and b"\0" in chunk:
                nul_line = lines + chunk[: chunk.index(b"\0")].count(b"\n")
            lines += chunk.count(b"\n")
            utf8.feed(chunk)
        utf8.feed(b"", final=True)
    _check_digest(name, entry, sha256.hexdigest())
    if nul_line:
        raise _refuse("nul_byte", name, line=nul_line)
    if utf8.broken_at:
        _check_gb18030(name, opener, utf8.broken_at)
    encoding = "GB18030" if utf8.broken_at else "UTF8"
    skip = 3 if encoding == "UTF8" and head == codecs.BOM_UTF8 else 0
    return DeliveredFile(name, sha256.hexdigest(), encoding, skip, entry.get("rows"), opener)


def _check_digest(name: str, entry: dict[str, Any], found: str) -> None:
    if entry.get("sha256", found) != found:
        raise _refuse("wrong_digest", name, value=found)


class _Decoding:
    """A strict decoding of a stream; `broken_at` is the line where it stopped being that encoding, or 0."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._line = 1
        self.broken_at = 0

    def feed(self, chunk: bytes, *, final: bool = False) -> None:
        """Go on with the next bytes; nothing more is looked at once it has broken."""
        if self.broken_at:
            return
        try:
            self._decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            self.broken_at = self._line + error.object[: error.start].count(b"\n")
        self._line += chunk.count(b"\n")


def _check_gb18030(name: str, opener: Callable[[], IO[bytes]], utf8_broken_at: int) -> None:
    """Refuse what is neither, naming the line that the better fitting of the two encodings reached."""
    decoding = _Decoding("gb18030")
    with opener() as stream:
        while chunk := stream.read(CHUNK):
            decoding.feed(chunk)
    decoding.feed(b"", final=True)
    if decoding.broken_at:
        raise _refuse("not_text", name, line=max(decoding.broken_at, utf8_broken_at))


@contextmanager
def _reading(name: str):  # type: ignore[no-untyped-def]
    """A zip that breaks while it is read is a refusal that names the file."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
        # RuntimeError: a password is needed, or a compression that Python does not know
        raise _refuse("broken_zip", name, detail=str(error)) from error
