"""The working standard: logs, research, plans, agreements, complaints, surveys.

Whoever has a manager file opens the pages for the own papers; others' are for the roles that look at them.
"""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.access.rows import (
    ALL,
    NOBODY,
    OWN,
    May,
    Row,
    both,
    do,
    fixed,
    key,
    number,
    of,
    read,
    roles,
)
from tests.access.scene import Scene
from tests.access.things import THINGS, TIED

LOOK = roles("auditor head_risk branch_risk branch_market outlet_head")
HEADS = roles("outlet_head")
NOTING = roles("branch_market outlet_head")
RECORDERS = roles("head_risk branch_risk branch_market outlet_head")
CLOSERS = roles("head_risk branch_risk outlet_head")
#: Those for whom a manager file is the only reason to be here.
_FILED = frozenset(TIED) - LOOK
_KEPT: dict[str, Any] = {"stage": "kept"}
#: About somebody: one's own, or by a role within the scope; a manager finds no colleague's.
_ABOUT: dict[str, Any] = {**_KEPT, "about": True, "own": True, "looks": OWN, "told": (404,)}


def _list(**more: Any) -> Row:
    return read(LOOK | OWN, lists=ALL, **_KEPT, **more)


def _own_list(**more: Any) -> Row:
    """The list of somebody whose role looks at nothing here, but who is a manager as well: the own papers."""
    given: dict[str, Any] = {"own": True, "lists": frozenset({"self"}), "about": True, "things": ("self",)}
    return read(NOBODY, actors=_FILED, **given, **_KEPT, **more)


def _page(kind: str) -> Row:
    return read(LOOK, kwargs=of(kind), **_ABOUT)


def _paper(kind: str) -> Row:
    return read(LOOK, kwargs=of(kind), things=("self", "mate", "far"), **_ABOUT)


def _step(name: str, kind: str, who: frozenset[str], **given: Any) -> Row:
    """A step: refused with 403, unseen with 404; the own paper is for others to decide on."""
    more: dict[str, Any] = {"looks": LOOK | OWN, "told": (302, 403), "tied": (302, 403), "mine": (302, 403)}
    return do(
        who,
        kwargs=of(kind, name=name),
        body=key(reason="已核实，请补充"),
        about=True,
        **_KEPT,
        **(more | given),
    )


def _new(body: Any) -> Row:
    """A paper of one's own, begun by whoever has a manager file."""
    return Row(
        get=May(NOBODY, own=True),
        post=May(NOBODY, own=True, ok=(302,)),
        about=True,
        things=("self",),
        body=body,
        **_KEPT,
    )


def _customer(scene: Scene, thing: str) -> dict[str, Any]:
    return {"customer": f"C{THINGS[thing][0]}", "key": f"k-{thing}"}


def _about(scene: Scene, thing: str) -> dict[str, Any]:
    return {"manager": THINGS[thing][0], "key": f"k-{thing}"}


_ENTRY = both(_customer, fixed(kind="visit", text="走访", day="2026-10-12"))
_PROMISES = {
    "promise-TOTAL_FORMS": "1",
    "promise-INITIAL_FORMS": "0",
    "promise-0-kind": "other",
    "promise-0-text": "优先代发工资",
}
_TERMS = {"number": "XY-77", "signatory": "赵总", "bank_signatory": "钱行长"}
_AIMS = {
    "aim-TOTAL_FORMS": "1",
    "aim-INITIAL_FORMS": "0",
    "aim-0-metric": "deposit_daily_average",
    "aim-0-year": "900",
}


def _answers(scene: Scene, thing: str) -> dict[str, Any]:
    return _sheet(thing, thing)


def _sheet(customer: str, manager: str) -> dict[str, Any]:
    """Answers of the customer of one about another."""
    lines = f"customer_no,employee_no,q1\nC{THINGS[customer][0]},{THINGS[manager][0]},4\n"
    return {"file": SimpleUploadedFile("s.csv", lines.encode())}


def _elsewhere(who: frozenset[str], **more: Any) -> Row:
    """A form that names somebody out of sight beside somebody in sight: told on the page."""
    return do(NOBODY, looks=who, told=(200,), actors=who, about=True, things=("mate",), **_KEPT, **more)


TABLE: dict[str, Row] = {
    # --- logs ----------------------------------------------------------------------------------------------
    "work_log": _list(),
    "work_log[with a file]": _own_list(),
    "new_work_log": _new(_ENTRY),
    "work_log_entry": _page("work_log"),
    "review_work_log": do(
        HEADS,
        hidden=(302,),
        tied=(302, 403),
        mine=(302, 403),
        looks=LOOK | OWN,
        told=(302, 403),
        about=True,
        body=lambda scene, thing: {"entry": [scene.rows["work_log"][thing]], "comment": "已阅"},
        **_KEPT,
    ),
    "work_log_sheet": read(
        LOOK,
        things=("self", "mate", "far"),
        ask=lambda scene, thing: {"manager": THINGS[thing][0], "from": "2026-10-01", "to": "2026-10-12"},
        **_ABOUT,
    ),
    "customer_log": read(LOOK, kwargs=lambda scene, thing: {"customer_no": f"C{THINGS[thing][0]}"}, **_ABOUT),
    # --- research ------------------------------------------------------------------------------------------
    "research": _list(),
    "research[with a file]": _own_list(),
    "new_research": _new(both(_customer, fixed(subject="调查", findings="三户拟扩产"))),
    "research_note": _page("research"),
    "research_step": _step("acknowledge", "research", NOTING),
    # --- plans ---------------------------------------------------------------------------------------------
    "plans": _list(),
    "plans[with a file]": _own_list(),
    "new_plan": Row(
        get=May(HEADS | OWN, own=True, hidden=(200,)),
        post=May(HEADS | OWN, own=True, ok=(302,), hidden=(200,), tied=(200, 403)),
        about=True,
        things=("self", "mate", "far"),
        body=both(_about, fixed(year="2028", market="竞争", measures="走访", **_AIMS)),
        **(_KEPT | {"actors": frozenset(TIED) - roles("outlet_head")}),
    ),
    "plan": _page("plan"),
    "edit_plan": Row(
        get=May(HEADS, own=True, looks=LOOK | OWN, told=(403,), tied=(200, 403)),
        post=May(HEADS, own=True, ok=(302,), looks=LOOK | OWN, told=(403,), tied=(403,)),
        about=True,
        kwargs=of("plan_draft"),
        body=both(_about, fixed(year="2027", market="竞争加剧", measures="走访", **_AIMS)),
        **_KEPT,
    ),
    "plan_paper": _paper("plan"),
    "plan_step[approve]": _step("approve", "plan", NOTING),
    "plan_step[send_back]": _step("send_back", "plan", NOTING),
    # --- agreements ----------------------------------------------------------------------------------------
    "agreements": _list(),
    "agreements[with a file]": _own_list(),
    "new_agreement": _new(
        both(_customer, fixed(starts_on="2026-10-12", ends_on="2027-10-12", **_TERMS, **_PROMISES))
    ),
    "agreement": Row(
        get=May(LOOK, own=True, looks=OWN, told=(404,)),
        post=May(HEADS, own=True, ok=(302,), looks=LOOK | OWN, told=(403,), tied=(403,)),
        about=True,
        kwargs=of("agreement_in_force"),
        body=fixed(as_of="2026-09-30", deposits="900.00", source="季报"),
        **_KEPT,
    ),
    "agreement_paper": _paper("agreement"),
    "agreement_step[approve]": _step("approve", "agreement", HEADS),
    "agreement_step[end]": _step("end", "agreement_in_force", HEADS),
    # --- complaints ----------------------------------------------------------------------------------------
    "complaints": read(LOOK | OWN, lists=ALL, **_KEPT),
    "new_complaint": Row(
        get=May(RECORDERS, hidden=(200,)),
        post=May(RECORDERS, ok=(302,), hidden=(200,), tied=(200,), mine=(403, 200)),
        about=True,
        things=("mate", "kin", "far"),
        body=both(
            _about,
            fixed(received_on="2026-10-12", channel="phone", complainant="孙女士", text="久候无人"),
        ),
        **_KEPT,
    ),
    "new_complaint[of a customer elsewhere]": _elsewhere(
        RECORDERS - {"head_risk"},
        body=both(
            _about,
            fixed(received_on="2026-10-12", channel="phone", complainant="孙女士", text="久候无人"),
            fixed(customer_no=f"C{THINGS['far'][0]}"),
        ),
    ),
    "complaint": Row(
        get=May(LOOK, looks=OWN, told=(404,), tied=(404,), mine=(404,)),
        about=True,
        kwargs=of("complaint"),
        methods=("GET",),
        **_KEPT,
    ),
    "complaint[answered]": _page("complaint_answered"),
    "complaint_step[close]": _step("close", "complaint_answered", CLOSERS),
    "complaint_step[assign]": do(
        CLOSERS,
        looks=LOOK | OWN,
        told=(302, 403, 404),
        tied=(404,),
        mine=(404,),
        about=True,
        kwargs=of("complaint", name="assign"),
        body=key(handler="u-stand-in-head_risk-HO"),
        **_KEPT,
    ),
    # --- surveys -------------------------------------------------------------------------------------------
    "surveys": read(LOOK | OWN, lists=NOBODY, **_KEPT),
    "new_survey": Row(
        get=May(roles("branch_market")),
        post=May(roles("branch_market"), ok=(302,)),
        body=fixed(
            title="调查", branch="S1", starts_on="2026-10-12", ends_on="2026-12-31", questions="态度", key="k"
        ),
        **_KEPT,
    ),
    "survey": Row(
        get=May(LOOK, looks=OWN, told=(404,)),
        post=May(NOTING, ok=(302,), looks=LOOK | OWN, told=(403,), tied=(200,)),
        about=True,
        things=("mate", "kin", "sister", "far"),
        kwargs=of("survey"),
        body=lambda scene, thing: {
            "manager": THINGS[thing][0],
            "customer_no": f"C{THINGS[thing][0]}",
            "q1": "4",
        },
        **_KEPT,
    ),
    "survey[closed]": read(LOOK, things=("self", "mate", "far"), kwargs=of("survey_closed"), **_ABOUT),
    "survey_sheet": do(
        NOTING,
        looks=LOOK | OWN,
        told=(403,),
        tied=(403,),
        things=("mate", "kin", "sister", "far"),
        about=True,
        kwargs=of("survey"),
        body=_answers,
        **_KEPT,
    ),
    "survey[of all]": read(
        LOOK, looks=OWN, told=(404,), lists=ALL - {"kin"}, listed=NOTING, kwargs=number("survey"), **_KEPT
    ),
    "survey[of a customer elsewhere]": _elsewhere(
        NOTING,
        kwargs=of("survey"),
        body=fixed(manager=THINGS["mate"][0], customer_no=f"C{THINGS['far'][0]}", q1="4"),
    ),
    "survey_sheet[of a customer elsewhere]": _elsewhere(
        NOTING, kwargs=of("survey"), body=lambda scene, thing: _sheet("far", "mate")
    ),
    "survey_sheet[of a manager elsewhere]": _elsewhere(
        NOTING, kwargs=of("survey"), body=lambda scene, thing: _sheet("mate", "far")
    ),
    "survey_step": do(
        roles("branch_market"),
        looks=LOOK | OWN,
        told=(302, 403),
        things=("mate", "sister", "far"),
        about=True,
        kwargs=of("survey", name="close"),
        body=key(),
        **_KEPT,
    ),
}
