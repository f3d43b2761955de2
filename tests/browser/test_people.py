"""A personnel file, an application and a change of grade in a browser, wide and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from cmbank.demo.install import PASSWORD
from grading.services import changes, qualifying
from grading.services.applying import apply
from managers.models import User
from tests.browser.conftest import Visit
from tests.browser.languages import english_left
from tests.grading.careers import bring, graded
from tests.managers.staff import ON, hire, manager

#: What stays Latin: the kind of file and its encodings, and numbers of certificates and papers.
LATIN = {"Excel", "xlsx", "CSV", "UTF", "GB", "ZS", "ZC", "PDF", "JPG", "PNG", "DOCX", "XLSX", "MB"}


@pytest.fixture
def bank(transactional_db: None) -> dict[str, User]:
    people = hire()
    for number, each in enumerate(people.values()):
        each.display_name = "周慧叶知秋林深方圆江雪"[number : number + 2]
        each.set_password(PASSWORD)
        each.save()
    return people


def test_careers_look_right_at_the_desk_and_on_a_phone(
    bank: dict[str, User], visit: Visit, shoot: Callable[..., None]
) -> None:
    who = graded(manager("1003", name="陈嘉怡"), "fourth")
    candidate = manager("1021", name="周望", line="micro")
    row = bring(bank, who, "recognised", "third", ON)
    open_row = apply(
        graded(candidate, "grade_three"), grade="grade_two", by=bank["hr"], on=ON, scheme="rural-loan-grades"
    )
    qualifying.see(open_row, kind="title", document_no="ZC-2019-118", by=bank["hr"], on=ON)
    change = changes.propose(
        who, kind="promote", to_grade="third", effective_on=ON, by=bank["hr"], on=ON, reason="全年业绩突出"
    )
    changes.approve(change, by=bank["leader"], on=ON)
    pages = [("desk", visit("hr_two")), ("phone", visit("hr_two", phone=True))]
    for name, page in pages:
        for path, shown in (
            ("/people/", "陈嘉怡"),
            ("/people/1003/", "资格认定与证书"),
            ("/qualifications/", "周望"),
            (f"/qualifications/{open_row.pk}/", "登记材料"),
            (f"/qualifications/{row.pk}/", f"ZS-{row.pk}"),
            ("/grade-changes/", "已批准"),
            (f"/grade-changes/{change.pk}/", "随之而来"),
            ("/qualifications/exams/", "上传并预览"),
        ):
            page.goto(path)
            expect(page.locator("main")).to_contain_text(shown)
            wider = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert (path, wider) == (path, 0)
            assert set(english_left(page)) <= LATIN
            shoot(page, f"people-{name}-{path.strip('/').replace('/', '-')}")
