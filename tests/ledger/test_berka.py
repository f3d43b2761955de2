"""The Berka bundle, real bank records: every byte of it counts, and its figures are the expected ones."""

import io
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from ledger.services import manifest
from ledger.services.extracts import load_bundle
from ledger.services.nights import run_nights
from ledger.services.refusals import Refused
from tests.ledger import bank
from tests.ledger.bank import FILES, exported

ON = date(1993, 9, 30)
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def berka(django_db_setup: None, django_db_blocker: Any, berka_bundle: Path) -> Iterator[Path]:
    """The bundle loaded and its last night published, once for the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_bundle(berka_bundle)
        run_nights(to=ON, start=ON)
        yield berka_bundle
        transaction.set_rollback(True)


@pytest.fixture
def copy(berka: Path, tmp_path: Path) -> Path:
    """A copy to spoil, beside the bundle that is loaded already."""
    for path in berka.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


@pytest.fixture
def expected(berka_bundle: Path) -> dict[tuple[str, ...], str]:
    return bank.expected_figures(berka_bundle)


def test_the_export_equals_the_expected_file_in_every_row(
    berka: Path, expected: dict[tuple[str, ...], str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = exported(capsys, ON)
    assert len(expected) > 5000
    assert {key: found.get(key) for key in expected} == expected


def test_loading_again_says_so_and_changes_nothing(berka: Path) -> None:
    before = bank.digest_of_tables()
    assert bank.loaded(berka).already
    assert run_nights(to=ON).runs == []
    assert bank.digest_of_tables() == before


# --- every byte counts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_one_byte_cut_anywhere_refuses_the_bundle(copy: Path, name: str) -> None:
    whole = (copy / name).read_bytes()
    before = bank.digest_of_tables()
    for place in (0, 3, len(whole) // 3, len(whole) // 2, len(whole) - 2, len(whole) - 1):
        (copy / name).write_bytes(whole[:place] + whole[place + 1 :])
        with pytest.raises(SystemExit) as left:
            call_command("load_extract", str(copy), stderr=io.StringIO())
        assert left.value.code == 2
    assert bank.digest_of_tables() == before


@pytest.mark.parametrize("name", FILES)
def test_one_digit_changed_anywhere_refuses_the_bundle(copy: Path, name: str) -> None:
    whole = (copy / name).read_bytes()
    digits = [found.start() for found in re.finditer(rb"[0-9]", whole)]
    before = bank.digest_of_tables()
    for place in (digits[0], digits[len(digits) // 3], digits[len(digits) // 2], digits[-1]):
        other = b"%d" % ((int(whole[place : place + 1]) + 1) % 10)
        (copy / name).write_bytes(whole[:place] + other + whole[place + 1 :])
        with pytest.raises(SystemExit) as left:
            call_command("load_extract", str(copy), stderr=io.StringIO())
        assert left.value.code == 2
    assert bank.digest_of_tables() == before


def test_any_byte_cut_from_the_manifest_is_refused_unless_it_says_the_same(copy: Path) -> None:
    path = copy / "manifest.json"
    whole = path.read_bytes()
    meant = json.loads(whole)
    for place in range(len(whole)):
        cut = whole[:place] + whole[place + 1 :]
        path.write_bytes(cut)
        try:
            with manifest.opened(copy) as found:
                manifest.read(copy, found, manifest_required=True)
        except Refused:
            continue
        assert whole[place : place + 1].isspace() or b'"rows"' in _line(whole, place), place
        if whole[place : place + 1].isspace():
            assert json.loads(cut) == meant


def _line(text: bytes, place: int) -> bytes:
    """The line of a text around a place: rows are counted only when the file is staged."""
    return text[text.rfind(b"\n", 0, place) + 1 :].split(b"\n", 1)[0]


def test_any_digit_changed_in_the_manifest_is_refused(copy: Path) -> None:
    path = copy / "manifest.json"
    whole = path.read_bytes()
    places = [
        found.start(1) + i
        for found in re.finditer(rb'"(?:from|to)": "([0-9-]+)"|"rows": ([0-9]+)', whole)
        if found.start(1) >= 0
        for i in range(len(found.group(1)))
        if found.group(1)[i : i + 1] != b"-"
    ]
    places += [found.start(1) for found in re.finditer(rb'"rows": ([0-9]+)', whole)]
    places += [found.start(1) for found in re.finditer(rb'"sha256": "[a-f]*([0-9])', whole)]
    before = bank.digest_of_tables()
    for place in places:
        other = b"%d" % ((int(whole[place : place + 1]) + 1) % 10)
        path.write_bytes(whole[:place] + other + whole[place + 1 :])
        with pytest.raises(Refused):
            load_bundle(copy)
            pytest.fail(f"loaded with {path.read_bytes()[place - 20 : place + 10]!r}")
    assert bank.digest_of_tables() == before
