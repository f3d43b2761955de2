"""check_rulebook and publish_rulebook: every finding with its place, exit statuses, sentences."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from grading.models import RulebookVersion
from managers.models import User

SHIPPED = settings.BASE_DIR / "grading" / "rulebooks" / "corporate-six-grades.toml"


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The shipped text with an unknown metric and a missing citation."""
    text = SHIPPED.read_text("utf-8")
    text = text.replace('metric = "loan_daily_average"', 'metric = "loan_average"', 1)
    file = tmp_path / "broken.toml"
    file.write_text(text.replace('source = "', 'sauce = "', 1), "utf-8")
    return file


@pytest.fixture
def people(db: None) -> None:
    User.objects.create(username="maker")
    User.objects.create(username="checker")
    User.objects.create(username="gone", is_active=False)


def check(file: Path, *options: str) -> tuple[int, str]:
    """Exit status and stdout of check_rulebook."""
    out = StringIO()
    try:
        call_command("check_rulebook", str(file), *options, stdout=out)
    except SystemExit as end:
        return int(end.code or 0), out.getvalue()
    return 0, out.getvalue()


def publish(
    file: Path, *, by: str = "maker", second: str = "checker", day: str = "2027-01-01"
) -> dict[str, Any]:
    """What publish_rulebook reports to programs."""
    out = StringIO()
    people = ("--by", by, "--second", second)
    call_command("publish_rulebook", str(file), "--effective", day, *people, "--json", stdout=out)
    return json.loads(out.getvalue().splitlines()[-1])


def test_a_good_text_passes_with_its_warnings_shown() -> None:
    status, out = check(SHIPPED)
    lines = out.splitlines()
    assert (status, len(lines)) == (0, 14)
    assert lines[0].startswith(f"{SHIPPED}:138: 提示 ladder_not_monotone ")
    assert lines[-1] == "《公司客户经理六级标准》可以发布；有 13 处提示，随版本保存。"


def test_every_error_has_its_place_and_what_to_write(broken: Path) -> None:
    status, out = check(broken)
    lines = [line for line in out.splitlines() if " 错误 " in line]
    assert status == 2
    assert [line.split(" ")[2] for line in lines] == ["missing_key", "unknown_key", "unknown_metric"]
    assert all(line.startswith(f"{broken}:") and " → " in line for line in lines)
    assert out.splitlines()[-1].startswith("共 3 处错误")


def test_findings_speak_the_language_of_the_reader(broken: Path) -> None:
    with translation.override("en"):
        _, out = check(broken)
    assert "There is no metric called “loan_average”." in out


def test_the_last_line_is_for_programs(broken: Path) -> None:
    status, out = check(broken, "--json")
    found = json.loads(out.splitlines()[-1])
    assert (status, found["status"], found["code"], found["warnings"]) == (2, "refused", None, [])
    assert [(each["code"], each["file"]) for each in found["errors"]] == [
        (code, str(broken)) for code in ("missing_key", "unknown_key", "unknown_metric")
    ]


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"= 1", b""])
def test_anything_that_is_no_rulebook_is_refused(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "odd.toml"
    file.write_bytes(raw)
    assert check(file)[0] == 2


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="不存在或无法读取") as error:
        check(tmp_path / "nothing.toml")
    assert error.value.returncode == 2


def test_publishing_puts_the_text_in_force(people: None) -> None:
    found = publish(SHIPPED)
    own = RulebookVersion.objects.get(origin="published")
    assert own.content == SHIPPED.read_text("utf-8")
    assert (own.effective_on, str(own.made_by), str(own.adopted_by)) == (date(2027, 1, 1), "maker", "checker")
    assert found == {
        "status": "published",
        "code": "corporate-six-grades",
        "number": own.number,
        "sha256": own.sha256,
        "effective_on": "2027-01-01",
        "warnings": own.warnings,
    }


@pytest.mark.parametrize(
    ("by", "second", "sentence"),
    [
        ("nobody", "checker", "没有登录名为“nobody”的用户；请核对登录名。"),
        ("maker", "nobody", "没有登录名为“nobody”的用户；请核对登录名。"),
        ("maker", "gone", "用户“gone”已停用，不能起草或通过管理办法；请换一人。"),
        ("maker", "maker", "起草人与通过人不能是同一人；请由第二人通过。"),
    ],
)
def test_two_people_who_exist_are_active_and_differ(
    people: None, by: str, second: str, sentence: str
) -> None:
    with pytest.raises(CommandError) as error:
        publish(SHIPPED, by=by, second=second)
    assert (str(error.value), error.value.returncode) == (sentence, 2)
    assert not RulebookVersion.objects.filter(origin="published").exists()


def test_a_broken_text_is_refused_with_every_error(people: None, broken: Path) -> None:
    with pytest.raises(CommandError) as error:
        publish(broken)
    lines = str(error.value).splitlines()
    assert (len(lines), error.value.returncode) == (4, 2)
    assert lines[-1] == "有错误的管理办法不能发布；请改正后重试。"


def test_publishing_twice_says_so(people: None) -> None:
    publish(SHIPPED)
    with pytest.raises(CommandError, match="无需重复发布") as error:
        publish(SHIPPED)
    assert error.value.returncode == 2


def test_a_date_that_is_none(people: None) -> None:
    with pytest.raises(CommandError, match="请写成 2026-03-31"):
        publish(SHIPPED, day="1.1.2027")
