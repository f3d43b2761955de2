"""The module map: every module of the house with the sentence that says its purpose."""

import ast
from collections.abc import Iterator
from pathlib import Path

APPS = ("managers", "ledger", "credit", "grading", "appraisal", "cmbank")
HEAD = """# Module map

Written by `python manage.py draw_modules`; a test fails when it is out of date. Apps stand in the order of
their dependency: nothing imports from an app further down.
"""


def draw(root: Path) -> str:
    """The map of the checkout at `root` as Markdown."""
    sections = (f"\n## {app}\n\n" + "".join(_rows(root, root / app)) for app in APPS)
    return HEAD + "".join(sections)


def _rows(root: Path, folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.py")):
        relative = path.relative_to(root).as_posix()
        purpose = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        if purpose and "/migrations/" not in relative:
            yield f"- `{relative}` — {purpose.splitlines()[0]}\n"
