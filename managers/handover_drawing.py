"""The way of a handover as a picture and a table, from the declared transitions and the roles."""

from collections.abc import Iterator
from typing import Any

from managers.models import Handover
from managers.models.handovers import STEPS
from managers.roles import ROLES

State = Handover.State
#: Each transition with the action a role must permit, who else may take it, and what else must hold.
BOUNDS = {
    "accept": ("", "接收人本人", "生效日不在已关账期间"),
    "witness": ("witness_handover", "", "不是起草人、接收确认人;与双方均无回避关系"),
    "approve": (
        "approve_handover",
        "",
        "不是起草人、接收确认人、监交人;与双方均无回避关系;生效日已出数的须确认影响摘要",
    ),
    "take_effect": ("", "系统作业", "生效日已到;移交人仍按清单持有;归属合计不超过 1"),
    "withdraw": ("", "起草人、移交人", "须写明原因"),
    "refuse": ("", "轮到的人:接收人、监交人或批准人", "须写明原因"),
    "cancel": ("cancel_handover", "", "须写明原因;尚未生效"),
}
TAIL = """
移交人、接收人、监交人、批准人是四个不同的人,由服务、约束与触发器共同保证;清单一经起草不能修改,要改须撤回重起。
生效即写入一个自己的批次(assignments.csv),与送达的批次走同一条入库路径;已关账的期间不受影响。
"""


def transitions() -> list[tuple[str, str, str]]:
    """Every declared transition as (method, from, to), in the order of the states."""
    declared: Any = Handover._meta.get_field("state")
    order = list(State.values)
    found = {(each.name, each.source, each.target) for each in declared.get_all_transitions(Handover)}
    return sorted(found, key=lambda each: (order.index(each[1]), order.index(each[2])))


def draw() -> Iterator[str]:
    """The section of docs/states.md, line by line, in Chinese."""
    yield from ("## 客户移交", "", "```mermaid", "stateDiagram-v2")
    for state in State:
        yield f'    state "{state.label} ({state.value})" as {state.value}'
    yield f"    [*] --> {State.DRAFTED.value}: {STEPS['draft']}"
    for method, source, target in transitions():
        yield f"    {source} --> {target}: {STEPS[method]}"
    yield from ("```", TAIL, "| 步骤 | 由 | 至 | 谁可以 | 另须 |", "|---|---|---|---|---|")
    drafters = "、".join([*_allowed("draft_handover"), "移交人本人"])
    yield f"| {STEPS['draft']} | — | {State.DRAFTED.label} | {drafters} | 生效日不在已关账期间 |"
    for method, (action, others, bound) in BOUNDS.items():
        moves = [each for each in transitions() if each[0] == method]
        sources = "、".join(str(State(move[1]).label) for move in moves)
        who = "、".join([*_allowed(action), *([others] if others else [])])
        yield f"| {STEPS[method]} | {sources} | {State(moves[0][2]).label} | {who} | {bound} |"


def _allowed(action: str) -> list[str]:
    return [str(role.name) for role in ROLES.values() if action and action in role.may]
