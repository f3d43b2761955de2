"""The procedure: workbench, appeals, the desks of HR, risk and the group, papers, look-backs; rulebooks."""

from collections.abc import Callable
from typing import Any

from tests.access.rows import (
    ALL,
    APPRAISALS,
    EVERYONE,
    GROUP,
    HR,
    NOBODY,
    OWN,
    PEOPLE,
    RISK,
    SCOPE_FIRST,
    Build,
    May,
    Row,
    case,
    do,
    employee,
    fixed,
    key,
    number,
    of,
    read,
    roles,
)
from tests.access.scene import Scene
from tests.access.things import THINGS, TIED

AUDITOR = roles("auditor")
DRAFTS = HR | roles("head_risk auditor")
_CASE: Any = {"about": True, "kwargs": case}
_STEP: Any = {"refused": SCOPE_FIRST, "tied": (403,), "about": True}


def _self(stage: str, **more: Any) -> Row:
    """A step of the person appraised alone."""
    return do(NOBODY, own=True, refused=SCOPE_FIRST, stage=stage, **_CASE, **more)


def _line(name: str) -> Build:
    """A line of the verdict, and what is wrong with it."""
    return lambda scene, thing: {
        name: scene.numbers["line"],
        "text": "少计一户",
        "expected": "42",
        "key": "k",
    }


def _hr(name: str, stage: str, **more: Any) -> Row:
    def kwargs(scene: Any, thing: str) -> dict[str, Any]:
        return {"pk": scene.cases[thing], "name": name}

    return do(HR, kwargs=kwargs, stage=stage, body=key(), **_STEP, **more)


def _paper(stage: str, **more: Any) -> Row:
    return read(APPRAISALS, refused=SCOPE_FIRST, stage=stage, things=("self", "mate", "far"), **_CASE, **more)


def _issue(scene: Scene, thing: str) -> dict[str, Any]:
    return {"pk": scene.cases[thing], "issue": scene.rows["issue"][thing]}


def _adjustment(scene: Scene, thing: str) -> dict[str, Any]:
    return {
        "employee_no": THINGS[thing][0],
        "metric": "deposit_daily_average",
        "window": "year",
        "amount": "1500.00",
        "starts_on": "2026-07-01",
        "expires_on": "2026-09-30",
        "reason": "漏记一户",
        "evidence": "对账单 118",
    }


def _adjusting(name: str, who: frozenset[str], **more: Any) -> Row:
    given = {"looks": RISK | AUDITOR, "told": (403,), "tied": (403,)} | more
    return do(who, about=True, kwargs=of("adjustment", name=name), body=key(reason="证据不足"), **given)


def _lookback(kind: Callable[..., Row], who: frozenset[str], **more: Any) -> Row:
    """Nobody reads the review of the own case, or ends it."""
    given = {"stage": "published", "about": True, "kwargs": of("lookback")} | more
    given.setdefault("things", ("mate", "kin", "sister", "far"))
    return kind(who, **given, **({"body": key(reason="影响轻微")} if kind is do else {}))


PROCEDURE: dict[str, Row] = {
    # --- the own case --------------------------------------------------------------------------------------
    "me": read(OWN, lists=frozenset({"self"})),
    "raise_issue": _self("measured", body=_line("code")),
    "make_statement": _self("measured", idle=True, body=key(text="新增三户")),
    "appeal": _self("published", body=_line("criterion")),
    "withdraw_appeal": _self("appealed", things=("self", "mate", "far"), body=key(reason="已核对")),
    # --- looking -------------------------------------------------------------------------------------------
    "manager": read(PEOPLE | GROUP, own=True, refused=SCOPE_FIRST, about=True, kwargs=employee),
    "figure": read(
        PEOPLE,
        own=True,
        refused=SCOPE_FIRST,
        about=True,
        kwargs=lambda scene, thing: employee(scene, thing) | {"metric": "deposit_daily_average"},
    ),
    "dossier": read(APPRAISALS, refused=SCOPE_FIRST, mine=(302,), **_CASE),
    "dossier[published]": read(APPRAISALS, refused=SCOPE_FIRST, mine=(302,), stage="published", **_CASE),
    # --- risk ----------------------------------------------------------------------------------------------
    "queue": read(RISK, lists=ALL, counted=RISK),
    "clear_unflagged": do(
        RISK,
        hidden=(302,),
        tied=(403,),
        about=True,
        body=lambda scene, thing: {"id": [scene.cases[thing]], "key": "k"},
    ),
    "clear": do(RISK, tied=(403,), body=key(), **_CASE),
    "send_back": do(RISK, tied=(403,), body=key(choice="evidence", reason="请补证据"), **_CASE),
    "reopen": do(RISK, kwargs=case, stage="published", body=key(reason="余额更正"), **_STEP),
    # --- the group -----------------------------------------------------------------------------------------
    "scoring": read(GROUP, lists=NOBODY),
    "score": Row(
        get=May(GROUP),
        post=May(GROUP, ok=(200,), tied=(403,), idle=True),
        body=key(conduct="90", ability="80", diligence="70", results="60"),
        **_CASE,
    ),
    "decisions": read(GROUP, lists=ALL, stage="cleared"),
    "decide": do(GROUP, tied=(403,), stage="cleared", body=key(outcome="keep", reason="先稳定一季"), **_CASE),
    "close_vote": do(GROUP, idle=True, tied=(403,), stage="cleared", body=key(), **_CASE),
    "meeting_minutes": read(
        APPRAISALS,
        lists=ALL - {"far", "kin"},
        stage="decided",
        ask=lambda scene, thing: {"cycle": scene.numbers["cycle"], "on": "2026-10-12", "branch": "R1"},
    ),
    # --- HR ------------------------------------------------------------------------------------------------
    "cycles": read(APPRAISALS, lists=NOBODY),
    "cycle": read(APPRAISALS, lists=ALL, kwargs=number("cycle")),
    "cycle[decided]": read(APPRAISALS, lists=ALL, stage="decided", kwargs=number("cycle")),
    "open_cycle": do(HR, idle=True, body=fixed(scheme="corporate-six-grades", period="2026Q3")),
    "measure": do(HR, idle=True, kwargs=number("cycle"), body=key()),
    "review": do(HR, idle=True, kwargs=number("cycle"), body=key()),
    "submit": do(HR, kwargs=number("cycle"), body=key(), stage="measured"),
    "publish": do(HR, kwargs=number("cycle"), body=key(), stage="decided"),
    "close": do(HR, idle=True, kwargs=number("cycle"), body=key(), stage="published"),
    "answer": do(HR, kwargs=case, body=key(reason="已核对"), stage="returned", **_STEP),
    "answer_issue": do(
        HR, kwargs=_issue, body=key(accepted="no", answer="核对无误"), stage="disputed", **_STEP
    ),
    "hr_step[submit]": _hr("submit", "measured"),
    "hr_step[publish]": _hr("publish", "decided"),
    "hr_step[measure]": _hr("measure", "measured", idle=True),
    "hr_step[review]": _hr("review", "measured", idle=True),
    # --- adjustments ---------------------------------------------------------------------------------------
    "adjustments": read(RISK | AUDITOR, lists=ALL),
    "adjustments[propose]": do(
        RISK, about=True, looks=AUDITOR, told=(200,), hidden=(200,), tied=(200,), body=_adjustment
    ),
    "adjustment_step[approve]": _adjusting("approve", roles("head_risk")),
    "adjustment_step[reject]": _adjusting("reject", roles("head_risk")),
    "adjustment_step[withdraw]": _adjusting("withdraw", NOBODY, told=(302, 403)),
    "adjustment_step[end]": _adjusting("end", roles("head_risk"), stage="approved"),
    # --- look-backs ----------------------------------------------------------------------------------------
    "lookbacks": read(APPRAISALS, lists=ALL, stage="published"),
    "lookback": _lookback(read, APPRAISALS),
    "lookback[own]": _lookback(
        read, NOBODY, looks=APPRAISALS, told=(404,), things=("self",), actors=frozenset(TIED)
    ),
    "reopen_lookback": _lookback(do, RISK, looks=APPRAISALS, told=(403,), tied=(403,)),
    "reopen_lookback[own]": _lookback(
        do, NOBODY, looks=APPRAISALS, told=(404,), things=("self",), actors=frozenset(TIED)
    ),
    "dismiss_lookback": _lookback(do, RISK, looks=APPRAISALS, told=(403,), tied=(403,)),
    # --- papers --------------------------------------------------------------------------------------------
    "appraisal_form": _paper("decided", mine=(403,)),
    "decision_notice": _paper("published", own=True),
    "vote_record": _paper("decided", mine=(403,)),
    "handover_paper": read(
        PEOPLE,
        own=True,
        refused=SCOPE_FIRST,
        about=True,
        things=("self", "mate", "far"),
        kwargs=of("handover"),
    ),
    "grade_letter": read(
        PEOPLE | GROUP,
        own=True,
        refused=SCOPE_FIRST,
        about=True,
        things=("self", "mate", "far"),
        kwargs=of("grade_change"),
        stage="scheduled",
    ),
}
RULEBOOKS: dict[str, Row] = {
    "rulebooks": read(EVERYONE, lists=NOBODY),
    "rulebook": read(EVERYONE, lists=NOBODY, kwargs=number("code", "code", number="number")),
    "rulebook_version": read(EVERYONE, lists=NOBODY, kwargs=number("version")),
    "rulebook_version[reissued]": read(EVERYONE, lists=ALL, listed=DRAFTS, kwargs=number("reissued")),
    "rulebook_version[draft]": read(DRAFTS, refused=(404,), lists=NOBODY, kwargs=number("draft")),
    "rulebook_pdf": read(EVERYONE, kwargs=number("version")),
    "rulebook_text": read(EVERYONE, lists=NOBODY, kwargs=number("version")),
    "rulebook_text[draft]": read(DRAFTS, refused=(404,), kwargs=number("draft")),
    "rulebook_upload": do(HR, ok=(200, 302), idle=True),
    "rulebook_step[check]": do(
        HR,
        refused=(404,),
        looks=roles("head_risk auditor"),
        told=(403,),
        kwargs=lambda scene, thing: {"pk": scene.numbers["draft"], "name": "check"},
        body=key(),
    ),
    "simulation": Row(get=May(DRAFTS, lists=NOBODY), kwargs=number("version"), methods=("GET",)),
    "simulation_threshold": Row(get=May(DRAFTS), kwargs=number("version"), methods=("GET",)),
    "numbers_grid": Row(
        get=May(EVERYONE), post=May(HR, ok=(200, 302), idle=True), kwargs=number("code", "code")
    ),
}
TABLE = PROCEDURE | RULEBOOKS
