"""Every action that the code writes into the log has a word, and the admin's table shows it."""

import ast
import gc
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from ledger.models import RunRequest
from managers.audit import words
from managers.models import LogEntry, User
from managers.services.stepping import Procedure
from tests.managers import people

APPS = ("managers", "ledger", "credit", "grading", "appraisal", "cmbank")
#: Functions that pass their first text on to the log.
WRITERS = {"_log", "log", "_changed", "changed"}
#: Codes put together from parts, by the text that does it, with all they can become.
MADE: dict[str, list[str]] = {
    "f'{row.decision}_{row.kind}'": [
        f"{decision}_{kind}" for decision in ("approved", "refused") for kind in RunRequest.Kind.values
    ],
    "f'request_{kind}'": [f"request_{kind}" for kind in RunRequest.Kind.values],
    "f'{status.value}_row'": ["replayed_row", "dismissed_row"],
    "f'print_{kind}'": ["print_form", "print_notice", "print_votes"],
    "f'draft_{procedure.KIND}'": ["draft_handover"],
    # Steps: see `stepped`.
    "f'{name}_{procedure.kind}'": [],
    "f'{name}_{CHANGE.kind}'": [],
}


def calls() -> Iterator[tuple[str, ast.Call, dict[str, str]]]:
    """The calls of every module that can write into the log, with the texts its module names."""
    for app in APPS:
        for file in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
            if "migrations" in file.parts:
                continue
            tree = ast.parse(file.read_text(encoding="utf-8"))
            named = dict(_named(tree))
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    yield file.name, node, named


def _named(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                    yield target.id, node.value.value


def given(call: ast.Call) -> ast.expr | None:
    """What a call gives the log as its action; None for calls that do not write there."""
    name = ast.unparse(call.func)
    if name in ("LogEntry", "LogEntry.objects.create"):
        return next((each.value for each in call.keywords if each.arg == "action"), None)
    if name.rpartition(".")[2] not in WRITERS:
        return None
    texts = [each for each in call.args if isinstance(each, ast.Constant | ast.JoinedStr | ast.Name)]
    return next((each for each in texts if _looks_like_a_code(each)), None)


def _looks_like_a_code(each: ast.expr) -> bool:
    if isinstance(each, ast.Constant):
        return isinstance(each.value, str) and "_" in each.value and each.value.isidentifier()
    return isinstance(each, ast.JoinedStr) or (isinstance(each, ast.Name) and each.id.isupper())


def written() -> set[str]:
    """The codes that the code writes; a text put together must be known to this test."""
    found: set[str] = set()
    for file, call, named in calls():
        match given(call):
            case ast.Constant(value=str() as code):
                found.add(code)
            case ast.Name(id=name) if name in named:
                found.add(named[name])
            case ast.JoinedStr() as text:
                assert ast.unparse(text) in MADE, f"{file}: say what {ast.unparse(text)} can become"
                found.update(MADE[ast.unparse(text)])
    return found


def procedures() -> list[Procedure]:
    """Every procedure that `stepping` moves."""
    for module in (
        "managers.services.careers", "ledger.services.handovers.procedure", "grading.services.applying",
        "grading.services.changes", "managers.services.findings", "managers.services.screening",
        "managers.services.inspections", "appraisal.services.adjusting", "appraisal.services.lookbacks",
        "credit.services.investigations", "credit.services.proposals",
        "credit.services.working.procedures",
        "credit.services.afterloan.classes", "credit.services.afterloan.endings",
        "credit.services.afterloan.findings", "credit.services.afterloan.inspecting",
    ):  # fmt: skip
        importlib.import_module(module)
    # A lazy object of Django answers `isinstance` by being evaluated.
    return [each for each in gc.get_objects() if type(each) is Procedure]


def stepped() -> set[str]:
    return {f"{name}_{each.kind}" for each in procedures() for name in each.words}


def test_the_procedures_are_all_here() -> None:
    kinds = {each.kind for each in procedures()}
    assert kinds == {
        "career", "handover", "qualification", "grade_change", "adjustment", "lookback", "finding",
        "screening", "inspection", "investigation", "loan_proposal", "research", "plan", "agreement",
        "complaint", "survey", "classification", "ending", "loan_finding", "loan_inspection",
    }  # fmt: skip


def test_the_scan_finds_what_is_written_in_each_way() -> None:
    ways = {
        "amend_manager",
        "sign_in",
        "end_feed",
        "refused_waive",
        "add_factor",
        "print_votes",
        "apply_exam",
    }
    assert ways - written() == set()


def test_every_action_written_has_a_word() -> None:
    with translation.override("zh-hans"):
        assert sorted(code for code in written() | stepped() if words.action(code) == code) == []


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("take_effect_grade_change", "生效 · 等级变动"),
        ("pass_exam_qualification", "登记考试合格 · 资格"),
        ("move_inside_career", "转内勤 · 任职"),
        ("print_minutes", "打印会议纪要"),
        ("never_heard_of", "never_heard_of"),
    ],
)
def test_a_step_is_called_by_its_verb_and_its_kind(code: str, word: str) -> None:
    with translation.override("zh-hans"):
        assert words.action(code) == word


def test_the_admins_table_says_it_in_words(db: None, client: Any) -> None:
    people.organisation()
    auditor = people.person("auditor", "auditor")
    User.objects.update(is_staff=True)
    LogEntry.objects.create(by=auditor, action="take_effect_grade_change", subject="grade_change:7")
    LogEntry.objects.create(by=auditor, action="reset_password", subject="user:x")
    client.force_login(auditor)
    url = reverse("admin:managers_logentry_changelist")
    page = client.get(url).content.decode()
    assert [word in page for word in ("生效 · 等级变动", "等级变动 7", "重置密码", "take_effect")] == [
        True, True, True, True,
    ]  # fmt: skip
    shown = client.get(url, {"action": "reset_password"}).context["cl"].result_list
    assert [each.action for each in shown] == ["reset_password"]
