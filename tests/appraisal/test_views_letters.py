"""Downloads of handover lists, letters of a grade and minutes: what they say, who gets them, the log."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone, translation

from appraisal import services
from appraisal.models import Decision
from appraisal.papers import handing as lists
from appraisal.papers import letters, verify
from grading.models import GradeChange
from grading.services import changes
from ledger.services import handovers
from managers.models import ClientManager, Customer, Handover, LogEntry, Relation, User
from managers.models.handovers import STEPS
from tests.appraisal import smallbank
from tests.appraisal.acting import ON as MET_ON
from tests.appraisal.acting import Case, Reach, Staff, grant
from tests.appraisal.pages import as_, manager_login, text
from tests.grading.careers import graded
from tests.ledger import handing
from tests.ledger.acting import person
from tests.managers.staff import ON, hire, manager

TODAY = timezone.localdate


def said(response: Any) -> str:
    """The text of a paper, without what is white."""
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf"), text(response)
    pages = pypdf.PdfReader(io.BytesIO(response.content)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def lacking(paper: str, *wanted: str) -> list[str]:
    return [line for line in wanted if "".join(line.split()) not in paper]


# --- Handover lists ----------------------------------------------------------------------------------------


@pytest.fixture
def crew(db: None, tmp_path: Path) -> dict[str, User]:
    return handing.bank(tmp_path)


def handed(crew: dict[str, User]) -> Handover:
    part = handing.line("C1", liability=True)
    return handing.drafted(crew["head"], part, effective_on=TODAY(), on=TODAY())


def test_the_list_of_a_handover_says_what_moves_and_who_signs(crew: dict[str, User]) -> None:
    row = handed(crew)
    handovers.accept(row.pk, by=crew["E2"], on=TODAY())
    handovers.witness(row.pk, by=crew["hr"], on=TODAY())
    paper = said(as_(crew["head"]).get(reverse("handover_paper", args=[row.pk])))
    assert (
        lacking(
            paper,
            f"客户移交清单 客移〔{TODAY().year}〕{row.pk}号",
            f"生效日 {TODAY()} 余额截至 1994-01-05",
            f"状态 待批准 原因 {handing.WHY}",
            "1 C1 甲公司 移交",
            "信贷经办；旧贷款",
            f"监交人 {crew['hr']} 签字",
            "内部资料 · 本件于",
            "前销毁",
        )
        == []
    )


def test_a_copy_of_the_list_is_logged_with_its_digest_and_no_step(crew: dict[str, User]) -> None:
    row, client = handed(crew), as_(crew["E1"])
    paper = said(client.get(reverse("handover_paper", args=[row.pk])))
    entry = LogEntry.objects.get(action="print_handover")
    assert (entry.by, entry.subject, entry.detail["state"]) == (crew["E1"], f"handover:{row.pk}", "drafted")
    assert f"内容校验码{entry.detail['sha256']}" in paper
    with translation.override("zh-hans"):
        again = lists.handover_list(handing.fresh(row), reader=crew["E1"], on=TODAY())
    assert verify(again, entry.detail["sha256"])
    page = client.get(reverse("handover", args=[row.pk]))
    taken = [each["label"] for each in page.context["timeline"] if each["state"] == "done"]
    assert taken == [STEPS["draft"]]
    assert f'href="/handovers/{row.pk}/paper.pdf"' in text(page)


def test_audit_reads_the_list_with_the_names_of_people_masked(crew: dict[str, User]) -> None:
    Customer.objects.filter(customer_no="C1").update(kind="personal", name="赵小明")
    url = reverse("handover_paper", args=[handed(crew).pk])
    auditor = person("auditor", "auditor", "HO")
    papers = [said(as_(who).get(url)) for who in (auditor, crew["head"])]
    assert [("赵小明" in paper, "C1赵*移交" in paper) for paper in papers] == [(False, True), (True, False)]


def test_nobody_else_gets_the_list_and_a_withdrawn_one_has_none(crew: dict[str, User]) -> None:
    row = handed(crew)
    url = reverse("handover_paper", args=[row.pk])
    others = (handing.third("B01"), person("admin", "platform_admin"))
    assert [as_(who).get(url).status_code for who in others] == [404, 404]
    handovers.withdraw(row.pk, by=crew["head"], on=TODAY(), reason="起草有误")
    refused = as_(crew["head"]).get(url)
    assert refused.status_code == 403
    assert "这项移交已撤回，没有移交清单可以打印。" in text(refused)
    assert "paper.pdf" not in text(as_(crew["head"]).get(reverse("handover", args=[row.pk])))
    assert not LogEntry.objects.filter(action="print_handover").exists()


# --- Letters of a grade ------------------------------------------------------------------------------------


@pytest.fixture
def people(db: None) -> Iterator[dict[str, User]]:
    with time_machine.travel(datetime(ON.year, ON.month, ON.day, 2, tzinfo=UTC), tick=True):
        yield hire()


def concerned(people: dict[str, User]) -> ClientManager:
    """A manager of the fourth grade who can log in."""
    login = User.objects.create(username="m2", display_name="m2")
    return graded(manager("2", user=login), "fourth")


def change(who: ClientManager, people: dict[str, User], **facts: Any) -> GradeChange:
    """One proposed by HR and approved by the group."""
    wanted = {"kind": "promote", "to_grade": "third", "effective_on": ON, "reason": "业绩突出"} | facts
    found = changes.propose(who, by=people["hr_two"], on=ON, **wanted)
    changes.approve(found, by=people["leader"], on=ON)
    return GradeChange.objects.get(pk=found.pk)


def test_the_letter_says_from_which_grade_to_which_and_what_follows(people: dict[str, User]) -> None:
    row = change(concerned(people), people)
    paper = said(as_(people["hr"]).get(reverse("grade_letter", args=[row.pk])))
    assert (
        lacking(
            paper,
            f"等级调整通知书 客聘〔{ON.year}〕{row.pk}号",
            f"经批准，您的等级自 {ON} 起由四级客户经理晋升为三级客户经理。",
            "原等级 四级客户经理 新等级 三级客户经理",
            "依据 人力提议",
            "理由 业绩突出",
            "随之变动的事项",
            "培训 参加新等级的岗位培训",
            "人力资源部（盖章）",
        )
        == []
    )
    assert "销毁" not in paper
    entry = LogEntry.objects.get(action="print_letter")
    assert (entry.by, entry.subject) == (people["hr"], f"grade_change:{row.pk}")
    with translation.override("zh-hans"):
        assert verify(letters.grade_letter(row), entry.detail["sha256"])


@pytest.mark.parametrize("kind", ["demote", "remove", "extend", "correct"])
def test_every_kind_of_change_has_its_letter(people: dict[str, User], kind: str) -> None:
    who = concerned(people)
    to = {"demote": "fourth", "remove": "", "extend": "fourth", "correct": "third"}[kind]
    made = GradeChange.objects.create(
        manager=who, kind=kind, scheme="corporate-six-grades", to_grade=to,
        from_grade="third" if kind == "demote" else "fourth",
        effective_on=ON, basis="proposal", reason="说明", state="approved", authority="leading_group",
        proposed_by=people["hr_two"], approved_by=people["leader"],
    )  # fmt: skip
    opening = {
        "demote": f"经批准，您的等级自 {ON} 起由三级客户经理调整为四级客户经理。",
        "remove": f"经批准，自 {ON} 起解除您的四级客户经理聘任。",
        "extend": f"经批准，兹续聘您为四级客户经理，自 {ON} 起续任。",
        "correct": f"经核实，您的等级自 {ON} 起由四级客户经理更正为三级客户经理。",
    }
    paper = said(as_(people["hr"]).get(reverse("grade_letter", args=[made.pk])))
    assert lacking(paper, opening[kind]) == []
    assert ("客户移交 名下客户须全部移交".replace(" ", "") in paper) == (kind == "remove")


def test_the_person_has_the_letter_once_it_is_scheduled(people: dict[str, User]) -> None:
    who = concerned(people)
    row = change(who, people)
    own, url = as_(User.objects.get(username="m2")), reverse("grade_letter", args=[row.pk])
    refused = own.get(url)
    assert refused.status_code == 403
    assert "这项等级变动现为“已批准”，没有文书；批准后才能打印，本人在列入生效后可以取。" in text(refused)
    changes.schedule(row, by=people["hr"], on=ON)
    assert lacking(said(own.get(url)), "您的等级", "晋升为三级客户经理") == []
    for path in (reverse("grade_change", args=[row.pk]), reverse("person", args=["2"])):
        assert f'href="{url}"' in text(own.get(path))
    trail = as_(people["hr"]).get(reverse("grade_change", args=[row.pk])).context["trail"]
    assert [each["label"] for each in trail] == ["提议", "批准", "列入生效", "生效"]


def test_there_is_no_letter_of_a_proposal_nor_for_strangers(people: dict[str, User]) -> None:
    who = concerned(people)
    facts: Any = {"kind": "promote", "to_grade": "third", "effective_on": ON, "reason": "业绩突出"}
    row = changes.propose(who, by=people["hr_two"], on=ON, **facts)
    url = reverse("grade_letter", args=[row.pk])
    assert as_(people["hr"]).get(url).status_code == 403
    assert "letter.pdf" not in text(as_(people["hr"]).get(reverse("grade_change", args=[row.pk])))
    stranger = User.objects.create(username="stranger")
    assert as_(stranger).get(url).status_code == 404
    assert not LogEntry.objects.filter(action="print_letter").exists()


# --- Minutes -----------------------------------------------------------------------------------------------


@pytest.fixture
def met(reach: Reach, staff: Staff) -> Iterator[Decision]:
    """Two cases decided on one day, the second against the proposal."""
    with time_machine.travel(MET_ON, tick=True):
        reach(smallbank.STEADY, "decided")
        reach(smallbank.RISING, "cleared")
        yield Decision.objects.get()


def minutes_url(row: Decision, on: str = "2026-10-12") -> str:
    return f"{reverse('meeting_minutes')}?cycle={row.appraisal.cycle_id}&on={on}"


def test_the_minutes_hold_all_decisions_of_the_day(met: Decision, case: Case, staff: Staff) -> None:
    services.decide(case(smallbank.RISING), outcome="keep", reason="再看一季", by=staff["leader"], on=MET_ON)
    paper = said(as_(staff["leader"]).get(minutes_url(met)))
    assert (
        lacking(
            paper,
            f"领导小组会议纪要 客会〔2026〕{met.pk}号 2026年10月12日",
            "考核期 2026 年第三季度",
            "议题 2 项 应到 1 人 实到 1 人：leader",
            "1. 安稳 1001 2026 年第三季度考核",
            f"2. {case(smallbank.RISING).manager} 2026 年第三季度考核",
            "安稳：理由：先稳定一季",
            f"{case(smallbank.RISING).manager.name}：决定与测算建议不同，理由：再看一季",
        )
        == []
    )
    entry = LogEntry.objects.get(action="print_minutes")
    assert (entry.subject, entry.detail["decisions"]) == (f"cycle:{met.appraisal.cycle_id}", 2)
    assert (entry.detail["on"], entry.detail["number"]) == ("2026-10-12", f"客会〔2026〕{met.pk}号")


def test_the_minutes_say_who_stood_aside_from_which_case(met: Decision, case: Case, staff: Staff) -> None:
    kin = User.objects.create(username="kin", display_name="亲")
    grant(kin, "group_member")
    about = case(smallbank.RISING).manager
    since = MET_ON.replace(year=2020)
    Relation.objects.create(user=kin, manager=about, kind="kin", starts_on=since, declared_by=staff["hr"])
    services.decide(case(smallbank.RISING), outcome="keep", reason="再看", by=staff["leader"], on=MET_ON)
    paper = said(as_(staff["leader"]).get(minutes_url(met)))
    assert lacking(paper, f"亲 回避 {about.name}：与被考核人有亲属关系") == []


def test_the_desk_offers_the_minutes_to_the_body(met: Decision, staff: Staff) -> None:
    page = text(as_(staff["leader"]).get("/decisions/"))
    assert f"?cycle={met.appraisal.cycle_id}&amp;on=2026-10-12&amp;branch=B1" in page
    assert "2026 年第三季度 · 城东分行 · 1 项决定" in page
    cycle = text(as_(staff["hr"]).get(f"/cycles/{met.appraisal.cycle_id}/"))
    assert f"?cycle={met.appraisal.cycle_id}&amp;on=2026-10-12&amp;branch=B1" in cycle
    assert "会议纪要" not in text(as_(staff["risk"]).get("/queue/"))


def test_minutes_are_for_readers_of_appraisals_within_scope(met: Decision, staff: Staff) -> None:
    url = minutes_url(met)
    own = manager_login(smallbank.STEADY)
    answers = {who.username: as_(who).get(url) for who in (staff["hr"], staff["hr_west"], own)}
    assert {name: each.status_code for name, each in answers.items()} == {
        "hr": 200, "hr_west": 403, f"m{smallbank.STEADY}": 403,
    }  # fmt: skip
    assert "这一天没有您可以查看的决定" in text(answers["hr_west"])
    assert as_(staff["hr"]).get(minutes_url(met, "2026-10-11")).status_code == 403
    assert [as_(staff["hr"]).get(f"/decisions/minutes.pdf?{query}").status_code for query in (
        "", "cycle=x&on=2026-10-12", f"cycle={met.appraisal.cycle_id}&on=12",
    )] == [404, 404, 404]  # fmt: skip
