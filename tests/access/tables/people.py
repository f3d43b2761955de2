"""People: register, careers, identity data, qualifications, changes of grade; the log; grants and ties."""

from typing import Any

from managers.roles import ROLES
from tests.access.holdings import sheet
from tests.access.rows import (
    ALL,
    EVERYONE,
    GROUP,
    HR,
    KEEPERS,
    NOBODY,
    PEOPLE,
    SCOPE_FIRST,
    May,
    Row,
    both,
    do,
    employee,
    fixed,
    key,
    number,
    of,
    own,
    read,
    roles,
)
from tests.access.scene import Scene
from tests.access.things import IDENTITY, THINGS

AUDITOR = roles("auditor")
FILES = HR | AUDITOR
#: Whoever reads applications and changes of grade.
CAREERS = PEOPLE | GROUP
_ABOUT: Any = {"about": True, "kwargs": employee}
#: A step on a page that others only read: they are told on the page.
_STEP: Any = {"refused": SCOPE_FIRST, "tied": (302,), "mine": (302,), "about": True}


def _identity(scene: Scene, thing: str) -> dict[str, Any]:
    return {"identity_no": IDENTITY[thing]}


def _candidate(scene: Scene, thing: str) -> dict[str, Any]:
    return {"employee_no": "NW0001", "name": "新人", "branch": THINGS[thing][2], "line": "corporate"}


def _career(name: str, who: frozenset[str], **given: str) -> Row:
    kwargs = both(employee, fixed(name=name))
    return do(who, looks=PEOPLE, kwargs=kwargs, body=key(**({"reason": "核查需要"} | given)), **_STEP)


def _qualifying(
    name: str, who: frozenset[str], *, stage: str = "in_risk_queue", own: bool = False, **given: Any
) -> Row:
    body = key(**({"reason": "条件不足"} | given))
    more = _STEP | {"stage": stage, "looks": CAREERS, "own": own, "mine": None if own else (302,)}
    return do(who, kwargs=of("qualification", name=name), body=body, **more)


def _changing(name: str, who: frozenset[str], *, stage: str = "in_risk_queue", **more: Any) -> Row:
    given = _STEP | {"mine": (404,), "stage": stage, "looks": CAREERS} | more
    return do(who, kwargs=of("grade_change", name=name), body=key(reason="另有安排"), **given)


def _declared(thing: str) -> dict[str, Any]:
    number, name, *_rest = THINGS[thing]
    who = {"username": "u-nobody", "employee_no": number, "name": name}
    return who | {"kind": "kin", "starts_on": "2026-10-12", "reason": "表亲"}


TABLE: dict[str, Row] = {
    # --- register and career -------------------------------------------------------------------------------
    "people": read(PEOPLE, lists=ALL),
    "people[asked]": read(PEOPLE, ask=fixed(q=THINGS["far"][0])),
    "person": read(PEOPLE, own=True, refused=SCOPE_FIRST, **_ABOUT),
    "register_candidate": do(
        HR,
        refused=(302,),
        hidden=(302,),
        about=True,
        things=("mate", "sister", "far"),
        body=both(_candidate, fixed(hired_on="2026-10-01")),
    ),
    "career_step[suspend]": _career("suspend", HR),
    "career_step[transfer]": _career("transfer", HR, branch="S1", starts_on="2026-10-12", position="岗位"),
    # --- identity data -------------------------------------------------------------------------------------
    "find_person": read(FILES),
    "find_person[asked]": do(FILES, hidden=(200,), about=True, body=_identity, logs=True),
    "personnel_file": read(FILES, own=True, refused=SCOPE_FIRST, **_ABOUT),
    "reveal_identity": do(
        FILES,
        ok=(200,),
        refused=SCOPE_FIRST,
        tied=(403,),
        body=fixed(field="phone", reason="核对资料", case_no="JH-2026-07"),
        reveals=True,
        **_ABOUT,
    ),
    "amend_identity": do(HR, refused=SCOPE_FIRST, tied=(403,), body=fixed(phone="13900139000"), **_ABOUT),
    # --- qualification -------------------------------------------------------------------------------------
    "qualifications": read(CAREERS, lists=ALL),
    "qualification": read(CAREERS, own=True, refused=SCOPE_FIRST, about=True, kwargs=of("qualification")),
    "apply_qualification": do(
        HR,
        own=True,
        refused=SCOPE_FIRST,
        tied=(403,),
        stage="measured",
        body=key(grade="corporate-six-grades:third", reason="申请晋级"),
        **_ABOUT,
    ),
    "qualification_step[see]": _qualifying("see", HR, kind="conduct", document_no="N-1"),
    "qualification_step[reject]": _qualifying("reject", HR),
    "qualification_step[withdraw]": _qualifying("withdraw", HR, own=True),
    "qualification_step[pass_exam]": _qualifying(
        "pass_exam", HR, stage="screened", score="80", pass_mark="60", exam_on="2026-10-10", exam_name="统考"
    ),
    "qualification_step[recognise]": _qualifying(
        "recognise",
        GROUP,
        stage="examined",
        certificate_no="ZS-1",
        issued_on="2026-10-10",
        expires_on="2028-10-10",
    ),
    "exam_sheets": read(HR, lists=NOBODY),
    "exam_sheets[upload]": do(
        HR, body=lambda scene, thing: {"name": "统考", "exam_on": "2026-10-10", "file": sheet()}
    ),
    "exam_sheet": read(HR, kwargs=own("exam_sheet"), numbered=ALL),
    "exam_sheet[foreign]": read(NOBODY, looks=HR, told=(404,), kwargs=own("foreign_exam_sheet")),
    # --- changes of grade ----------------------------------------------------------------------------------
    "grade_changes": read(CAREERS, lists=ALL),
    "grade_change": read(CAREERS, refused=SCOPE_FIRST, mine=(404,), about=True, kwargs=of("grade_change")),
    "propose_grade_change": do(
        HR,
        refused=(302, 404),
        tied=(302,),
        stage="measured",
        body=key(kind="promote", to_grade="third", effective_on="2026-12-01", reason="业绩突出"),
        **_ABOUT,
    ),
    "grade_change_step[approve]": _changing("approve", GROUP),
    "grade_change_step[cancel]": _changing("cancel", HR),
    "grade_change_step[schedule]": _changing("schedule", HR, stage="approved"),
    # --- the log, and who sees what ------------------------------------------------------------------------
    "audit": read(AUDITOR),
    "audit[asked]": read(AUDITOR, ask=lambda scene, thing: {"about": THINGS["far"][0]}),
    "audit_export": do(AUDITOR, ok=(200,), body=fixed(reason="年度检查取数")),
    "audit_why": read(KEEPERS | AUDITOR, lists=NOBODY),
    "audit_why[asked]": read(
        KEEPERS | AUDITOR,
        ask=lambda scene, thing: {"user": "u-branch_hr", "manager": THINGS["far"][0]},
        named=frozenset({"far"}),
        places=KEEPERS,
    ),
    "stored_export": read(EVERYONE, kwargs=own("export", "key")),
    "stored_export[foreign]": read(NOBODY, refused=(404,), kwargs=own("foreign_export", "key")),
    "fetch_export": do(EVERYONE, ok=(200,), kwargs=own("export", "key")),
    "fetch_export[foreign]": do(NOBODY, refused=(404,), kwargs=own("foreign_export", "key")),
    # --- grants, delegations, relations --------------------------------------------------------------------
    "access": read(KEEPERS | AUDITOR, lists=NOBODY, places=KEEPERS),
    "grant_ask": do(
        KEEPERS,
        body=lambda scene, thing: {
            "user": scene.people["newcomer"].pk,
            "role": "branch_market",
            "branch": scene.numbers["branch"],
            "starts_on": "2026-10-12",
            "reason": "岗位需要",
        },
    ),
    "grant_confirm": do(KEEPERS, kwargs=number("pending")),
    "grant_confirm[own]": do(NOBODY, looks=KEEPERS, kwargs=number("asked")),
    "grant_refuse": do(KEEPERS, kwargs=number("pending"), body=fixed(reason="不同意")),
    "grant_revoke": do(KEEPERS, kwargs=number("granted"), body=fixed(reason="调岗")),
    "delegations": Row(
        get=May(EVERYONE),
        post=May(EVERYONE, idle=True),
        body=lambda scene, thing: {"grant": scene.numbers["granted"], "to": scene.people["nobody"].pk},
    ),
    "delegation_end": do(KEEPERS, refused=(302,), kwargs=number("delegation"), body=fixed(reason="提前结束")),
    "relations": read(frozenset(ROLES), named=frozenset({"kin"})),
    "relations[kept]": read(HR, actors=HR, lists=frozenset({"kin", "far"})),
    "relations[own]": do(
        frozenset(ROLES) - HR, actors=frozenset(ROLES) - HR, body=lambda scene, thing: _declared("far")
    ),
    "relations[for others]": do(
        HR, hidden=(403,), about=True, actors=HR, body=lambda scene, thing: _declared(thing)
    ),
    "relation_end": do(
        roles("head_hr"), kwargs=number("relation"), body=fixed(reason="误报", ends_on="2026-10-12")
    ),
}
