"""The English catalogue: every Chinese text of the product is in it, translated, and compiled."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation.template import templatize

BASE_DIR: Path = settings.BASE_DIR
FOLDER = BASE_DIR / "locale" / "en" / "LC_MESSAGES"
APPS = ["managers", "ledger", "credit", "grading", "appraisal", "cmbank"]
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
}
PLACES = re.compile(r"%\(\w+\)s")
CJK = re.compile(r"[\u3400-\u9fff]")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (FOLDER / "django.po").open("rb") as file:
        return read_po(file, locale="en")


def key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def words(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def sources() -> Iterator[tuple[Path, bytes]]:
    for app in APPS:
        for path in (BASE_DIR / app).rglob("*.py"):
            yield path, path.read_bytes()
    for path in (BASE_DIR / "templates").rglob("*.html"):
        # What templatize gives reads like Python but for its indentation.
        lines = templatize(path.read_text(encoding="utf-8"), origin=str(path)).splitlines()
        yield path, "\n".join(line.lstrip() for line in lines).encode()


def written() -> Iterator[tuple[str, str]]:
    for path, content in sources():
        for _line, found, _comments, _context in extract("python", BytesIO(content), keywords=KEYWORDS):
            yield (found if isinstance(found, str) else found[0]), str(path.relative_to(BASE_DIR))


def test_every_text_of_the_product_is_in_the_catalogue(catalogue: Catalog) -> None:
    assert {text: path for text, path in written() if text and text not in catalogue} == {}


def test_nothing_in_the_catalogue_is_left_over(catalogue: Catalog) -> None:
    used = {text for text, _path in written()}
    assert [key(message) for message in catalogue if message.id and key(message) not in used] == []


def test_nothing_is_untranslated_or_fuzzy(catalogue: Catalog) -> None:
    assert [key(message) for message in catalogue if message.id and not all(words(message))] == []
    assert [key(message) for message in catalogue if message.id and message.fuzzy] == []


def test_translations_keep_the_places_and_are_english(catalogue: Catalog) -> None:
    asked = [message for message in catalogue if message.id]
    wrong = [
        key(message)
        for message in asked
        for text in words(message)
        if sorted(set(PLACES.findall(text))) != sorted(set(PLACES.findall(key(message)))) or CJK.search(text)
    ]
    assert wrong == []


def test_the_compiled_catalogue_is_that_of_the_source(catalogue: Catalog) -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = read_mo(file)
    assert {key(message): words(message) for message in compiled if message.id} == {
        key(message): words(message) for message in catalogue if message.id
    }
