"""Mutants of the access test: each call of `visible_to`, one at a time, made to let everything through."""

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import manager

from managers.models.scope import ScopedQuerySet
from tests.access import walk
from tests.access.scene import Scene

BASE_DIR = Path(__file__).resolve().parents[2]
APPS = ("managers", "ledger", "credit", "grading", "appraisal", "cmbank")
#: Those who see a part: what lies outside it must stay outside.
WITNESSES = (
    "branch_hr",
    "branch_risk",
    "group_member",
    "client_manager",
    "api_client",
    "token managers:read",
)
BEARERS = ("token appraisals:read", "token customers:read", "token grades:read", "token verdicts:read")


@dataclass(frozen=True, order=True)
class Site:
    """A call of `visible_to`: a file and the lines of the call."""

    file: str
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.file}:{self.first}"


def sites() -> list[Site]:
    """Every call in the apps; one fetched by name counts with the lines of its function."""
    found = []
    for app in APPS:
        for path in sorted((BASE_DIR / app).rglob("*.py")):
            found += _sites(path)
    return sorted(found)


def _sites(path: Path) -> Iterator[Site]:
    name = str(path.relative_to(BASE_DIR))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "visible_to":
                yield Site(name, node.lineno, node.end_lineno or node.lineno)
        elif isinstance(node, ast.FunctionDef) and any(
            isinstance(each, ast.Constant) and each.value == "visible_to" for each in ast.walk(node)
        ):
            yield Site(name, node.lineno, node.end_lineno or node.lineno)


class Watched:
    """`visible_to` as it is, but at one call, which it may be told to leave unscoped."""

    def __init__(self) -> None:
        self.known = sites()
        self.unscoped: Site | None = None
        self.called: set[Site] = set()
        self.original = ScopedQuerySet.visible_to

    def __call__(self, rows: Any, user: Any, on: Any) -> Any:
        """Scoped, but at the mutant."""
        frame = sys._getframe(1)
        # Managers made of querysets pass the call on from within Django.
        while frame.f_back and (frame.f_code.co_filename in (__file__, manager.__file__)):
            frame = frame.f_back
        here = self._site(frame.f_code.co_filename, frame.f_lineno)
        if here is not None:
            self.called.add(here)
        return rows.all() if here is not None and here == self.unscoped else self.original(rows, user, on)

    def _site(self, file: str, line: int) -> Site | None:
        return next(
            (
                each
                for each in self.known
                if file.endswith(f"/{each.file}") and each.first <= line <= each.last
            ),
            None,
        )


@contextmanager
def watched() -> Iterator[Watched]:
    """The class's own `visible_to`, watched."""
    found = Watched()

    def visible_to(rows: Any, user: Any, on: Any) -> Any:
        return found(rows, user, on)

    ScopedQuerySet.visible_to = visible_to
    try:
        yield found
    finally:
        ScopedQuerySet.visible_to = found.original


def reached(scene: Scene, watch: Watched) -> dict[Site, list[tuple[str, walk.Cell]]]:
    """Which cells of the witnesses pass through which call, by stage."""
    found: dict[Site, list[tuple[str, walk.Cell]]] = {}
    for stage in ("in_risk_queue", "cleared", "decided"):
        with scene.at(stage):
            for cell in walk.cells((*WITNESSES, *BEARERS), stage=stage):
                watch.called.clear()
                walk.ask(cell, scene)
                for site in watch.called:
                    found.setdefault(site, []).append((stage, cell))
    return found


def killed(scene: Scene, watch: Watched, site: Site, cells: list[tuple[str, walk.Cell]]) -> str:
    """The first complaint of the access test about a mutant; "" where it lives."""
    watch.unscoped = site
    try:
        for stage in dict.fromkeys(stage for stage, _cell in cells):
            with scene.at(stage):
                for _stage, cell in (pair for pair in cells if pair[0] == stage):
                    answer, changed = walk.ask(cell, scene)
                    for complaint in walk.wrong(cell, answer, changed, scene):
                        return complaint
    finally:
        watch.unscoped = None
    return ""
