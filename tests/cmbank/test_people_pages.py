"""The pages of careers: found within scope, all on one page, steps by their people, refusals in words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.fixtures import Settings

from grading import queries
from grading.models import GradeChange
from grading.services import changes
from managers.models import ClientManager, DocumentCheck, Qualification, Relation, User
from managers.services import write_pinyin
from managers.services.people import pinyin
from tests.appraisal.pages import as_, text
from tests.grading.careers import bring, graded
from tests.managers.staff import ON, hire, manager


@pytest.fixture(autouse=True)
def today() -> Iterator[Any]:
    with time_machine.travel(datetime(ON.year, ON.month, ON.day, 2, tzinfo=UTC), tick=True) as travelled:
        yield travelled


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return hire()


def own_login(employee_no: str, **facts: Any) -> tuple[User, ClientManager]:
    login = User.objects.create(username=f"m{employee_no}", display_name=f"m{employee_no}")
    return login, manager(employee_no, user=login, **facts)


def messages(response: Any) -> list[str]:
    return [str(each) for each in response.context["messages"]]


def post(user: User, url: str, **form: Any) -> Any:
    return as_(user).post(url, form, follow=True)


def listed(user: User, **query: str) -> list[str]:
    response = as_(user).get(reverse("people"), query)
    return [row["who"].employee_no for row in response.context["rows"]]


def test_people_are_found_within_scope_by_number_name_and_pinyin(people: dict[str, User]) -> None:
    manager("21", name="陈嘉怡")
    manager("22", name="王小明", status="suspended")
    manager("23", name="陈远方", branch="B2")
    write_pinyin()
    assert listed(people["hr"]) == ["21", "22"]
    assert [listed(people["head"], q=typed) for typed in ("cjy", "陈", "22")] == [
        ["21"],
        ["21", "23"],
        ["22"],
    ]
    assert listed(people["hr"], status="suspended") == ["22"]
    assert "没有找到" in text(as_(people["hr"]).get(reverse("people"), {"q": "陈远方"}))


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("曾国强", "zengguoqiang zgq"),
        ("翟长征", "zhaichangzheng zcz"),
        ("张曾", "zhangceng zc"),
        ("尉迟恭", "yuchigong ycg"),
        ("Anna", "anna anna"),
    ],
)
def test_surnames_are_read_as_surnames(name: str, read: str) -> None:
    assert pinyin(name) == read


@pytest.mark.parametrize("name", ["people", "qualifications", "grade_changes"])
def test_lists_ask_as_much_for_three_as_for_one(people: dict[str, User], name: str) -> None:
    def asked(number: str) -> int:
        who = graded(manager(number), "fourth")
        bring(people, who, "applied", "third")
        facts: Any = {"to_grade": "third", "effective_on": ON, "reason": "业绩", "on": ON}
        changes.propose(who, kind="promote", by=people["hr"], **facts)
        client = as_(people["hr"])
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as captured:
            assert number in text(client.get(reverse(name)))
        return len(captured)

    first = asked("31")
    asked("32")
    assert asked("33") == first


def test_the_file_shows_everything_of_one_person(people: dict[str, User]) -> None:
    who = graded(manager("2"), "fourth")
    bring(people, who, "recognised", "third")
    page = text(as_(people["hr"]).get(reverse("person", args=["2"])))
    for shown in (
        "在岗",
        "城东分行",
        "现任",
        "三级",
        "ZS-",
        "2028-12-31",
        "四级",
        "名册批次 1",
        "提议变动",
        "登记调动",
    ):
        assert shown in page
    assert "提议变动" not in text(as_(people["auditor"]).get(reverse("person", args=["2"])))


def test_a_file_out_of_scope_is_not_there_and_without_the_right_is_refused(people: dict[str, User]) -> None:
    manager("2", branch="B2")
    manager("3")
    url = reverse("person", args=["2"])
    assert [as_(people[name]).get(url).status_code for name in ("hr", "risk", "hr_west")] == [404, 404, 200]
    assert as_(people["leader"]).get(reverse("person", args=["3"])).status_code == 403
    assert as_(people["leader"]).get(reverse("people")).status_code == 403


def test_hr_suspends_from_the_page_and_a_refusal_is_told(people: dict[str, User]) -> None:
    manager("2")
    url = reverse("career_step", args=["2", "suspend"])
    assert messages(post(people["hr"], url, reason="")) == ["须写明原因；请填写后再办理。"]
    done = post(people["hr"], url, reason="立案调查")
    assert messages(done) == ["已停职；登录、会话、令牌与委托已同时终止。"]
    assert (done.context["can"], "停职" in text(done)) == ({"reinstate": True, "leave": True}, True)
    again = post(people["hr"], url, reason="立案调查")
    assert messages(again)[0].startswith("现在的状态是“停职”")
    denied = post(people["risk"], url, reason="越权")
    assert messages(denied)[0].startswith("您的角色或所辖机构不包括这项操作")


def test_hr_transfers_within_its_branches_only(people: dict[str, User]) -> None:
    manager("2")
    url = reverse("career_step", args=["2", "transfer"])
    form = {"starts_on": ON.isoformat(), "reason": "轮岗", "position": "对公岗"}
    assert messages(post(people["hr"], url, branch="B2", **form)) == ["请选择调入的机构。"]
    done = post(people["hr"], url, branch="S1", **form)
    assert messages(done) == ["任职已变动；名下客户须另行移交。"]
    assert "城东支行" in text(done)


def test_hr_opens_a_candidates_file_in_its_own_branches(people: dict[str, User]) -> None:
    form = {"employee_no": "88", "name": "周望", "line": "micro", "hired_on": "2020-07-01"}
    url = reverse("register_candidate")
    assert messages(post(people["hr"], url, branch="B2", **form)) == ["请选择机构。"]
    assert messages(post(people["auditor"], url, branch="B1", **form))[0].startswith("您的角色或所辖机构")
    done = post(people["hr"], url, branch="S1", **form)
    assert messages(done) == ["候选人档案已建立；可在下面代为申请资格认定。"]
    assert ("候选" in text(done), len(done.context["apply"]) > 0) == (True, True)
    assert "为候选人建档" not in text(as_(people["auditor"]).get(reverse("people")))


def test_a_manager_applies_from_the_own_file_and_sees_no_names(people: dict[str, User]) -> None:
    login, who = own_login("2", status="candidate")
    page = as_(login).get(reverse("person", args=["2"]))
    assert page.context["apply"] == [
        ("corporate-six-grades:trainee", "公司客户经理六级标准 · 见习"),
        ("group-five-steps:marketing", "集团客户经理五级发展办法 · 营销经理"),
    ]
    done = post(login, reverse("apply_qualification", args=["2"]), grade="corporate-six-grades:trainee")
    assert messages(done) == ["申请已提交，等待资格审查。"]
    row = Qualification.objects.get(manager=who)
    qualification = reverse("qualification", args=[row.pk])
    post(people["hr"], reverse("qualification_step", args=[row.pk, "see"]), kind="title", document_no="T-1")
    mine = as_(login).get(qualification)
    assert (mine.context["steps"], [each["by"] for each in mine.context["trail"]]) == ({}, ["", ""])
    withdrawn = post(login, reverse("qualification_step", args=[row.pk, "withdraw"]), reason="暂缓")
    assert messages(withdrawn) == ["申请已撤回。"]


def test_from_application_to_appointment_in_the_browser(people: dict[str, User]) -> None:
    who = manager("2", status="candidate")
    post(people["hr"], reverse("apply_qualification", args=["2"]), grade="corporate-six-grades:trainee")
    row = Qualification.objects.get(manager=who)

    def take(name: str, step: str, **form: str) -> list[str]:
        return messages(post(people[name], reverse("qualification_step", args=[row.pk, step]), **form))

    assert take("hr", "screen") == ["还有 2 项条件未达到或没有证据；请补充材料，或不予认定。"]
    for kind in ("education", "conduct"):
        assert take("hr", "see", kind=kind, document_no="1", issued_on="2020-07-01") == ["材料已登记。"]
    assert take("hr", "screen") == ["资格审查已通过，等待考试。"]
    form = {"exam_on": "2026-10-10", "exam_name": "模拟银行", "pass_mark": "60"}
    assert take("hr", "pass_exam", score="八十", **form) == ["“八十”不是数；请写 85 或 85.5 这样的数。"]
    assert take("hr", "pass_exam", score="88.5", **form) == ["成绩已登记：合格，等待认定。"]
    certificate = {"certificate_no": "ZS-9", "issued_on": "2026-10-12", "expires_on": "2028-10-11"}
    assert take("hr_two", "recognise", **certificate)[0].startswith("您的角色或所辖机构")
    assert take("leader", "recognise", **certificate) == ["已认定并登记证书，等待聘任。"]
    assert take("hr", "appoint", effective_on="2026-10-12") == ["已聘任，自 2026-10-12 起生效。"]
    page = text(as_(people["leader"]).get(reverse("qualification", args=[row.pk])))
    for shown in ("已聘任", "88.50 / 60.00", "ZS-9", "2027-10-11", "学历或职称证书", "已核验材料"):
        assert shown in page
    assert queries.grades_on(ON, [who.pk]) == {who.pk: "trainee"}


def test_a_change_from_proposal_to_effect_in_the_browser(people: dict[str, User]) -> None:
    who = graded(manager("2"), "fourth")
    form = {"kind": "promote", "to_grade": "third", "effective_on": "2026-10-12", "reason": "业绩突出"}
    done = post(people["hr"], reverse("propose_grade_change", args=["2"]), **form)
    assert messages(done) == ["已提议，等待批准。"]
    row = GradeChange.objects.get(manager=who)

    def take(name: str, step: str, **more: str) -> list[str]:
        return messages(post(people[name], reverse("grade_change_step", args=[row.pk, step]), **more))

    assert take("hr", "approve")[0].startswith("您的角色或所辖机构")
    assert take("leader", "approve", reason="同意") == ["已批准，等待列入生效。"]
    assert take("hr", "schedule") == ["已列入生效；生效日到期由系统自动办理。"]
    page = as_(people["hr"]).get(reverse("grade_change", args=[row.pk]))
    assert page.context["follows"] == [
        "聘期：2026-10-12 至 2027-10-11",
        "安排新等级的岗位培训",
    ]
    assert [each["label"] for each in page.context["trail"]] == ["提议", "批准", "列入生效", "生效"]
    assert queries.grades_on(ON, [who.pk]) == {who.pk: "third"}


def test_the_manager_sees_a_change_only_once_it_is_certain(people: dict[str, User]) -> None:
    login, who = own_login("2")
    graded(who, "fourth")
    facts: Any = {"to_grade": "third", "effective_on": ON + timedelta(days=9), "reason": "业绩", "on": ON}
    row = changes.propose(who, kind="promote", by=people["hr"], **facts)
    url = reverse("grade_change", args=[row.pk])
    assert as_(login).get(url).status_code == 404
    assert as_(login).get(reverse("person", args=["2"])).context["coming"] == []
    changes.approve(row, by=people["leader"], on=ON)
    changes.schedule(row, by=people["hr"], on=ON)
    assert "待生效" in text(as_(login).get(url))


def test_a_removed_manager_holds_no_grade_anywhere(people: dict[str, User]) -> None:
    who = graded(manager("2"), "fourth")
    changes.decided(
        who, kind="remove", to_grade="", effective_on=ON, basis="appraisal:1", by=people["hr"], on=ON,
        approved_by=people["leader"], scheme="corporate-six-grades",
    )  # fmt: skip
    page = text(as_(people["hr"]).get(reverse("person", args=["2"])))
    assert ("不再持有等级" in page, "转内勤" in page) == (True, True)


def test_a_scan_of_a_paper_is_kept_and_opened_by_whoever_may_see_the_application(
    people: dict[str, User], settings: Settings, tmp_path: Path
) -> None:
    settings.UPLOAD_DIR = tmp_path
    login, who = own_login("2", status="candidate")
    row = bring(people, who, "applied", "trainee")
    url, step = reverse("qualification", args=[row.pk]), reverse("qualification_step", args=[row.pk, "see"])
    form = {"kind": "title", "document_no": "N-1"}
    told = post(people["hr"], step, **form, file=SimpleUploadedFile("职称.pdf", b"MZ not a paper"))
    assert (["不是 PDF" in messages(told)[0]], DocumentCheck.objects.count()) == ([True], 0)
    scan = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
    assert messages(post(people["hr"], step, **form, file=SimpleUploadedFile("职称.pdf", scan))) == [
        "材料已登记。"
    ]
    kept = DocumentCheck.objects.select_related("file").get().file
    assert kept is not None and (kept.name, kept.manager, kept.uploaded_by) == ("职称.pdf", who, people["hr"])
    link = reverse("stored_file", args=[kept.pk])
    for reader in (people["hr"], people["leader"], login):
        assert f'<a href="{link}">扫描件</a>' in text(as_(reader).get(url))
        assert as_(reader).get(link).content == scan
    assert as_(people["hr_west"]).get(link).status_code == 404


def test_only_whoever_could_act_reads_why_not(people: dict[str, User]) -> None:
    row = bring(people, manager("2", status="candidate"), "screened", "trainee")
    url = reverse("qualification", args=[row.pk])
    assert as_(people["hr"]).get(url).context["refused"] == []
    assert as_(people["auditor"]).get(url).context["refused"] == []
    Relation.objects.create(
        user=people["hr"],
        manager=row.manager,
        kind="kin",
        starts_on=ON,
        reason="配偶",
        declared_by=people["hr"],
    )
    (why,) = as_(people["hr"]).get(url).context["refused"]
    assert "亲属关系，须回避" in why


def test_exam_results_are_shown_then_entered(people: dict[str, User]) -> None:
    row = bring(people, manager("2", status="candidate"), "screened", "trainee")
    client: Client = as_(people["hr"])
    file = SimpleUploadedFile("成绩.csv", "工号,成绩\n2,75\n9,60\n".encode("gb18030"))
    form = {"name": "模拟银行", "exam_on": "2026-10-10", "pass_mark": "60", "file": file}
    shown = client.post(reverse("exam_sheets"), form, follow=True)
    page = text(shown)
    assert ("工号不存在，或不在您的辖区" in page, "登记 1 人的成绩" in page) == (True, True)
    done = client.post(shown.request["PATH_INFO"], follow=True)
    assert messages(done) == ["已登记：合格 1 人，未合格 0 人。"]
    assert Qualification.objects.get(pk=row.pk).state == "examined"
    assert as_(people["leader"]).get(reverse("exam_sheets")).status_code == 403
    assert as_(people["hr_two"]).get(shown.request["PATH_INFO"]).status_code == 404


def test_the_navigation_leads_there(people: dict[str, User]) -> None:
    def labels(name: str) -> set[str]:
        page = as_(people[name]).get(reverse("qualifications"))
        return {item["label"] for item in page.context["shell"]["nav"]}

    assert {"人员", "资格认定", "等级变动"} <= labels("hr")
    assert labels("leader") & {"人员", "资格认定", "等级变动"} == {"资格认定", "等级变动"}
