"""Safety read from the source: no raw HTML, no SQL out of strings, nobody's rows unasked, nothing unsigned.

Each check is a function from source to what it finds, so that it can be shown to bite. What is let through is
named with its reason, and a name that is no longer needed is an error too.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, path
from rest_framework.permissions import AllowAny

from managers.models.scope import ScopedQuerySet
from tests.cmbank.test_house import BASE_DIR, EDGE, MODULES, ROOMS, room

Named = dict[str, str]
UNESCAPED = {"mark_safe", "SafeString", "SafeText", "csrf_exempt"}
EXECUTORS = {"execute", "executemany", "raw", "RawSQL", "extra", "mogrify", "copy_expert"}
#: Functions whose statements come from files and constants of the house, whatever their arguments are.
STATEMENTS = {"statement", "_text", "rollup_statement", "quality_statement", "_comparison", "loans_on"}
PUBLIC_VIEWS = {
    "account_login": "the way in",
    "login": "the way in",
    "mfa_authenticate": "the second half of the way in",
    "logout": "ends what there is",
    "set_language": "keeps a choice, tells nothing",
    "credit_calendar": "a calendar program brings the secret of its owner in the address",
    "healthz": "for the machine that watches; tells up or down",
    "oidc_login": "the way in by single sign-on",
    "oidc_callback": "the way in by single sign-on",
    "v1:schema": "the description of the interface is no secret",
    "v1:docs": "the description of the interface is no secret",
    "api/^(?:.*/)?$": "answers 404 whatever is asked",
}
HTML_LET_THROUGH = {
    "templates/components/field.html": "help texts are the house's own; Django's for passwords are a list",
}
SQL_LET_THROUGH = {
    "appraisal/verification.py _found": "the SELECTs are the module's constants, handed in",
    "cmbank/local/__main__.py main": "runs a command, not SQL",
    "credit/services/quality.py work_quality": "text of quality_statement",
    "ledger/services/beside.py _Rows": "tables and columns of two models",
    "ledger/services/closings.py _lines": "tables and columns that close_period itself wrote",
    "ledger/services/crediting.py put_together": "columns of credited_columns",
    "ledger/services/extracts.py _tell_planner": "tables named by PostgreSQL's own catalogue",
    "ledger/services/positions.py _keep_history": "columns of the model",
    "ledger/services/quarantine.py _keep": "columns of the declared feed; ignored ones are numbered",
    "ledger/services/readings.py _made": "text of rollup_statement and summed",
    "ledger/services/rows.py _any_key_twice": "table and columns of the declared feed",
    "ledger/services/rows.py _planned": "on or off",
    "ledger/services/rows.py _run": "built by its callers of the declared feed",
    "ledger/services/rows.py check_key": "table and columns of the declared feed",
    "ledger/services/rows.py drop_bad": "table of the declared feed",
    "ledger/services/rows.py run_check": "conditions of the declared feed",
    "ledger/services/rows.py survey": "conditions of the declared feed",
    "ledger/services/runs.py _end_when_silent": "an integer worked out of a constant",
    "ledger/services/staging.py prepare": "selects of the declared feeds",
    "ledger/services/staging.py _create": "psycopg's own composition of identifiers",
    "ledger/services/staging.py _copy": "psycopg's own composition of identifiers",
    "ledger/services/verification.py _kept": "tables of the declared feeds",
    "ledger/services/verification.py forbidden": "the module's constant FORBIDDEN",
    "ledger/sql/binary.py _append": "tables and columns of our own models",
    "ledger/sql/binary.py _copied": "statements of ours, their parameters through mogrify",
    "managers/provenance.py tell": "the wrapper around every statement; its own part goes through mogrify",
    "managers/services/guarding.py guard": "psycopg's own composition of identifiers",
    "managers/services/sealing.py _rows": "the module's constant _SOURCES",
}
ROWS_LET_THROUGH = {
    "appraisal/views/dossier.py _hearing Vote": "of a case that was found in scope",
    "appraisal/views/dossier.py _scores Score": "of a case that was found in scope",
    "appraisal/views/lookbacks.py _visible ClientManager": "the own file, to be left out",
    "appraisal/views/hr.py _mine Appraisal": "of cases that were found in scope",
    "credit/views/calendars.py feed ClientManager": "the own file of the owner of the secret in the address",
    "credit/views/classes.py _branches Branch": "of the customers in sight",
    "credit/views/classes.py _filtered Branch": "narrows what was found in scope",
    "credit/views/endings.py _liable ClientManager": "who answers for a loan that was found in scope",
    "credit/views/inspections.py _colleagues ClientManager": "colleagues of the own branch, by name only",
    "credit/views/inspections.py _record ClientManager": "the one chosen of _colleagues",
    "credit/views/loans.py _people ClientManager": "who answers for a loan that was found in scope",
    "credit/views/proposals.py proposal LoanProposal": "of the customer of one that was found in scope",
    "credit/working/logs.py entry WorkLogEntry": "the correction of one that was found in scope",
    "credit/working/pages.py portfolio Assignment": "what the reader holds",
    "credit/working/pages.py portfolio Customer": "what the reader holds",
    "credit/working/surveys.py _branches Branch": "cut to the reader's grants on the next line",
    "cmbank/people.py _appraisals Appraisal": "of a manager who was found in scope",
    "cmbank/people.py _grades GradeChange": "of a manager who was found in scope",
    "cmbank/people.py person Qualification": "of a manager who was found in scope",
    "grading/api.py _holding GradeRecord": "of managers who were found in scope",
    "ledger/handovers.py _receivers ClientManager": "the giver's colleagues too, by name only",
    "ledger/handovers.py step Handover": "the one that was found in scope, read again",
    "ledger/pages.py _page ClientManager": "visible_to follows on the next line",
    "managers/access_forms.py GrantForm Branch": "whoever grants, grants anywhere and sees no business",
    "managers/access_forms.py RelationForm ClientManager": "found by number and name together, shown nowhere",
    "managers/api.py _holding Assignment": "of customers who were found in scope",
    "managers/audit/forms.py WhyForm ClientManager": "who explains access asks about anybody, by number",
    "managers/conduct/acting.py people_for ClientManager": "inside the grants that permit the action",
    "managers/conduct/forms.py CampaignForm Branch": "filled with those inside the grants",
    "managers/conduct/forms.py InspectionForm Branch": "filled with those inside the grants",
    "managers/conduct/forms.py PlanForm Branch": "filled with those inside the grants",
    "managers/conduct/forms.py branches Branch": "inside the grants that permit the action",
    "managers/conduct/inspection_pages.py inspection ClientManager": "of the branch that the reader inspects",
    "managers/conduct/rotation_pages.py _page Branch": "narrows what was found in scope",
    "managers/conduct/rotation_pages.py _rows ClientManager": "of managers who were found in scope",
    "managers/conduct/training_pages.py development Attendance": "of a manager who was found in scope",
    "managers/conduct/training_pages.py development Certificate": "of a manager who was found in scope",
    "managers/conduct/training_pages.py development LeaveRecord": "of a manager who was found in scope",
    "managers/rest/views.py OfManager ClientManager": "self.visible around it",
}


def text_of(module: Path) -> str:
    return (BASE_DIR / module).read_text(encoding="utf-8")


def name_of(node: ast.AST) -> str:
    """The last part of a name: that of `a.b.c` is c."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def nodes(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every node with the name of the outermost function or class it stands in."""
    for top in tree.body:
        for node in ast.walk(top):
            yield getattr(top, "name", ""), node


def unescaped(source: str) -> list[str]:
    """Names by which text becomes HTML as it stands, or a form is taken without its token."""
    return sorted({name_of(node) for node in ast.walk(ast.parse(source))} & UNESCAPED)


def raw_html(template: str) -> list[str]:
    """Filters and tags that leave text unescaped."""
    return re.findall(r"\|\s*(?:safe|safeseq)\b|\{%\s*autoescape off", template)


def known(node: ast.AST) -> bool:
    """Whether a statement is made of texts of the house alone: literals, constants, files."""
    if isinstance(node, ast.JoinedStr):
        return all(known(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return known(node.value)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and known(node.left) and known(node.right)
    if isinstance(node, ast.IfExp):
        return known(node.body) and known(node.orelse)
    if isinstance(node, ast.Call):
        return name_of(node.func) in STATEMENTS
    return isinstance(node, ast.Constant) or name_of(node).lstrip("_").isupper()


def built_sql(source: str) -> list[str]:
    """Functions that execute what is not known as it stands."""
    return sorted(
        {
            top
            for top, node in nodes(ast.parse(source))
            if isinstance(node, ast.Call) and name_of(node.func) in EXECUTORS and node.args
            if not known(node.args[0])
        }
    )


def scoped_models() -> set[str]:
    """The models whose rows hang on a branch or a manager."""
    return {
        model.__name__
        for model in apps.get_models()
        if isinstance(model._default_manager.all(), ScopedQuerySet)
    }


def called(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> Iterator[str]:
    """The names called one after another on a node: `X.objects.filter().visible_to()` gives the last two."""
    while isinstance(parent := parents.get(node), ast.Attribute | ast.Call):
        if isinstance(parent, ast.Call) and parent.func is not node:
            return
        if isinstance(parent, ast.Attribute):
            yield parent.attr
        node = parent


def of_listing(top: ast.stmt) -> list[ast.AST]:
    """What a REST list declares as its `queryset`: `Listing.get_queryset` keeps it to the scope."""
    if not isinstance(top, ast.ClassDef) or "Listing" not in {name_of(base) for base in top.bases}:
        return []
    declared = [each for each in top.body if isinstance(each, ast.Assign)]
    return [node for each in declared if name_of(each.targets[0]) == "queryset" for node in ast.walk(each)]


def unscoped(source: str, models: set[str]) -> list[str]:
    """Functions that ask for rows of a scoped model past `visible_to`, as `function Model`."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    declared = {node for top in tree.body for node in of_listing(top)}
    return sorted(
        {
            f"{top} {name_of(node.value)}"
            for top, node in nodes(tree)
            if isinstance(node, ast.Attribute) and node not in declared
            if node.attr.endswith(("objects", "_manager")) and name_of(node.value) in models
            if "visible_to" not in called(node, parents)
        }
    )


def open_views(patterns: list[Any], space: str = "") -> Iterator[str]:
    """The addresses, by name, that ask nobody who they are; the admin has a door of its own."""
    for each in patterns:
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from () if each.app_name == "admin" else open_views(each.url_patterns, inner)
        elif isinstance(each, URLPattern) and not _signed(each.callback):
            yield f"{space}{each.name}" if each.name else f"api/{each.pattern}"


def _signed(view: Any) -> bool:
    """Behind `login_required`, which leaves its mark, or a REST view with permissions."""
    permissions = getattr(getattr(view, "cls", None), "permission_classes", [AllowAny])
    return hasattr(view, "login_url") or AllowAny not in permissions


def is_page(module: Path) -> bool:
    """Whether a module makes what a person or a program reads."""
    text = text_of(module)
    asked = "HttpRequest" in text or "rest_framework" in text or "import forms" in text
    return ROOMS.get(room(module.parts), EDGE) == EDGE and asked


def everywhere(find: Callable[[str], list[str]], modules: list[Path]) -> set[str]:
    return {f"{module} {found}" for module in modules for found in find(text_of(module))}


def compare(found: set[str], let_through: Named) -> None:
    """Nothing is found but what is let through, and nothing is let through that is not found."""
    assert sorted(found - set(let_through)) == []
    assert sorted(set(let_through) - found) == []


def test_nothing_becomes_html_or_is_posted_unasked() -> None:
    compare(everywhere(unescaped, MODULES), {})


def test_templates_escape_everything() -> None:
    templates = [each for each in BASE_DIR.rglob("templates/**/*") if each.is_file()]
    own = [each.relative_to(BASE_DIR) for each in templates if ".venv" not in each.parts]
    compare({str(each) for each in own if raw_html(text_of(each))}, HTML_LET_THROUGH)


def test_sql_is_known_as_it_stands() -> None:
    compare(everywhere(built_sql, MODULES), SQL_LET_THROUGH)


def test_pages_ask_for_nobodys_rows_past_the_scope() -> None:
    models = scoped_models()
    assert {"ClientManager", "Customer", "Appraisal", "Verdict"} <= models
    found = everywhere(lambda source: unscoped(source, models), [each for each in MODULES if is_page(each)])
    compare(found, ROWS_LET_THROUGH)


def test_every_address_asks_who_is_there() -> None:
    found = set(open_views(get_resolver().url_patterns))
    assert found - set(PUBLIC_VIEWS) == set()


# --- The checks bite -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from django.utils.safestring import mark_safe\nx = mark_safe(y)", ["mark_safe"]),
        ("@csrf_exempt\ndef view(request): ...", ["csrf_exempt"]),
        ("x = safestring.SafeString(y)", ["SafeString"]),
        ("x = format_html('<b>{}</b>', y)", []),
    ],
)
def test_raw_html_in_code_is_found(source: str, found: list[str]) -> None:
    assert unescaped(source) == found


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("{{ name|safe }}", 1),
        ("{{ name | safe }}", 1),
        ("{{ names|safeseq|join:'' }}", 1),
        ("{% autoescape off %}{{ name }}{% endautoescape %}", 1),
        ("{{ name|safer }} {{ name }}", 0),
    ],
)
def test_raw_html_in_templates_is_found(template: str, found: int) -> None:
    assert len(raw_html(template)) == found


@pytest.mark.parametrize(
    ("argument", "found"),
    [
        ("f'SELECT {name}'", True),
        ("'SELECT %s' % name", True),
        ("'SELECT {}'.format(name)", True),
        ("'SELECT ' + name", True),
        ("text", True),
        ("'SELECT 1', [name]", False),
        ("f'SELECT {_COLUMNS}'", False),
        ("queries.COLUMNS", False),
        ("statement('touched'), given", False),
        ("_text('a') if again else ''", False),
    ],
)
def test_built_sql_is_found(argument: str, found: bool) -> None:
    assert built_sql(f"def ask(cursor):\n    cursor.execute({argument})") == (["ask"] if found else [])
    assert built_sql(f"def ask(cursor):\n    Person.objects.raw({argument})") == (["ask"] if found else [])


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("return Person.objects.filter(branch=1)", True),
        ("return list(models.Person.objects.all())", True),
        ("return Person._default_manager.get(pk=1)", True),
        ("return f(Person.objects.all()).visible_to(user, on)", True),
        ("return Person.objects.visible_to(user, on).filter(pk=1)", False),
        ("return get(Person.objects.select_related('x').visible_to(user, on), pk=1)", False),
        ("return Place.objects.all()", False),
    ],
)
def test_rows_past_the_scope_are_found(body: str, found: bool) -> None:
    assert unscoped(f"def page(user, on):\n    {body}", {"Person"}) == (["page Person"] if found else [])


def test_a_rest_list_is_scoped_and_another_class_is_not() -> None:
    source = "class People({}):\n    queryset = Person.objects.all()"
    assert unscoped(source.format("OfManager, Listing"), {"Person"}) == []
    assert unscoped(source.format("APIView"), {"Person"}) == ["People Person"]


def test_a_view_without_a_door_is_found() -> None:
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    views = [path("open/", page, name="open"), path("shut/", login_required(page), name="shut")]
    assert list(open_views(views)) == ["open"]
