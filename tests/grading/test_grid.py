"""The numbers grid: entries read, drafts written into the text, differences shown, errors in their cells."""

import difflib
from datetime import date
from decimal import Decimal
from importlib import resources

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from grading import entries, queries, services, texts
from grading.models import RulebookVersion
from grading.rules import checker
from managers.models import User
from tests.grading.people import hire

CODE = "corporate-six-grades"
TEXT = resources.files("grading.rulebooks").joinpath(f"{CODE}.toml").read_text(encoding="utf-8")
DAY = date(2027, 1, 1)
SENIOR, THIRD = "n:deposit_average:senior", "n:deposit_average:third"


@pytest.mark.parametrize(
    ("entry", "unit", "amount"),
    [
        ("2.5亿", "CNY", "250000000"),
        ("2.5 亿元", "CNY", "250000000"),
        ("３８００万", "CNY", "38000000"),
        ("3,800 万", "USD", "38000000"),
        ("1,500,000", "CNY", "1500000"),
        ("0.01", "CNY", "0.01"),
        ("250 m", "CNY", "250000000"),
        ("25%", "ratio", "0.25"),
        ("0.25", "ratio", "0.25"),
        ("-0.4%", "ratio", "-0.004"),
        ("130%", "ratio", "1.3"),
        ("2", "count", "2"),
        ("1.25", "number", "1.25"),
    ],
)
def test_entries_are_read_exactly(entry: str, unit: str, amount: str) -> None:
    assert entries.read(entry, unit) == Decimal(amount)


@pytest.mark.parametrize(
    ("entry", "unit", "said"),
    [
        ("", "CNY", "不能留空：写一个数，或写“废止”。"),
        ("两亿", "CNY", "看不懂这个金额：请写 2.5亿、3800万 或 1,500,000，小数最多到分。"),
        ("1,50", "CNY", "看不懂这个金额：请写 2.5亿、3800万 或 1,500,000，小数最多到分。"),
        ("0.001", "CNY", "看不懂这个金额：请写 2.5亿、3800万 或 1,500,000，小数最多到分。"),
        ("5%", "CNY", "看不懂这个金额：请写 2.5亿、3800万 或 1,500,000，小数最多到分。"),
        ("25", "ratio", "看不懂这个比例：请写 25% 或 0.25。"),
        ("1.5", "count", "看不懂这个数：请写整数，如 2。"),
        ("1万", "months", "看不懂这个数：请写整数，如 2。"),
        ("2元", "number", "看不懂这个数：请写 1.5 这样的数，小数最多 4 位。"),
    ],
)
def test_what_is_no_number_says_what_to_write(entry: str, unit: str, said: str) -> None:
    with translation.override("zh-hans"), pytest.raises(entries.NotRead) as problem:
        entries.read(entry, unit)
    assert str(problem.value) == said


def test_a_number_may_end() -> None:
    assert entries.read("废止", "CNY") is None


@given(st.decimals(min_value=0, max_value=10**12, places=2), st.booleans())
def test_what_is_written_reads_back(amount: Decimal, english: bool) -> None:
    assert entries.read(entries.written(amount, "CNY", english=english), "CNY") == amount


@given(st.decimals(min_value=-1, max_value=2, places=4), st.booleans())
def test_a_ratio_reads_back(amount: Decimal, english: bool) -> None:
    assert entries.read(entries.written(amount, "ratio", english=english), "ratio") == amount


@given(st.text(max_size=12), st.sampled_from(["CNY", "ratio", "count", "number"]))
def test_no_entry_breaks_the_reader(entry: str, unit: str) -> None:
    try:
        entries.read(entry, unit)
    except entries.NotRead as problem:
        assert str(problem)


def new(parameter: str, grade: str, amount: str, cites: str = "总行〔2026〕88 号") -> texts.NewNumber:
    return texts.NewNumber(parameter, grade, Decimal(amount), cites)


def lines_changed(old: str, now: str) -> list[str]:
    found = list(difflib.unified_diff(old.splitlines(), now.splitlines(), n=0, lineterm=""))[2:]
    return [line for line in found if not line.startswith("@@")]


def test_only_new_rows_enter_the_text() -> None:
    text = texts.with_numbers(TEXT, [new("deposit_average", "senior", "280000000")], starts_on=DAY)
    assert lines_changed(TEXT, text) == [
        '-senior = [{ starts_on = 1990-01-01, value = 250_000_000, cites = "第十一条二 1(1)a" }]',
        "+senior = [",
        '+  { starts_on = 1990-01-01, value = 250_000_000, cites = "第十一条二 1(1)a" },',
        '+  { starts_on = 2027-01-01, value = 280_000_000, cites = "总行〔2026〕88 号" },',
        "+]",
    ]
    again = texts.with_numbers(text, [new("deposit_average", "senior", "290000000")], starts_on=DAY)
    assert lines_changed(text, again) == [
        '-  { starts_on = 2027-01-01, value = 280_000_000, cites = "总行〔2026〕88 号" },',
        '+  { starts_on = 2027-01-01, value = 290_000_000, cites = "总行〔2026〕88 号" },',
    ]


@given(st.decimals(min_value=0, max_value=10**10, places=2), st.text(max_size=30))
def test_whatever_is_entered_the_text_says_it(amount: Decimal, cites: str) -> None:
    number = texts.NewNumber("on_post_floor", "", amount, f"依据 {cites}")
    book = checker.load(texts.with_numbers(TEXT, [number], starts_on=DAY))
    row = book.row_on("on_post_floor", grade="senior", on=DAY)
    assert row is not None
    assert (row.amount, row.starts_on) == (amount, DAY)
    others = [name for name in book.parameters if name != "on_post_floor"]
    before = checker.load(TEXT).parameters
    assert [book.parameters[name] for name in others] == [before[name] for name in others]


@pytest.fixture
def people(db: None) -> dict[str, User]:
    return hire()


@pytest.fixture
def hr(people: dict[str, User]) -> Client:
    return as_(people["hr"])


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


GRID = f"/rulebooks/{CODE}/grid/"


def form(client: Client, url: str = f"{GRID}?on=2027-01-01", **entered: str) -> dict[str, str]:
    """The form as the page shows it, with some entries replaced."""
    context = client.get(url).context
    found = {
        "base": str(context["work"].base.pk),
        "on": context["work"].on.isoformat(),
        "cites": "总行〔2026〕88 号",
    }
    if context["work"].draft is not None:
        found["draft"] = str(context["work"].draft.pk)
    for row in context["rows"]:
        for cell in [row["one"], *(cell for _grade, cell in row["cells"])]:
            if cell is not None:
                found[cell.name] = cell.entry
    return {**found, **{name.replace("__", ":"): value for name, value in entered.items()}}


def test_a_change_becomes_a_draft_with_its_difference(hr: Client) -> None:
    answer = hr.post(GRID, {**form(hr), SENIOR: "2.8亿", THIRD: "４０００万"}, follow=True)
    row = RulebookVersion.objects.get(origin="published")
    assert answer.redirect_chain == [(f"{GRID}?draft={row.pk}", 302)]
    assert (row.state, row.effective_on, row.based_on.origin) == ("draft", DAY, "shipped")
    book = checker.load(row.content)
    values = [book.row_on("deposit_average", grade=grade, on=DAY) for grade in ("senior", "third", "fourth")]
    assert [(each.amount, each.cites) for each in values if each] == [
        (Decimal(280_000_000), "总行〔2026〕88 号"),
        (Decimal(40_000_000), "总行〔2026〕88 号"),
        (Decimal(15_000_000), "第十一条二 5(1)a"),
    ]
    text = answer.content.decode()
    assert f"已保存为第 {row.number} 版草稿。" in text
    assert text.count('<span class="was">原 2.5 亿</span>') == 1
    assert answer.context["changed"] == 2


def test_errors_stay_in_their_cells_and_nothing_is_kept(hr: Client) -> None:
    answer = hr.post(GRID, {**form(hr), SENIOR: "2.8亿", THIRD: "四千万"})
    cells = {name: cell for row in answer.context["rows"] for name, cell in named(row)}
    assert {name: cell.error for name, cell in cells.items() if cell.error} == {
        THIRD: "看不懂这个金额：请写 2.5亿、3800万 或 1,500,000，小数最多到分。"
    }
    assert (cells[SENIOR].entry, cells[THIRD].entry) == ("2.8亿", "四千万")
    assert "有 1 格需要改正，没有保存。" in answer.content.decode()
    assert not RulebookVersion.objects.filter(origin="published").exists()


def named(row: dict[str, object]) -> list[tuple[str, object]]:
    cells = [row["one"], *(cell for _grade, cell in row["cells"])]
    return [(cell.name, cell) for cell in cells if cell is not None]


def test_a_number_that_makes_no_sense_is_shown_where_it_stands(hr: Client) -> None:
    answer = hr.post(GRID, {**form(hr), "n:criteria_to_meet:senior": "9"})
    cells = {name: cell for row in answer.context["rows"] for name, cell in named(row)}
    errors = [flaw for flaw in answer.context["findings"] if flaw["word"] == "错误"]
    assert not RulebookVersion.objects.filter(origin="published").exists()
    assert len(errors) > 0
    assert all(flaw["line"] > 1 for flaw in errors)
    assert cells["n:criteria_to_meet:senior"].entry == "9"


@pytest.mark.parametrize(
    ("entered", "said"),
    [
        ({}, "没有改动：至少改一个数再保存。"),
        ({SENIOR: "2.8亿", "cites": " "}, "请写明依据，如文号或条款；每个新数都要有出处。"),
        ({SENIOR: "2.8亿", "on": "明年"}, "生效日须写成 2027-01-01 这样的日期。"),
    ],
)
def test_what_is_missing_is_said(hr: Client, entered: dict[str, str], said: str) -> None:
    answer = hr.post(GRID, {**form(hr), **entered})
    assert said in answer.content.decode()
    assert not RulebookVersion.objects.filter(origin="published").exists()


def test_a_draft_is_worked_on_from_its_basis(hr: Client) -> None:
    hr.post(GRID, {**form(hr), SENIOR: "2.8亿"})
    row = RulebookVersion.objects.get(origin="published")
    url = f"{GRID}?draft={row.pk}"
    hr.post(GRID, {**form(hr, url), THIRD: "4000万", "cites": "补充通知"})
    row = queries.version(row.pk)
    book = checker.load(row.content)
    cites = [book.row_on("deposit_average", grade=each, on=DAY).cites for each in ("senior", "third")]
    assert cites == ["总行〔2026〕88 号", "补充通知"]
    hr.post(GRID, {**form(hr, url), SENIOR: "2.5亿"})
    again = checker.load(queries.version(row.pk).content)
    assert [each.starts_on for each in again.parameters["deposit_average"].series["senior"]] == [
        date(1990, 1, 1)
    ]
    assert RulebookVersion.objects.filter(origin="published").count() == 1


def test_somebody_elses_draft_is_looked_at(hr: Client, people: dict[str, User]) -> None:
    hr.post(GRID, {**form(hr), SENIOR: "2.8亿"})
    row = RulebookVersion.objects.get(origin="published")
    other = as_(people["hr_two"])
    url = f"{GRID}?draft={row.pk}"
    assert other.get(url).context["editable"] is False
    answer = other.post(GRID, {**form(other, url), SENIOR: "2.9亿"})
    assert "只有起草人可以修改这份稿；请另立一稿。" in answer.content.decode()
    assert queries.version(row.pk).content == row.content


@pytest.mark.parametrize(("who", "status"), [("audit", 403), ("risk", 403), ("leader", 403), ("head", 302)])
def test_who_may_write_numbers(people: dict[str, User], who: str, status: int) -> None:
    client = as_(people[who])
    assert client.get(GRID).status_code == 200
    assert client.post(GRID, {**form(client), SENIOR: "2.8亿"}).status_code == status


def test_a_draft_is_hidden_from_others(hr: Client, people: dict[str, User]) -> None:
    hr.post(GRID, {**form(hr), SENIOR: "2.8亿"})
    row = RulebookVersion.objects.get(origin="published")
    leader = as_(people["leader"])
    for name in ("rulebook_version", "rulebook_pdf", "rulebook_text"):
        assert leader.get(reverse(name, args=[row.pk])).status_code == 404
    assert leader.get(f"{GRID}?draft={row.pk}").status_code == 404
    assert leader.post(reverse("rulebook_step", args=[row.pk, "check"])).status_code == 404
    assert "还在办理的稿" not in leader.get("/rulebooks/").content.decode()


def test_an_effective_date_decides_what_is_compared(hr: Client, people: dict[str, User]) -> None:
    text = TEXT.replace("value = 250_000_000", "value = 260_000_000")
    services.publish_rulebook(text, effective_on=date(2026, 7, 1), by=people["hr"], second=people["head"])
    assert 'value="2.5 亿"' in hr.get(f"{GRID}?on=2026-06-30").content.decode()
    assert 'value="2.6 亿"' in hr.get(f"{GRID}?on=2026-07-01").content.decode()


OWN_NUMBERS = """
[parameters.deposit_average.by_branch]
B01 = [{ starts_on = 1990-01-01, value = 60_000_000, cites = "支行通知" }]
[parameters.deposit_average.by_branch.B02]
senior = [{ starts_on = 1990-01-01, value = 200_000_000, cites = "支行通知" }]
"""


def test_numbers_of_a_branch_have_rows_of_their_own(hr: Client, people: dict[str, User]) -> None:
    at = TEXT.index("[parameters.deposit_one_customer]")
    text = f"{TEXT[:at]}{OWN_NUMBERS}\n{TEXT[at:]}"
    services.publish_rulebook(text, effective_on=date(2026, 7, 1), by=people["hr"], second=people["head"])
    rows = [row for row in hr.get(GRID).context["rows"] if row["title"].startswith("a 存款日均")]
    assert [row["part"] for row in rows] == ["", "机构 B01", "机构 B02"]
    own = {"n:deposit_average:branch:B01": "7000万", "n:deposit_average:branch:B02|senior": "2.1亿"}
    hr.post(GRID, {**form(hr), **own})
    row = RulebookVersion.objects.get(state="draft")
    series = checker.load(row.content).parameters["deposit_average"].series
    found = [[each.amount for each in series[name]] for name in ("branch:B01", "branch:B02|senior", "third")]
    assert found == [[60_000_000, 70_000_000], [200_000_000, 210_000_000], [38_000_000]]


def test_every_shipped_rulebook_can_be_worked_on(hr: Client) -> None:
    for version in queries.in_force(DAY):
        answer = hr.get(f"/rulebooks/{version.code}/grid/")
        assert answer.status_code == 200
        *_others, (name, cell) = [each for row in answer.context["rows"] for each in named(row)]
        entered = {
            **form(hr, f"/rulebooks/{version.code}/grid/"),
            name: "7" if cell.unit != "ratio" else "7%",
        }
        hr.post(f"/rulebooks/{version.code}/grid/", entered)
        row = RulebookVersion.objects.get(code=version.code, state="draft")
        assert len(row.content.splitlines()) - len(version.content.splitlines()) in (1, 3)
        assert hr.get(reverse("rulebook_version", args=[row.pk])).status_code == 200
        for language in ("zh", "en"):
            assert hr.get(reverse("rulebook_pdf", args=[row.pk]), {"lang": language}).content[:5] == b"%PDF-"
