"""Files people hand in: taken by content, size and name; served only to who may, and never run."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from managers.models import Branch, ClientManager, Customer, Grant, LogEntry, StoredFile, User
from managers.rules import uploads
from managers.services import files
from managers.services.stepping import Refusal
from tests.managers import people

PDF = b"%PDF-1.7\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 20


def office(inside: str, extra: str = "") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in ("[Content_Types].xml", inside, *([extra] if extra else [])):
            archive.writestr(name, "x")
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.pdf", PDF, ""),
        ("a.PDF", PDF, ""),
        ("a.jpeg", JPG, ""),
        ("a.png", PNG, ""),
        ("a.docx", office("word/document.xml"), ""),
        ("a.xlsx", office("xl/workbook.xml"), ""),
        ("a.pdf", b"", "empty"),
        ("a.pdf", b"MZ\x90\0", "unknown"),
        ("a.html", b"<html><script>", "unknown"),
        ("a.svg", b"<svg onload='x'>", "unknown"),
        ("a.zip", office("other/file"), "unknown"),
        ("a.xlsx", office("xl/workbook.xml", "xl/vbaProject.bin"), "unknown"),
        ("a.png", PDF, "misnamed"),
        ("a.pdf.exe", PDF, "misnamed"),
        ("noextension", PDF, "misnamed"),
        ("a.pdf", PDF + b"\0" * uploads.MOST, "too_large"),
    ],
)
def test_a_file_is_what_its_content_says(name: str, content: bytes, why: str) -> None:
    assert uploads.objection(name, content) == why


@pytest.fixture
def hr(db: None, settings: Any, tmp_path: Path) -> Iterator[User]:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    people.organisation()
    yield people.person("hr", "branch_hr", "B1")


def kept(by: User, name: str = "合同.pdf", content: bytes = PDF, permission: str = "") -> StoredFile:
    upload = SimpleUploadedFile(name, content)
    return files.keep(upload, by=by, manager=people.manager(), permission=permission)


def page(user: User, file: StoredFile) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(reverse("stored_file", args=[file.pk]))


def test_it_is_served_as_it_came_without_any_rights(hr: User) -> None:
    answer = page(hr, kept(hr))
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PDF, "application/pdf")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "%E5%90%88%E5%90%8C.pdf" in answer["Content-Disposition"]
    entry = LogEntry.objects.get(action="open_file")
    assert (entry.by, entry.detail) == (hr, {"name": "合同.pdf"})


def test_nobody_outside_finds_it_and_a_permission_is_asked_for(hr: User) -> None:
    file = kept(hr)
    assert page(people.person("west", "branch_hr", "B2"), file).status_code == 404
    secret = kept(hr, "二.pdf", PDF + b" ", permission="view_log")
    assert page(people.person("other", "branch_hr", "B1"), secret).status_code == 403
    assert page(people.person("auditor", "auditor", "HO"), secret).status_code == 200


def test_what_is_about_a_customer_is_for_those_who_read_of_customers_there(hr: User) -> None:
    customer = Customer.objects.get()
    plain = files.keep(SimpleUploadedFile("合同.pdf", PDF), by=hr, customer=customer)
    of_loans = files.keep(
        SimpleUploadedFile("现场.png", PNG), by=hr, customer=customer, permission="view_loans"
    )
    group, risk = people.person("group", "group_member", "B1"), people.person("risk", "branch_risk", "B1")
    market = people.person("market", "branch_market", "B1")
    got = [[page(user, file).status_code for user in (group, market, risk)] for file in (plain, of_loans)]
    assert got == [[403, 200, 200], [403, 403, 200]]


def test_what_is_about_a_manager_is_for_those_who_read_of_managers_there_and_the_manager(hr: User) -> None:
    file, own = kept(hr), people.person("own")
    ClientManager.objects.filter(pk=people.manager().pk).update(user=own)
    roles = ("branch_market", "group_member", "asset_preservation")
    others = [people.person(role, role, "B1") for role in roles]
    assert [page(user, file).status_code for user in (own, *others)] == [200, 200, 200, 403]


def test_a_permission_held_elsewhere_opens_nothing_here(hr: User) -> None:
    customer = Customer.objects.get()
    file = files.keep(SimpleUploadedFile("现场.png", PNG), by=hr, customer=customer, permission="view_loans")
    both = people.person("both", "branch_market", "B1")
    Grant.objects.create(
        user=both, role="outlet_head", branch=Branch.objects.get(code="B2"), starts_on=people.SINCE
    )
    assert page(both, file).status_code == 403


def test_what_is_not_taken_leaves_nothing_behind(hr: User, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="扩展名不符"):
        kept(hr, "合同.png")
    assert not StoredFile.objects.exists()
    assert not list((tmp_path / "uploads").glob("**/*"))


def test_damaged_bytes_are_noticed(hr: User, tmp_path: Path) -> None:
    file = kept(hr)
    (place,) = (each for each in (tmp_path / "uploads").glob("**/*") if each.is_file())
    place.write_bytes(b"other")
    with pytest.raises(Refusal, match="损坏"):
        files.opened(file, by=hr, on=people.ON)


def test_a_name_never_leads_out_of_the_folder(hr: User, tmp_path: Path) -> None:
    assert kept(hr, "../../etc/x.pdf").name == "x.pdf"
    assert {each.name for each in tmp_path.iterdir()} == {"uploads"}
