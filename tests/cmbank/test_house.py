"""The order of the house, read from every import: apps lean left, rooms lean inward, rules are pure."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

BASE_DIR = Path(__file__).resolve().parents[2]
APPS = ["managers", "ledger", "credit", "grading", "appraisal", "cmbank"]
MODULES = sorted(
    path.relative_to(BASE_DIR)
    for app in APPS
    for path in (BASE_DIR / app).rglob("*.py")
    if path.parent.name != "migrations"
)
SOURCES = [*MODULES, *sorted(path.relative_to(BASE_DIR) for path in (BASE_DIR / "tests").rglob("*.py"))]

RULES, MODELS, INNER, EDGE = range(4)
ROOMS = {
    "rules": RULES,
    "models": MODELS,
    "services": INNER,
    "queries": INNER,
    "permissions": INNER,
    "tasks": EDGE,
    "admin": EDGE,
    "api": EDGE,
    "views": EDGE,
    "forms": EDGE,
    "urls": EDGE,
    "management": EDGE,
}
WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "signals"}
CLOCKS = {"now", "today", "utcnow", "localdate", "time", "time_ns", "monotonic"}


def tree(module: Path) -> ast.Module:
    return ast.parse((BASE_DIR / module).read_text(encoding="utf-8"), filename=str(module))


def imports(module: Path) -> Iterator[tuple[str, ...]]:
    """Every imported name, as its parts; `from a import b` counts as a.b."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = module.parent.parts[: len(module.parent.parts) - node.level + 1] if node.level else ()
            base = (*package, *(node.module.split(".") if node.module else ()))
            yield from ((*base, alias.name) for alias in node.names)


def room(parts: tuple[str, ...]) -> str:
    """The room of an app a module or an import lies in: `ledger.rules.money` lies in `rules`."""
    return parts[1].removesuffix(".py") if len(parts) > 1 else ""


def calls(module: Path) -> Iterator[ast.Attribute]:
    """Every method call."""
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func


def test_apps_lean_left() -> None:
    found = [
        f"{module} imports {'.'.join(name)}"
        for module in MODULES
        for name in imports(module)
        if name[0] in APPS and APPS.index(name[0]) > APPS.index(module.parts[0])
    ]
    assert found == []


def test_rooms_lean_inward() -> None:
    found = [
        f"{module} imports {'.'.join(name)}"
        for module in MODULES
        for name in imports(module)
        if module.parts[0] != "cmbank"
        and name[0] == module.parts[0]
        and ROOMS.get(room(name), RULES) > ROOMS.get(room(module.parts), EDGE)
    ]
    assert found == []


def test_no_app_reaches_into_the_edges_of_another() -> None:
    found = [
        f"{module} imports {'.'.join(name)}"
        for module in MODULES
        for name in imports(module)
        if module.parts[0] != "cmbank"
        and name[0] in APPS
        and name[0] != module.parts[0]
        and ROOMS.get(room(name)) == EDGE
    ]
    assert found == []


RULE_MODULES = [module for module in MODULES if room(module.parts) == "rules"]


#: Arithmetic on whole columns: as pure as the standard library's on single numbers.
ARITHMETIC = {"numpy"}


def test_rules_know_only_the_standard_library_arithmetic_and_rules() -> None:
    found = [
        f"{module} imports {'.'.join(name)}"
        for module in RULE_MODULES
        for name in imports(module)
        if name[0] not in sys.stdlib_module_names | ARITHMETIC
        and not (name[0] in APPS and room(name) == "rules")
    ]
    assert found == []


def test_rules_have_no_clock_no_chance_and_no_outside() -> None:
    outside = {"time", "random", "secrets", "os", "socket", "subprocess", "threading", "logging"}
    found = [
        f"{module} imports {'.'.join(name)}"
        for module in RULE_MODULES
        for name in imports(module)
        if name[0] in outside
    ]
    found += [
        f"{module} calls {call.attr}()"
        for module in RULE_MODULES
        for call in calls(module)
        if call.attr in CLOCKS
    ]
    assert found == []


def test_edges_write_nothing_themselves() -> None:
    found = [
        f"{module}:{call.lineno} calls {call.attr}()"
        for module in MODULES
        if ROOMS.get(room(module.parts)) == EDGE
        for call in calls(module)
        if call.attr in WRITES
    ]
    assert found == []


def test_every_module_says_its_purpose_in_its_first_line() -> None:
    found = [
        str(module)
        for module in SOURCES
        if (BASE_DIR / module).stat().st_size
        and not (BASE_DIR / module)
        .read_text(encoding="utf-8")
        .removeprefix("#!/usr/bin/env python3\n")
        .startswith('"""')
    ]
    assert found == []


def test_no_module_is_named_after_nothing() -> None:
    assert [str(module) for module in MODULES if FORBIDDEN_NAMES & {module.stem, *module.parts}] == []


def test_no_file_has_outgrown_its_reader() -> None:
    lengths = {
        str(module): len((BASE_DIR / module).read_text(encoding="utf-8").splitlines()) for module in SOURCES
    }
    assert {name: length for name, length in lengths.items() if length > 400} == {}


@pytest.mark.parametrize("lock", ["base", "local", "dev"])
def test_locks_carry_hashes_and_no_address(lock: str) -> None:
    text = (BASE_DIR / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    pinned = [line for line in text.splitlines() if "==" in line]
    assert [line for line in pinned if not line.endswith("\\")] == []
    assert "://" not in text


def test_psycopg_3_is_never_installed() -> None:
    """Django would prefer it, and its COPY is another one."""
    text = (BASE_DIR / "requirements" / "dev.txt").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line.startswith(("psycopg==", "psycopg-"))] == []
