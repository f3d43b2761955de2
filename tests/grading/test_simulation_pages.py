"""试算 in the browser and at the command line: periods, result, slider, errors, and who may look."""

import json
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from grading import services
from grading.models import RulebookVersion
from managers.models import LogEntry
from tests.appraisal import acting, smallbank
from tests.appraisal.pages import as_, manager_login, text
from tests.grading.test_simulation import STRICTER

DAY = date(2027, 1, 1)
DIAL = "deposit_average.fourth"


@pytest.fixture(autouse=True)
def today() -> Iterator[Any]:
    with time_machine.travel(acting.ON, tick=True) as travelled:
        yield travelled


@pytest.fixture
def staff(db: None, tmp_path: Path) -> acting.Staff:
    smallbank.load(tmp_path / "bank")
    return acting.hire()


@pytest.fixture
def draft(staff: acting.Staff) -> RulebookVersion:
    made = services.draft(STRICTER, effective_on=DAY, by=staff["hr_head"], on=acting.ON)
    return services.check(made, by=staff["hr_head"], on=acting.ON)


def address(draft: RulebookVersion, query: str = "") -> str:
    return f"/rulebooks/versions/{draft.pk}/simulation/{query}"


RUN = "?period=2026Q3&effective=2027-01-01"


def test_the_form_offers_what_is_published(draft: RulebookVersion, staff: acting.Staff) -> None:
    answer = as_(staff["hr_head"]).get(address(draft))
    assert [(each["code"], each["ticked"]) for each in answer.context["choices"]] == [("2026Q3", True)]
    assert (answer.context["results"], answer.context["starts_on"]) == ([], DAY)


def test_the_result_names_who_changes_and_why(draft: RulebookVersion, staff: acting.Staff) -> None:
    answer = as_(staff["hr_head"]).get(address(draft, RUN))
    page = text(answer)
    assert [(row["person"].name, row["side_text"]) for row in answer.context["rows"]] == [
        ("安稳", "较差"),
        ("远方", "较差"),
    ]
    assert "四级 a 存款日均" in page
    assert "新版数值按 2027-09-30" in page
    assert "建议等级：行为当时有效的 v1，列为这一版" in page
    assert (answer.context["judged"], answer.context["cost_difference"]) == (9, 0)


def test_each_sees_the_managers_in_reach(draft: RulebookVersion, staff: acting.Staff) -> None:
    for who, names in {"hr": ["安稳"], "hr_west": ["远方"], "auditor": ["安稳", "远方"]}.items():
        answer = as_(staff[who]).get(address(draft, RUN))
        assert [row["person"].name for row in answer.context["rows"]] == names
        for absent in {"安稳", "远方"} - set(names):
            assert absent not in text(answer)


def test_it_is_closed_to_others(draft: RulebookVersion, staff: acting.Staff) -> None:
    for who in (staff["risk"], staff["leader"], staff["admin"], manager_login(smallbank.STEADY)):
        for query in ("", RUN, "threshold/"):
            answer = as_(who).get(address(draft, query))
            assert answer.status_code == 403
            assert "远方" not in text(answer)


def test_seen_results_are_recorded_with_the_version(draft: RulebookVersion, staff: acting.Staff) -> None:
    client = as_(staff["hr_head"])
    assert "记为已试算" in text(client.get(address(draft, RUN)))
    given = {"period": ["2026Q3"], "effective": "2027-01-01"}
    assert as_(staff["auditor"]).post(address(draft), given).status_code == 403
    answer = client.post(address(draft), given, follow=True)
    assert "已记为试算过；可提交第二人通过。" in text(answer)
    row = RulebookVersion.objects.get(pk=draft.pk)
    assert (row.state, row.simulation["2026Q3"]["judged"], row.simulation["2026Q3"]["down"]) == (
        "simulated",
        9,
        2,
    )
    assert LogEntry.objects.filter(action="simulate_rulebook", subject=f"rulebook:{draft.pk}").count() == 1
    assert "记为已试算</button>" not in text(client.get(address(draft, RUN)))
    again = client.post(address(draft), given, follow=True)
    assert "已试算" in str(next(iter(again.context["messages"])))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?period=2026Q2&effective=2027-01-01", "所选考核期没有已发布的日终"),
        ("?effective=2027-01-01", "请至少选择一个考核期。"),
        ("?period=2026Q3&effective=soon", "生效日写法不对：请写 2027-01-01。"),
    ],
)
def test_what_cannot_be_simulated_is_said(
    draft: RulebookVersion, staff: acting.Staff, query: str, said: str
) -> None:
    answer = as_(staff["hr_head"]).get(address(draft, query))
    assert said in text(answer)
    assert answer.context["results"] == []


def test_without_a_published_quarter_the_page_says_so(db: None) -> None:
    from managers.models import Branch, User

    Branch.objects.create(code="HO", name="总行", kind="head_office", path="/HO/")
    user = User.objects.create(username="hr_head")
    acting.grant(user, "head_hr", branch="HO")
    shipped = RulebookVersion.objects.get(code=smallbank.SCHEME)
    assert "还没有可试算的考核期" in text(as_(user).get(address(shipped)))
    assert "还没有可试算的考核期" in text(as_(user).get(address(shipped, "threshold/")))


def test_the_slider_says_how_many_reach_it(draft: RulebookVersion, staff: acting.Staff) -> None:
    client = as_(staff["hr_head"])
    page = client.get(address(draft, f"threshold/?number={DIAL}&period=2026Q3"))
    assert page.context["shown"]["tried"] == page.context["shown"]["now"] == 6
    assert page.context["effect"] is None
    query = f"threshold/?number={DIAL}&turned={DIAL}&period=2026Q3&x=25000000"
    answer = client.get(address(draft, query), headers={"HX-Request": "true", "HX-Target": "reach"})
    assert answer.templates[0].name == "grading/simulation_reach.html"
    assert "9 人中 3 人达到" in text(answer)
    assert "2,500 万" in text(answer)
    assert [
        (row["grade"], row["all"], row["now"], row["tried"]) for row in page.context["shown"]["by_grade"]
    ] == [
        ("三级", 1, 1, 1),
        ("四级", 8, 5, 5),
    ]


def test_a_number_turned_shows_what_would_follow(draft: RulebookVersion, staff: acting.Staff) -> None:
    query = f"threshold/?number={DIAL}&turned={DIAL}&period=2026Q3&x=25000000"
    answer = as_(staff["hr_head"]).get(address(draft, query))
    assert [row["person"].name for row in answer.context["rows"]] == ["平顺", "冲高", "接手"]
    typed = f"threshold/?number={DIAL}&turned={DIAL}&period=2026Q3&x=25000000&amount=2,450万"
    answer = as_(staff["hr_head"]).get(address(draft, typed))
    assert [row["person"].name for row in answer.context["rows"]] == ["平顺", "接手"]
    wrong = typed.replace("2,450万", "许多")
    answer = as_(staff["hr_head"]).get(address(draft, wrong))
    assert "看不懂这个金额" in text(answer)


def command(*arguments: str) -> tuple[str, dict[str, Any]]:
    """What the command prints, and its JSON."""
    out = StringIO()
    call_command("simulate_rulebook", *arguments, "--json", stdout=out)
    lines = out.getvalue().splitlines()
    return "\n".join(lines[:-1]), json.loads(lines[-1])


CHANGE = "维持本级 四级 → 预警 四级 四级 a 存款日均 20000000.00 (15000000.00 → 20500000.00) 第十一条二 5(1)a"


def test_the_command_says_the_same(staff: acting.Staff, tmp_path: Path) -> None:
    file = tmp_path / "draft.toml"
    file.write_text(STRICTER, encoding="utf-8")
    said, facts = command(str(file), "--periods", "2026Q3")
    assert said.splitlines() == [
        "2026 年第三季度：9 人，较好 0，较差 2，其他 0；津贴增减 0 元",
        f"  1001 安稳 较差 {CHANGE}",
        f"  1006 远方 较差 {CHANGE}",
    ]
    (period,) = facts["periods"]
    assert (period["judged"], period["left_out"], period["cost"]) == (
        9,
        {"other_line": 1},
        {"old": "4320", "new": "4320"},
    )
    assert [change["employee_no"] for change in period["changes"]] == ["1001", "1006"]
    said, facts = command("--of", f"{smallbank.SCHEME}:1", "--user", "hr_west")
    assert (facts["periods"][0]["judged"], facts["periods"][0]["changes"]) == (1, [])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "请写一个文件"),
        (["--of", "nothing:1"], "没有办法版本 nothing:1"),
        (["--of", "corporate-six-grades:1", "--periods", "2026-3"], "考核期写法不对：2026-3"),
        (["--of", "corporate-six-grades:1", "--periods", "2026Q2"], "2026-06-30 没有已发布的日终"),
        (["--of", "corporate-six-grades:1", "--user", "nobody"], "没有登录名为“nobody”的用户"),
    ],
)
def test_the_command_refuses_with_a_reason(staff: acting.Staff, arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said) as refused:
        call_command("simulate_rulebook", *arguments)
    assert refused.value.returncode == 2


def test_the_command_shows_the_errors_of_a_file(db: None, tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text("[scheme]\ncode = 1\n", encoding="utf-8")
    with pytest.raises(CommandError, match=r"broken.toml:2") as refused:
        call_command("simulate_rulebook", str(file))
    assert refused.value.returncode == 2
