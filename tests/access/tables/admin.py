"""The admin: looked at by some within their scope, kept by few; nothing is deleted there."""

from typing import Any

from tests.access.rows import (
    ALL,
    APPRAISALS,
    EVERYONE,
    HR,
    NOBODY,
    PEOPLE,
    PUBLIC,
    RUNS,
    Build,
    May,
    Row,
    fixed,
    roles,
)
from tests.access.things import THINGS

#: Who asks for what only leads on to the log.
LOOKERS = frozenset({"anonymous", "nobody", "branch_hr", "auditor"})
#: Everybody of the scene is staff: what they see must follow from their roles alone.
_STAFF = May(EVERYONE)
_PAGES: dict[str, Row] = {
    "admin:index": Row(get=_STAFF, methods=("GET",)),
    "admin:login": Row(get=May(PUBLIC, ok=(302,)), methods=("GET",), login=False),
    "admin:logout": Row(post=May(PUBLIC, ok=(302,), idle=True)),
    "admin:password_change": Row(get=May(EVERYONE, ok=(302,)), methods=("GET",)),
    "admin:password_change_done": Row(get=_STAFF, methods=("GET",)),
    "admin:jsi18n": Row(get=_STAFF, methods=("GET",)),
    "admin:autocomplete": Row(get=May(NOBODY), methods=("GET",)),
    "admin:view_on_site": Row(
        get=May(NOBODY, refused=(404,)),
        methods=("GET",),
        kwargs=fixed(content_type_id=1, object_id=1),
    ),
    "admin:app_list": Row(
        get=May(EVERYONE - {"nobody", "superuser"}, refused=(404,), ok=(200, 404)),
        methods=("GET",),
        kwargs=fixed(app_label="managers"),
    ),
    "admin:(?P<url>.*)$": Row(get=May(NOBODY, refused=(404,)), methods=("GET",), path="/admin/nowhere/"),
    "admin:<path:object_id>/": Row(
        get=May(EVERYONE, ok=(302,)), methods=("GET",), path="/admin/managers/customer/1/"
    ),
}


def _pk(model: str) -> Build:
    return lambda scene, thing: {"object_id": scene.rows.get(model, {}).get(thing) or scene.first(model)}


def model(
    name: str,
    who: frozenset[str],
    *,
    scoped: bool = False,
    keep: frozenset[str] = NOBODY,
    adds: frozenset[str] = NOBODY,
    lists: frozenset[str] = ALL,
    stage: str = "in_risk_queue",
    places: frozenset[str] = NOBODY,
) -> dict[str, Row]:
    """The five addresses of a table: who looks, within their scope where it has one, and who keeps it."""
    gone = (302,)
    seen = May(who, hidden=gone)
    kept = May(keep, ok=(200, 302), hidden=gone, tied=(403,) if scoped else None, idle=True)
    row: dict[str, Any] = {"about": scoped, "kwargs": _pk(name), "staff": True, "stage": stage}
    some = tuple(THINGS) if keep else ("mate", "far")
    return {
        f"admin:{name}_changelist": Row(
            get=May(who, lists=lists if scoped else None), methods=("GET",), staff=True, places=places
        ),
        f"admin:{name}_add": Row(get=May(adds), methods=("GET",), staff=True),
        f"admin:{name}_change": Row(get=seen, post=kept, things=some, **row),
        f"admin:{name}_delete": Row(get=May(NOBODY), post=May(NOBODY), things=("far",), **row),
        f"admin:{name}_history": Row(
            get=May(EVERYONE, ok=(302,), hidden=gone),
            methods=("GET",),
            things=("far",),
            actors=LOOKERS,
            **row,
        ),
    }


#: Name of the table, who looks; more: whether rows lie in somebody's scope, who keeps it, who adds to it.
MODELS: tuple[tuple[str, frozenset[str], dict[str, Any]], ...] = (
    ("appraisal_appraisal", APPRAISALS, {"scoped": True}),
    ("appraisal_cycle", APPRAISALS, {}),
    ("grading_graderecord", PEOPLE, {"scoped": True}),
    (
        "grading_rulebookversion",
        EVERYONE - roles("nobody superuser client_manager platform_admin security_admin asset_preservation"),
        {},
    ),
    ("grading_verdict", APPRAISALS, {"scoped": True}),
    ("ledger_bundle", RUNS, {}),
    ("ledger_event", PEOPLE, {"scoped": True}),
    ("ledger_feedexpectation", RUNS, {"keep": roles("head_hr"), "adds": roles("head_hr")}),
    ("ledger_product", RUNS, {"keep": roles("head_hr")}),
    ("managers_outboxmessage", roles("platform_admin auditor"), {}),
    ("ledger_run", RUNS, {}),
    ("ledger_runrequest", RUNS, {"stage": "asked"}),
    ("ledger_target", PEOPLE, {"scoped": True}),
    ("managers_apitoken", roles("platform_admin auditor"), {}),
    ("managers_assignment", PEOPLE, {"scoped": True}),
    ("managers_branch", PEOPLE, {"scoped": True, "lists": NOBODY}),
    ("managers_clientmanager", PEOPLE, {"scoped": True, "keep": HR}),
    ("managers_customer", PEOPLE, {"scoped": True, "lists": ALL}),
    ("managers_grant", roles("security_admin auditor"), {"places": roles("security_admin")}),
    ("managers_logentry", roles("auditor"), {}),
    ("managers_user", roles("platform_admin security_admin"), {"keep": roles("platform_admin")}),
)

TABLE: dict[str, Row] = dict(_PAGES)
for _name, _who, _more in MODELS:
    TABLE |= model(_name, _who, **_more)
