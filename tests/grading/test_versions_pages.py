"""A version as page, file and PDF, its steps through the browser's forms, and re-issues with their list."""

import io
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import pypdf
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from appraisal import services as appraisal
from grading import queries, services
from grading.models import RulebookVersion, Verdict
from grading.services import Refusal
from managers.models import LogEntry, User
from tests.appraisal import acting, smallbank
from tests.grading.people import TODAY, hire

CODE = "corporate-six-grades"
TEXT = resources.files("grading.rulebooks").joinpath(f"{CODE}.toml").read_text(encoding="utf-8")
STRICTER = TEXT.replace(
    'fourth = [{ starts_on = 1990-01-01, value = 15_000_000, cites = "第十一条二 5(1)a" }]',
    'fourth = [{ starts_on = 1990-01-01, value = 20_500_000, cites = "第十一条二 5(1)a" }]',
)
NEXT_YEAR = date(2027, 1, 1)

pytestmark = pytest.mark.django_db


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return hire()


@pytest.fixture
def today() -> Any:
    with time_machine.travel(f"{TODAY}T02:00:00Z", tick=True) as moved:
        yield moved


def simulated(people: dict[str, User], *, day: date = NEXT_YEAR) -> RulebookVersion:
    maker = people["hr"]
    row = services.draft(STRICTER, effective_on=day, by=maker, on=TODAY)
    services.check(row, by=maker, on=TODAY)
    return services.simulated(row, by=maker, on=TODAY)


def page(client: Client, row: RulebookVersion, query: str = "") -> Any:
    return client.get(reverse("rulebook_version", args=[row.pk]) + query)


def test_a_version_reads_as_a_page(people: dict[str, User], today: Any) -> None:
    row = simulated(people)
    text = page(as_(people["audit"]), row).content.decode()
    assert "a 存款日均（不含协议存款） 不低于 2,050 万" in text
    assert "第十一条二 5(1)a" in text
    assert "（4 项中须达 1 项）" in text
    changes = page(as_(people["audit"]), row).context["changes"]["numbers"]
    assert [(each["grade"], each["old"], each["new"]) for each in changes] == [
        ("四级", "1,500 万", "2,050 万")
    ]
    steps = page(as_(people["audit"]), row).context["steps"]
    assert [(str(each["step"]), each["by"]) for each in steps] == [
        ("起草", "hr"),
        ("已核对", "hr"),
        ("已试算", "hr"),
    ]


def test_the_address_by_number_shows_the_same(people: dict[str, User], today: Any) -> None:
    shipped = queries.version_in_force(CODE, TODAY)
    answer = as_(people["leader"]).get(reverse("rulebook", args=[CODE, shipped.number]))
    assert answer.context["version"] == shipped
    assert answer.context["changes"] is None


def pdf_text(client: Client, row: RulebookVersion, language: str) -> str:
    answer = client.get(reverse("rulebook_pdf", args=[row.pk]), {"lang": language})
    assert answer["Content-Type"] == "application/pdf"
    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    return "".join(each.extract_text() for each in pages).replace("\n", "")


def test_a_version_is_printed_in_chinese(people: dict[str, User], today: Any) -> None:
    text = pdf_text(as_(people["leader"]), queries.version_in_force(CODE, TODAY), "zh")
    for words in (
        "公司客户经理六级标准",
        "存款日均（不含协议存款） 不低于 2.5 亿",
        "第十一条二 1(1)a",
        "原文的疏漏与所取读法",
    ):
        assert words.replace(" ", "") in text.replace(" ", "")


def test_a_version_is_printed_in_english(people: dict[str, User], today: Any) -> None:
    row = simulated(people)
    text = pdf_text(as_(people["head"]), row, "en")
    for words in ("Corporate client managers, six grades", "at least 250 m", "Changes since version"):
        assert words.replace(" ", "") in text.replace(" ", "")


def test_the_file_comes_back_as_it_is(people: dict[str, User], today: Any) -> None:
    row = simulated(people)
    assert as_(people["hr"]).get(reverse("rulebook_text", args=[row.pk])).content.decode() == STRICTER


def post(client: Client, row: RulebookVersion, step: str, **data: str) -> str:
    answer = client.post(reverse("rulebook_step", args=[row.pk, step]), data, follow=True)
    return "\n".join(str(each) for each in answer.context["messages"])


def test_the_steps_through_the_page(people: dict[str, User], today: Any) -> None:
    hr, head = as_(people["hr"]), as_(people["head"])
    row = services.draft(STRICTER, effective_on=NEXT_YEAR, by=people["hr"], on=TODAY)
    flaws = len(queries.version_in_force(CODE, TODAY).warnings)
    assert post(hr, row, "check") == f"已核对：没有错误，{flaws} 处提示已随版本保存。"
    assert post(hr, row, "revise") == "已退回起草；修改后须重新核对和试算。"
    post(hr, row, "check")
    assert post(hr, row, "simulated") == "已记为试算完成，等待第二人通过。"
    assert "等待第二人通过：起草人不能通过自己的稿。" in page(hr, row).content.decode()
    assert post(head, row, "adopt", effective_on="明年") == "生效日须写成 2027-01-01 这样的日期。"
    said = post(head, row, "adopt", effective_on="2027-01-01")
    assert said == f"第 {row.number} 版已通过，自 2027-01-01 起生效。"
    assert queries.version(row.pk).state == "adopted"


def test_withdrawing_through_the_page(people: dict[str, User], today: Any) -> None:
    row = simulated(people)
    assert post(as_(people["hr_two"]), row, "withdraw", reason="另有安排") == "已撤回；这一稿留作查阅。"
    assert LogEntry.objects.get(action="withdraw_rulebook").reason == "另有安排"


@pytest.mark.parametrize("who", ["audit", "leader"])
@pytest.mark.parametrize("step", ["check", "simulated", "revise", "withdraw", "adopt"])
def test_readers_take_no_step(people: dict[str, User], today: Any, who: str, step: str) -> None:
    row = simulated(people)
    data = {"effective_on": "2027-01-01", "reason": "原因"}
    answer = as_(people[who]).post(reverse("rulebook_step", args=[row.pk, step]), data)
    assert answer.status_code == (404 if who == "leader" else 403)


def test_an_unknown_step_is_no_page(people: dict[str, User], today: Any) -> None:
    row = simulated(people)
    assert as_(people["hr"]).post(reverse("rulebook_step", args=[row.pk, "burn"])).status_code == 404


@pytest.fixture
def judged(db: None, tmp_path: Path) -> acting.Staff:
    """The small bank appraised for its quarter under the shipped text."""
    smallbank.load(tmp_path / "bank")
    staff = acting.hire()
    appraisal.appraise(smallbank.SCHEME, smallbank.PERIOD, by=None, on=acting.ON)
    return staff


def changed(rows: list[dict[str, str]]) -> list[tuple[str, str, str]]:
    return [(row["employee_no"], row["old_outcome"], row["new_outcome"]) for row in rows]


def past(staff: acting.Staff) -> RulebookVersion:
    row = services.draft(STRICTER, effective_on=date(2026, 7, 1), by=staff["hr"], on=TODAY)
    services.check(row, by=staff["hr"], on=TODAY)
    return services.simulated(row, by=staff["hr"], on=TODAY)


def test_a_reissue_lists_the_frozen_verdicts_it_would_change(judged: acting.Staff) -> None:
    row, before = past(judged), list(Verdict.objects.order_by("id").values_list("pk", "outcome"))
    found = services.would_change(row, effective_on=date(2026, 7, 1))
    assert len(found) > 0
    assert {each["period"] for each in found} == {"2026Q3"}
    assert smallbank.STEADY in [each["employee_no"] for each in found]
    assert services.would_change(row, effective_on=date(2026, 10, 1)) == []
    with pytest.raises(Refusal, match="追溯重发，须写明原因"):
        services.adopt(row, effective_on=date(2026, 7, 1), by=judged["hr_head"], on=TODAY, reason="补发")
    done = services.adopt(
        row, effective_on=date(2026, 7, 1), by=judged["hr_head"], on=TODAY, reason="总行批复自七月起执行"
    )
    assert done.reissue_changes == found
    assert done.reissue_reason == "总行批复自七月起执行"
    assert list(Verdict.objects.order_by("id").values_list("pk", "outcome")) == before


def test_a_reissue_is_previewed_before_it_is_adopted(judged: acting.Staff, today: Any) -> None:
    row, head = past(judged), as_(judged["hr_head"])
    url = reverse("rulebook_step", args=[row.pk, "adopt"])
    data = {"effective_on": "2026-07-01", "reason": "总行批复自七月起执行"}
    answer = head.post(url, data)
    assert (
        answer.headers["Location"]
        == reverse("rulebook_version", args=[row.pk]) + "?effective=2026-07-01#adopt"
    )
    preview = page(head, row, "?effective=2026-07-01")
    found = services.would_change(row, effective_on=date(2026, 7, 1))
    assert changed(preview.context["reissue"]) == changed(found)
    assert queries.version(row.pk).state == "simulated"
    head.post(url, {**data, "previewed": "2026-07-01"})
    assert queries.version(row.pk).state == "adopted"
    assert "追溯重发：总行批复自七月起执行" in page(head, row).content.decode()


def test_publishing_for_a_past_day_keeps_the_list_too(judged: acting.Staff, tmp_path: Path) -> None:
    file = tmp_path / "stricter.toml"
    file.write_text(STRICTER, encoding="utf-8")
    people = ("--by", "hr", "--second", "hr_head")
    call_command(
        "publish_rulebook",
        str(file),
        "--effective",
        "2026-07-01",
        *people,
        "--reason",
        "总行批复自七月起执行",
    )
    row = RulebookVersion.objects.get(origin="published")
    assert row.reissue_reason == "总行批复自七月起执行"
    assert row.reissue_changes == services.would_change(row, effective_on=date(2026, 7, 1)) != []


def upload(client: Client, text: str, day: str = "2027-01-01") -> Any:
    file = SimpleUploadedFile("rulebook.toml", text.encode())
    return client.post(reverse("rulebook_upload"), {"file": file, "effective_on": day}, follow=True)


def test_a_file_becomes_a_draft(people: dict[str, User], today: Any) -> None:
    answer = upload(as_(people["hr"]), STRICTER)
    row = RulebookVersion.objects.get(origin="published")
    assert (row.state, row.content, row.made_by, row.effective_on) == (
        "draft",
        STRICTER,
        people["hr"],
        NEXT_YEAR,
    )
    assert answer.redirect_chain == [(reverse("rulebook_version", args=[row.pk]), 302)]


def test_a_file_with_errors_is_answered_with_their_lines(people: dict[str, User], today: Any) -> None:
    broken = STRICTER.replace('metric = "loan_daily_average"', 'metric = "loans"', 1)
    answer = upload(as_(people["hr"]), broken)
    (error,) = [each for each in answer.context["findings"] if each["word"] == "错误"]
    line = next(at for at, text in enumerate(broken.splitlines(), 1) if text == 'metric = "loans"')
    assert error["line"] == line
    assert not RulebookVersion.objects.filter(origin="published").exists()


@pytest.mark.parametrize("day", ["", "1.1.2027"])
def test_a_file_needs_its_day(people: dict[str, User], today: Any, day: str) -> None:
    answer = upload(as_(people["hr"]), STRICTER, day)
    assert "请选择文件，并写明拟自哪天起生效。" in answer.content.decode()


@pytest.mark.parametrize("who", ["audit", "leader", "risk"])
def test_only_hr_uploads(people: dict[str, User], today: Any, who: str) -> None:
    assert upload(as_(people[who]), STRICTER).status_code == 403


def test_everybody_reads_a_reissue_and_its_list_only_who_works_on_drafts_in_scope(
    judged: acting.Staff, today: Any
) -> None:
    row, data = past(judged), {"effective_on": "2026-07-01", "reason": "总行批复自七月起执行"}
    answer = as_(judged["hr_head"]).post(
        reverse("rulebook_step", args=[row.pk, "adopt"]), {**data, "previewed": "2026-07-01"}
    )
    assert answer.status_code == 302
    named = queries.version(row.pk).reissue_changes
    everywhere = {each["employee_no"] for each in named}
    assert {smallbank.STEADY, smallbank.ELSEWHERE} <= everywhere
    for who, shown in (
        ("hr_head", everywhere),
        ("hr", everywhere - {smallbank.ELSEWHERE}),
        ("hr_west", {smallbank.ELSEWHERE}),
        ("risk", None),
        ("leader", None),
        ("admin", None),
    ):
        answer = page(as_(judged[who]), row)
        kept, text = answer.context["kept"], answer.content.decode()
        assert (who, kept and {each["employee_no"] for each in kept}) == (who, shown)
        hidden = everywhere - (shown or set())
        assert [number for number in hidden if f">{number}<" in text] == []
        assert ("不在您的所辖机构内" in text) == (shown not in (None, everywhere))
