"""Mutants of the access test: each call of `visible_to`, one at a time, made to let everything through."""

import ast
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import manager

from tests.access import walk
from tests.access.policy import POLICY
from tests.access.scene import Scene
from tests.access.stages import STAGES

BASE_DIR = Path(__file__).resolve().parents[2]
APPS = ("managers", "ledger", "credit", "grading", "appraisal", "cmbank")
#: Those who see a part: what lies outside it must stay outside.
WITNESSES = (
    "branch_hr",
    "branch_risk",
    "branch_market",
    "outlet_head",
    "group_member",
    "client_manager",
    "nobody",
    "token managers:read",
)
#: Of the cells through one call so many are asked again, those first that look furthest.
MOST_CELLS = 40


@dataclass(frozen=True, order=True)
class Site:
    """A call of `visible_to`: a file, the lines of the call, and the function it stands in."""

    file: str
    first: int
    last: int
    within: str

    def __str__(self) -> str:
        return f"{self.file} {self.within}"


def sites() -> list[Site]:
    """Every call in the apps; one fetched by name counts with the lines of its function."""
    found = []
    for app in APPS:
        for path in sorted((BASE_DIR / app).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found += _sites(tree, str(path.relative_to(BASE_DIR)), "")
    return sorted(found)


def _sites(node: ast.AST, name: str, within: str) -> Iterator[Site]:
    if isinstance(node, ast.FunctionDef):
        within = node.name
        if any(isinstance(each, ast.Constant) and each.value == "visible_to" for each in ast.walk(node)):
            yield Site(name, node.lineno, node.end_lineno or node.lineno, within)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "visible_to":
        yield Site(name, node.lineno, node.end_lineno or node.lineno, within)
    for child in ast.iter_child_nodes(node):
        yield from _sites(child, name, within)


class Watched:
    """`visible_to` as it is, but at one call, which it may be told to leave unscoped."""

    def __init__(self) -> None:
        self.known = sites()
        self.unscoped: Site | None = None
        self.called: set[Site] = set()

    def passed(self, original: Any, rows: Any, user: Any, on: Any) -> Any:
        """Scoped, but at the mutant."""
        frame = sys._getframe(1)
        # Managers made of querysets pass the call on from within Django.
        while frame.f_back and frame.f_code.co_filename in (__file__, manager.__file__):
            frame = frame.f_back
        here = self._site(frame.f_code.co_filename, frame.f_lineno)
        if here is not None:
            self.called.add(here)
        return rows.all() if here is not None and here == self.unscoped else original(rows, user, on)

    def _site(self, file: str, line: int) -> Site | None:
        return next(
            (
                each
                for each in self.known
                if file.endswith(f"/{each.file}") and each.first <= line <= each.last
            ),
            None,
        )


def scoped() -> set[type]:
    """Every class of querysets that says itself what is visible."""
    used = {type(model._default_manager.all()) for model in apps.get_models()}
    return {each for kind in used for each in kind.__mro__ if "visible_to" in vars(each)}


@contextmanager
def watched() -> Iterator[Watched]:
    """Every `visible_to`, watched."""
    found = Watched()
    kept: dict[Any, Any] = {kind: vars(kind)["visible_to"] for kind in scoped()}
    for kind, original in kept.items():
        kind.visible_to = _watching(found, original)
    try:
        yield found
    finally:
        for kind, original in kept.items():
            kind.visible_to = original


def _watching(watch: Watched, original: Any) -> Any:
    def visible_to(rows: Any, user: Any, on: Any) -> Any:
        return watch.passed(original, rows, user, on)

    return visible_to


Reached = dict[Site, list[tuple[str, walk.Cell]]]


def reached(scene: Scene, watch: Watched, rows: Collection[str] = ()) -> Reached:
    """Which cells of the witnesses pass through which call, by stage; of some rows where they are named."""
    found: Reached = {}
    for stage in STAGES:
        cells = [
            cell for cell in walk.cells(WITNESSES, stage=stage) if not rows or walk.endpoint(cell.row) in rows
        ]
        if not cells:
            continue
        with scene.at(stage):
            for cell in cells:
                watch.called.clear()
                walk.ask(cell, scene)
                for site in watch.called:
                    found.setdefault(site, []).append((stage, cell))
    return found


def telling(cells: list[tuple[str, walk.Cell]]) -> list[tuple[str, walk.Cell]]:
    """The cells that would tell first, by address in turn, and not all of them.

    Those are where the number of rows is looked at, lists, and what is far away.
    """

    def late(pair: tuple[str, walk.Cell]) -> tuple[bool, bool]:
        cell = pair[1]
        return cell.actor not in POLICY[cell.row].counted, cell.thing not in ("", "far", "sister")

    turns: dict[str, list[tuple[str, walk.Cell]]] = {}
    for pair in sorted(cells, key=late):
        turns.setdefault(pair[1].row, []).append(pair)
    mixed = [pair for turn in zip_longest(*turns.values()) for pair in turn if pair is not None]
    return mixed[:MOST_CELLS]


def killed(scene: Scene, watch: Watched, site: Site, cells: list[tuple[str, walk.Cell]]) -> str:
    """The first complaint of the access test about a mutant; "" where it lives."""
    watch.unscoped = site
    asked = telling(cells)
    try:
        for stage in dict.fromkeys(stage for stage, _cell in asked):
            with scene.at(stage):
                for _stage, cell in (pair for pair in asked if pair[0] == stage):
                    for complaint in walk.wrong(cell, walk.ask(cell, scene), scene):
                        return complaint
    finally:
        watch.unscoped = None
    return ""
