"""What an uploaded file is: told by its content, not by its name or by what the browser claims."""

from dataclasses import dataclass

#: The most a file may have, in bytes.
MOST = 10 * 1024 * 1024
#: How much of a file must be looked at.
HEAD = 4096
_OFFICE = {b"word/": "docx", b"xl/": "xlsx"}
TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_SAME = {"jpeg": "jpg"}


@dataclass(frozen=True)
class Kind:
    """A kind of file that is taken: its extension and its media type."""

    extension: str
    media_type: str


def kind_of(head: bytes, whole: bytes) -> Kind | None:
    """What a file is by its content; None where it is nothing that is taken."""
    extension = _by_mark(head) or _office(whole)
    return Kind(extension, TYPES[extension]) if extension else None


def _by_mark(head: bytes) -> str:
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    return "png" if head.startswith(b"\x89PNG\r\n\x1a\n") else ""


def _office(whole: bytes) -> str:
    """A document of an office suite is a zip that lists its content types; one with macros is not taken."""
    if not whole.startswith(b"PK\x03\x04") or b"[Content_Types].xml" not in whole or b"vbaProject" in whole:
        return ""
    return next((extension for mark, extension in _OFFICE.items() if mark in whole), "")


def objection(name: str, content: bytes) -> str:
    """Why a file is not taken, as a code: empty, too_large, unknown, misnamed; "" where it is."""
    if not content:
        return "empty"
    if len(content) > MOST:
        return "too_large"
    kind = kind_of(content[:HEAD], content)
    if kind is None:
        return "unknown"
    given = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return "" if _SAME.get(given, given) == kind.extension else "misnamed"
