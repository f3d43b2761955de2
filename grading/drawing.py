"""The way of a rulebook version as a picture and a table, from the declared transitions and the roles."""

from collections.abc import Iterator
from typing import Any

from grading import books
from grading.models import RulebookVersion
from managers.roles import ROLES

State = RulebookVersion.State
#: Each transition with the action a role must permit, and what else must hold.
BOUNDS = {
    "mark_checked": ("check_rulebook", "edit_rulebook", "正文没有错误;疏漏随版本保存"),
    "mark_simulated": (
        "simulate_rulebook",
        "edit_rulebook",
        "有已发布的考核期时,须先看过试算结果;摘要随版本保存",
    ),
    "adopt": (
        "adopt_rulebook",
        "adopt_rulebook",
        "起草人以外的第二人;依据的版本仍然有效;生效日早于今日的须写明原因,并列出会不同的留存结论",
    ),
    "supersede": ("supersede_rulebook", "", "后一版覆盖其全部条线与机构;自后一版生效日起不再有效"),
    "revise": ("revise_rulebook", "edit_rulebook", "限起草人;修改后重新核对和试算"),
    "withdraw": ("withdraw_rulebook", "edit_rulebook", "须写明原因"),
}
TAIL = """
起草人以外的人不能改稿,要改须另立一稿;客户经理不能起草或通过。通过以后正文和决定由数据库触发器锁定,不能修改或删除。
随产品提供的版本直接为“已通过”,本行自己的版本生效后让位。
"""


def transitions() -> list[tuple[str, str, str]]:
    """Every declared transition as (method, from, to), in the order of the states."""
    declared: Any = RulebookVersion._meta.get_field("state")
    order = list(State.values)
    found = {(each.name, each.source, each.target) for each in declared.get_all_transitions(RulebookVersion)}
    return sorted(found, key=lambda each: (order.index(each[1]), order.index(each[2])))


def draw() -> Iterator[str]:
    """The section of docs/states.md, line by line, in Chinese."""
    yield from ("## 管理办法的版本", "", "```mermaid", "stateDiagram-v2")
    for state in State:
        yield f'    state "{state.label} ({state.value})" as {state.value}'
    yield f"    [*] --> {State.DRAFT.value}: {books.STEPS['draft_rulebook']}"
    for method, source, target in transitions():
        yield f"    {source} --> {target}: {books.STEPS[BOUNDS[method][0]]}"
    yield from ("```", TAIL, "| 步骤 | 由 | 至 | 谁可以 | 另须 |", "|---|---|---|---|---|")
    for method, (step, action, bound) in BOUNDS.items():
        moves = [each for each in transitions() if each[0] == method]
        sources = "、".join(str(State(move[1]).label) for move in moves)
        who = "、".join(str(role.name) for role in ROLES.values() if action in role.may) or "系统"
        yield f"| {books.STEPS[step]} | {sources} | {State(moves[0][2]).label} | {who} | {bound} |"
