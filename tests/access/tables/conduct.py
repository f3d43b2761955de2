"""Training, conduct, rotation and leave."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.access.rows import (
    ALL,
    HR,
    NOBODY,
    RISK,
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
from tests.access.things import THINGS

TRAIN = roles("auditor head_risk head_hr branch_risk branch_hr branch_market outlet_head")
TRAINERS = roles("head_hr branch_hr branch_market")
ROTATE = roles("auditor head_hr branch_hr outlet_head")
CONDUCT = roles("auditor head_risk branch_risk")
FILL = roles("head_hr branch_hr outlet_head")
INSPECT = roles("head_risk branch_risk branch_hr branch_market outlet_head")
#: Whoever opens the pages of findings, and then sees what is theirs to see.
LOOK = CONDUCT | FILL | INSPECT
#: Of oneself there is no page: 404, or 403 before it for those who have no business with conduct.
_MINE = (404, 403)
#: What is written about oneself: refused on the page, or before it.
_MINE_HERE = (403, 200)


def _results(scene: Scene, thing: str) -> dict[str, Any]:
    lines = f"工号,成绩\n{THINGS[thing][0]},80\n"
    return {"exam_on": "2026-10-12", "file": SimpleUploadedFile("r.csv", lines.encode())}


def _whose(**given: Any) -> Any:
    """A form about the manager by number."""
    return both(employee, fixed(**given))


def _training(kind: str, **more: Any) -> Row:
    """A step on a course or a session: refused on its page, unseen without a role of training."""
    given: dict[str, Any] = {"refused": (404,), "looks": TRAIN, "stage": "kept", "about": True} | more
    return do(TRAINERS, kwargs=of(kind), **given)


def _settling(name: str, **given: Any) -> Row:
    """A step on a finding; those who see none of it do not see this one either."""
    return do(
        RISK,
        looks=CONDUCT,
        refused=_MINE_LAST,
        tied=(302,),
        mine=_MINE,
        stage="kept",
        about=True,
        kwargs=of("finding", name=name),
        body=key(reason="已核实，情况属实", **given),
    )


#: Whoever opens the pages but did not open this finding does not see it; the rest are refused before.
_MINE_LAST = (403, 404, 404)

TRAINING: dict[str, Row] = {
    "training": Row(
        get=May(TRAIN, lists=NOBODY),
        post=May(TRAINERS, ok=(302,), looks=TRAIN, told=(200,)),
        stage="kept",
        body=lambda scene, thing: {
            "title": "反洗钱课程",
            "branch": scene.rows["managers_branch"]["far" if scene.actor == "head_hr" else "mate"],
            "starts_on": "2026-11-02",
            "hours": "2",
            "retake_days": "14",
            "key": "k",
        },
    ),
    "training_plan": Row(
        get=May(TRAIN, refused=(404,)),
        post=May(TRAINERS, ok=(302,), refused=(404,), looks=TRAIN),
        stage="kept",
        about=True,
        kwargs=of("training_plan"),
        body=fixed(held_on="2026-10-19", place="会议室"),
    ),
    "training_session[of all]": read(
        TRAIN, refused=(404,), lists=ALL, stage="kept", kwargs=number("session")
    ),
    "training_cancel": _training("training_plan", body=fixed(reason="讲师请假，改期另办")),
    "training_session": Row(
        get=May(TRAIN, refused=(404,)),
        post=May(TRAINERS, ok=(302,), refused=(404,), looks=TRAIN, tied=(302,)),
        stage="kept",
        about=True,
        kwargs=of("training_session"),
        body=lambda scene, thing: {f"m-{scene.rows['managers_clientmanager'][thing]}": "absent"},
    ),
    "training_roll": _training("training_session"),
    "training_upload": _training("training_session", body=_results),
    "training_sheet": Row(
        get=May(TRAINERS),
        post=May(TRAINERS, ok=(302,), idle=True),
        stage="kept",
        kwargs=own("result_sheet"),
    ),
    "training_sheet[foreign]": read(
        NOBODY, looks=TRAINERS, told=(404,), stage="kept", kwargs=own("foreign_result_sheet")
    ),
    "certificates": read(TRAIN, lists=ALL, stage="kept"),
    "certificates[enter]": do(
        TRAINERS,
        looks=TRAIN,
        told=(200,),
        hidden=(200,),
        tied=(200,),
        mine=_MINE_HERE,
        stage="kept",
        about=True,
        body=_whose(kind="funds", number="JJ-1", issuer="协会", issued_on="2026-09-01", evidence="档案盒 4"),
    ),
    "certificate_void": do(
        TRAINERS,
        refused=(404,),
        looks=TRAIN,
        tied=(302,),
        mine=(302,),
        stage="kept",
        about=True,
        kwargs=of("certificate"),
        body=fixed(voided_on="2026-10-12", reason="证书系伪造，已核实"),
    ),
    "development": read(
        TRAIN | ROTATE, own=True, refused=SCOPE_FIRST, stage="kept", about=True, kwargs=employee
    ),
}
CONDUCTING: dict[str, Row] = {
    "conduct": Row(
        get=May(CONDUCT | FILL, lists=NOBODY),
        post=May(RISK, ok=(302,), looks=CONDUCT | FILL, told=(200,)),
        stage="kept",
        body=lambda scene, thing: {
            "title": "四季度排查",
            "branch": scene.rows["managers_branch"]["mate"],
            "starts_on": "2026-10-01",
            "ends_on": "2026-10-11",
            "due_on": "2026-11-30",
            "items": "民间借贷",
        },
    ),
    "campaign": read(CONDUCT | FILL, stage="kept", lists=ALL, kwargs=number("campaign")),
    "campaign[of an outlet]": read(CONDUCT | FILL, stage="kept", about=True, kwargs=of("campaign")),
    "campaign_close": do(
        RISK,
        refused=(404,),
        looks=CONDUCT | FILL,
        stage="kept",
        about=True,
        kwargs=of("campaign"),
        body=fixed(reason="已全部完成，予以结束"),
    ),
    "screening_sheet": Row(
        get=May(CONDUCT | FILL, mine=_MINE),
        post=May(FILL, ok=(302,), looks=CONDUCT, told=(200,), tied=(200,), mine=_MINE),
        stage="kept",
        about=True,
        kwargs=of("screening_sheet"),
        body=key(**{"answer-1": "none", "note-1": "无"}),
    ),
    "findings": read(LOOK, lists=ALL, listed=CONDUCT, stage="kept"),
    "findings[report]": do(
        RISK,
        looks=LOOK,
        told=(200,),
        hidden=(200,),
        tied=(200,),
        mine=_MINE_HERE,
        stage="kept",
        about=True,
        body=_whose(
            source="report",
            severity="minor",
            opened_on="2026-10-12",
            due_on="2026-11-30",
            summary="代客户保管存折",
        ),
    ),
    "finding": read(
        CONDUCT, looks=LOOK - CONDUCT, told=(404,), mine=_MINE, stage="kept", about=True, kwargs=of("finding")
    ),
    "finding_step[rectify]": _settling("rectify"),
    "finding_step[dismiss]": _settling("dismiss"),
    "finding_step[unseen]": do(
        NOBODY,
        looks=LOOK - CONDUCT,
        told=(404,),
        actors=LOOK - CONDUCT,
        stage="kept",
        about=True,
        kwargs=of("finding", name="rectify"),
        body=key(reason="已整改"),
    ),
    "home_visits": read(CONDUCT, lists=ALL, stage="kept"),
    "home_visits[enter]": do(
        RISK,
        looks=CONDUCT,
        told=(200,),
        hidden=(200,),
        tied=(200,),
        mine=_MINE_HERE,
        stage="kept",
        about=True,
        body=_whose(
            visited_on="2026-10-10", visitor="u-nobody", second_visitor="u-newcomer", summary="家中无异常"
        ),
    ),
    "home_visit_read": do(
        CONDUCT,
        ok=(200,),
        tied=(403,),
        mine=_MINE,
        stage="kept",
        about=True,
        kwargs=of("home_visit"),
        body=fixed(reason="核查举报线索", case_no="JH-2026-07"),
    ),
    "inspections": Row(
        get=May(CONDUCT | INSPECT, lists=NOBODY),
        post=May(RISK, ok=(302,), looks=CONDUCT | INSPECT, told=(200,)),
        stage="kept",
        places=RISK,
        body=lambda scene, thing: {
            "quarter": "2027Q1",
            "inspected": scene.rows["managers_branch"]["mate"],
            "inspecting": scene.numbers["branch"],
            "lead": "u-stand-in-branch_risk-R2",
            "second": "u-stand-in-branch_hr-R2",
        },
    ),
    "inspection": Row(
        get=May(CONDUCT, looks=INSPECT - CONDUCT, told=(404,)),
        post=May(NOBODY, looks=CONDUCT, told=(200,), refused=_MINE_LAST),
        stage="kept",
        about=True,
        kwargs=of("inspection"),
    ),
    "inspection_cancel": do(
        RISK,
        looks=CONDUCT,
        refused=_MINE_LAST,
        stage="kept",
        about=True,
        kwargs=of("inspection"),
        body=fixed(reason="年末事务繁忙，改期"),
    ),
}
ROTATION: dict[str, Row] = {
    "rotation": read(ROTATE, lists=ALL, stage="kept"),
    "rotation_limit": do(
        roles("head_hr"),
        stage="kept",
        body=fixed(kind="post", months="36", starts_on="2027-01-01", cites="轮岗办法第三条"),
    ),
    "leave_record": do(
        HR,
        hidden=(200,),
        tied=(200,),
        mine=_MINE_HERE,
        stage="kept",
        about=True,
        body=_whose(kind="annual", starts_on="2026-12-01", ends_on="2026-12-05"),
    ),
    "leave_call_off": do(
        HR,
        refused=(404,),
        looks=ROTATE,
        tied=(302,),
        mine=(302,),
        stage="kept",
        about=True,
        kwargs=of("leave"),
        body=fixed(reason="项目紧急，取消休假"),
    ),
}
TABLE = TRAINING | CONDUCTING | ROTATION
