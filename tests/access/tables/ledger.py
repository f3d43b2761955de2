"""Nights, deliveries, quarantine, handovers."""

from typing import Any

from tests.access.rows import (
    ALL,
    HR,
    NOBODY,
    OWN,
    PEOPLE,
    RUNS,
    May,
    Row,
    do,
    fixed,
    key,
    number,
    of,
    read,
    roles,
)
from tests.access.scene import Scene
from tests.access.things import COUNTERPARTS, THINGS

MARKET = roles("branch_market")
WITNESSES = roles("head_risk head_hr branch_risk branch_hr outlet_head")
DRAFTERS = roles("head_hr branch_hr outlet_head")


def _handing(name: str, who: frozenset[str], *, stage: str, **more: Any) -> Row:
    given: dict[str, Any] = {"looks": PEOPLE | OWN, "told": (403,), "tied": (403,), "mine": (403,)} | more
    body = key(reason="清单有误", confirmed="")
    return do(who, about=True, stage=stage, kwargs=of("handover", name=name), body=body, **given)


def _giver(scene: Scene, thing: str) -> dict[str, Any]:
    return {"giver": THINGS[thing][0], "receiver": COUNTERPARTS[THINGS[thing][2]]}


def _draft(scene: Scene, thing: str) -> dict[str, Any]:
    return {
        "customer": scene.rows["managers_customer"][thing],
        "effective_on": "2026-10-20",
        "reason": "移交人调岗",
        "custody": "on",
        "credit": "on",
        "do": "draft",
        "key": f"k-{thing}",
    }


TABLE: dict[str, Row] = {
    "runs": Row(
        get=May(RUNS),
        post=May(roles("platform_admin head_risk head_hr"), ok=(302,)),
        body=fixed(kind="rerun", business_date="2026-09-30", reason="为访问测试申请重算一次"),
    ),
    "progress": read(RUNS, lists=NOBODY),
    "run": read(RUNS, lists=ALL, kwargs=number("run")),
    "decide_run": do(
        roles("head_risk head_hr"),
        kwargs=number("request"),
        stage="asked",
        body=fixed(decision="refused", reason="理由不足，不予重算"),
    ),
    "closings": read(RUNS, lists=NOBODY),
    "closings[period]": read(RUNS, ask=fixed(period="2026Q3")),
    "bundles": read(RUNS, lists=NOBODY),
    "quarantine": read(RUNS, lists=ALL, kwargs=number("bundle")),
    "quarantined_row": read(RUNS, about=True, kwargs=of("held")),
    "replay_row": do(
        HR,
        looks=RUNS,
        told=(403,),
        about=True,
        kwargs=of("held"),
        body=fixed(**{"value-kind": "corporate", "reason": "类型填错"}),
    ),
    "dismiss_row": do(
        HR, looks=RUNS, told=(403,), about=True, kwargs=of("held"), body=fixed(reason="重复送达")
    ),
    # --- handovers -----------------------------------------------------------------------------------------
    "handovers": read(PEOPLE | OWN, lists=ALL),
    "handover": read(PEOPLE | OWN, own=True, about=True, kwargs=of("handover")),
    "handover_step[accept]": _handing("accept", NOBODY, stage="in_risk_queue"),
    "handover_step[withdraw]": _handing("withdraw", NOBODY, stage="in_risk_queue", mine=None, own=True),
    "handover_step[witness]": _handing("witness", WITNESSES, stage="accepted"),
    "handover_step[refuse]": _handing("refuse", WITNESSES, stage="accepted"),
    "handover_step[approve]": _handing("approve", MARKET, stage="witnessed"),
    "handover_step[cancel]": _handing("cancel", MARKET, stage="approved"),
    "new_handover": read(DRAFTERS | OWN, lists=ALL, named=frozenset({"mate", "kin"})),
    "new_handover[draft]": do(
        DRAFTERS,
        own=True,
        about=True,
        hidden=(200,),
        tied=(200, 403),
        looks=OWN,
        told=(200,),
        stage="measured",
        named=frozenset({"mate", "kin"}),
        ask=_giver,
        body=_draft,
    ),
}
