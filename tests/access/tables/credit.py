"""Lending: credit files, investigations, proposals, and what happens to a loan after it was granted."""

from typing import Any

from tests.access.rows import (
    ALL,
    GROUP,
    NOBODY,
    OWN,
    PEOPLE,
    PUBLIC,
    SCOPE_FIRST,
    Build,
    May,
    Row,
    do,
    fixed,
    key,
    of,
    read,
    roles,
)
from tests.access.scene import Scene
from tests.access.things import THINGS, TIED

FILES = roles("auditor head_risk branch_risk asset_preservation branch_market outlet_head")
LOANS = roles("auditor head_risk branch_risk asset_preservation outlet_head")
KEEPERS = roles("head_risk branch_risk outlet_head")
#: Those whom the standard in force names for amounts.
LEVELS = roles("outlet_head head_risk")
_FILED = frozenset(TIED) - FILES
_KEPT: dict[str, Any] = {"stage": "kept"}
#: About somebody: one's own, or by a role within the scope; a manager finds no colleague's.
_PAGE: dict[str, Any] = {**_KEPT, "about": True, "own": True, "looks": OWN, "told": (404,)}
#: Steps: whoever sees the row is told on its page, or refused.
_SAID = (302, 403)


def _own_list() -> Row:
    """The list of somebody whose role looks at no loan, but who is a manager as well: the own customers."""
    given: dict[str, Any] = {"own": True, "lists": frozenset({"self"}), "about": True, "things": ("self",)}
    return read(NOBODY, actors=_FILED, **given, **_KEPT)


def _step(kind: str, name: str, who: frozenset[str], *, sees: frozenset[str] = LOANS, **more: Any) -> Row:
    """A step on a row that hangs on the manager."""
    given: dict[str, Any] = {"looks": sees | OWN, "told": _SAID, "tied": _SAID, "mine": _SAID, **_KEPT}
    body = key(reason="资料不全，请补充后再报")
    return do(who, about=True, kwargs=of(kind, name=name), **({"body": body} | given | more))


def _customer(**more: Any) -> Build:
    return lambda scene, thing: {"customer_no": f"C{THINGS[thing][0]}", **more}


def _entry(kind: str, **more: Any) -> Build:
    """A row of the customer's file."""
    return lambda scene, thing: {
        "customer_no": f"C{THINGS[thing][0]}",
        "pk": scene.rows[kind][thing],
        **more,
    }


def _photo(scene: Scene, thing: str) -> dict[str, Any]:
    return {"pk": scene.rows["loan_inspection"][thing], "file": scene.rows["stored_file"][thing]}


#: By the manager who handles the loan alone.
_HANDLER: dict[str, Any] = {
    **_KEPT,
    "about": True,
    "looks": LOANS | OWN,
    "own": True,
    "idle": True,
    "ok": (200, 302, 403),
}

BEFORE: dict[str, Row] = {
    # --- the file ------------------------------------------------------------------------------------------
    "credit_files": read(FILES | OWN, lists=ALL, **_KEPT),
    "credit_files[with a file]": _own_list(),
    "credit_file": read(FILES, kwargs=_customer(), **_PAGE),
    "credit_file_add": do(
        KEEPERS,
        kwargs=_customer(what="party"),
        body=fixed(role="shareholder", name="周先生", is_person="on", share="20"),
        **(_PAGE | {"looks": FILES | OWN, "told": (403,)}),
    ),
    "credit_file_begin": do(
        NOBODY,
        kwargs=_customer(what="investigation"),
        body=fixed(kind="pre_loan"),
        named=frozenset({"mate", "kin", "sister"}),  # colleagues to choose from
        **(_HANDLER | {"looks": FILES | OWN, "told": (403,)}),
    ),
    "credit_file_end": do(
        KEEPERS,
        kwargs=_entry("party", what="party"),
        body=fixed(reason="登记有误，予以终止"),
        **(_PAGE | {"looks": FILES | OWN, "told": (403,)}),
    ),
    "confirm_facility": do(
        KEEPERS,
        kwargs=_entry("facility"),
        **(_PAGE | {"own": False, "looks": FILES | OWN, "told": _SAID, "mine": _SAID, "tied": _SAID}),
    ),
    "reveal_party": do(
        roles("auditor"),
        ok=(200,),
        kwargs=_entry("party"),
        body=fixed(field="identity_no", reason="核对资料", case_no="JH-2026-07"),
        **(_PAGE | {"looks": FILES | OWN, "told": (200, 403)}),
    ),
    # --- investigations and proposals ----------------------------------------------------------------------
    "investigation": read(FILES, kwargs=of("investigation"), **_PAGE),
    "write_investigation": do(
        NOBODY,
        kwargs=of("investigation"),
        body=fixed(**{"text-borrower": "已实地核实"}),
        **(_PAGE | {"looks": FILES | OWN, "told": (403,)}),
    ),
    "investigation_report": read(
        FILES, ok=(200, 302), kwargs=of("investigation_signed"), things=("self", "mate", "far"), **_PAGE
    ),
    "investigation_step": do(
        NOBODY,
        kwargs=of("investigation", name="close"),
        body=key(reason="客户不再申请，结束调查"),
        **(_PAGE | {"looks": FILES | OWN, "told": (403,)}),
    ),
    "loan_proposals": read(FILES | OWN, lists=ALL, counted=KEEPERS, **_KEPT),
    "loan_proposals[with a file]": _own_list(),
    "loan_proposal": read(FILES, kwargs=of("proposal"), **_PAGE),
    "loan_proposal_step[refuse]": _step("proposal", "refuse", LEVELS, sees=FILES),
    "loan_proposal_step[withdraw]": _step("proposal", "withdraw", NOBODY, sees=FILES, mine=None, own=True),
}
AFTER: dict[str, Row] = {
    "credit_today": read(LOANS | OWN, **_KEPT),
    "credit_calendar": Row(get=May(PUBLIC, ok=(404,)), methods=("GET",), login=False),
    "renew_calendar": do(LOANS | OWN, idle=True, **_KEPT),
    "afterloan": read(LOANS, kwargs=of("loan"), **_PAGE),
    "classify": Row(
        get=May(LOANS, own=True, looks=OWN, told=(404,)),
        post=May(NOBODY, own=True, ok=(200, 302), idle=True, looks=LOANS | OWN, told=(200, 403)),
        about=True,
        kwargs=of("loan"),
        **_KEPT,
    ),
    "end_loan": Row(
        get=May(LOANS, own=True, looks=OWN, told=(404,)),
        post=May(NOBODY, own=True, ok=(200, 302), idle=True, looks=LOANS | OWN, told=(200, 403)),
        about=True,
        kwargs=of("loan"),
        **_KEPT,
    ),
    "classifications": read(LOANS | OWN, lists=ALL, **_KEPT),
    "classifications[with a file]": _own_list(),
    "classification": read(LOANS, kwargs=of("classification"), **_PAGE),
    "classification_step[confirm]": _step("classification", "confirm", roles("branch_risk")),
    "classification_step[refuse]": _step("classification", "refuse", LEVELS, stage="confirmed"),
    "loan_inspections": read(LOANS | OWN, lists=ALL, **_KEPT),
    "loan_inspections[with a file]": _own_list(),
    "loan_inspection": read(LOANS, kwargs=of("loan_inspection"), **_PAGE),
    "loan_inspection_step": _step("loan_inspection", "sign", NOBODY),
    "loan_inspection_file": read(LOANS, kwargs=_photo, **_PAGE),
    "loan_finding_step": _step("loan_finding", "close", KEEPERS),
    "maturities": read(LOANS | OWN, lists=ALL, **_KEPT),
    "maturities[with a file]": _own_list(),
    "print_maturities": do(
        LOANS,
        ok=(200,),
        things=("self", "mate", "far"),
        body=lambda scene, thing: {"notice": [scene.rows["maturity"][thing]]},
        **(_PAGE | {"idle": True}),
    ),
    "maturity_receipt": do(
        NOBODY,
        kwargs=of("maturity"),
        body=fixed(received_by="赵总", received_on="2026-10-12", way="handed"),
        **(_PAGE | {"looks": LOANS | OWN, "told": _SAID}),
    ),
    "endings": read(LOANS | OWN, lists=ALL, **_KEPT),
    "endings[with a file]": _own_list(),
    "ending": read(LOANS, kwargs=of("ending"), **_PAGE),
    "ending_step[refuse]": _step("ending", "refuse", LEVELS),
    "ending_step[receive]": _step("preserved", "receive", roles("asset_preservation"), stage="gone_bad"),
    "stored_file": read(
        LOANS,
        own=True,
        refused=SCOPE_FIRST,
        stage="kept",
        about=True,
        kwargs=of("stored_file"),
    ),
}
AFTER["stored_file[about a manager]"] = read(
    PEOPLE | GROUP, own=True, refused=SCOPE_FIRST, stage="kept", about=True, kwargs=of("manager_file")
)
TABLE = BEFORE | AFTER
