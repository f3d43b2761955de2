"""A state machine as a picture and a table, from its declared transitions; and that of the managers."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import models

from managers.models import ClientManager
from managers.roles import ROLES
from managers.services.careers import CAREER
from managers.services.stepping import Procedure

Bounds = Mapping[str, tuple[str, str]]
#: Each step of a career: the right it needs ("" where it follows from something else), what else must hold.
STEPS: Bounds = {
    "take_up": ("", "随见习等级的聘任;没有见习等级的,与转正同时"),
    "confirm": ("", "随见习以上等级的生效"),
    "suspend": ("manage_career", "须写明原因;登录、会话、令牌与委托同时终止"),
    "reinstate": ("manage_career", "须写明原因;登录恢复"),
    "move_inside": ("", "随解聘的生效;等级同时终止"),
    "restore": ("", "随更正解聘的等级变动生效,如申诉成立"),
    "leave": ("manage_career", "须写明原因;名下没有客户;登录、会话、令牌与委托同时终止;延期薪酬留在台账"),
}
#: Registers deliver people on post; others begin as candidates.
BORN = {ClientManager.Status.CANDIDATE: "建档", ClientManager.Status.ON_POST: "名册送达"}


def draw() -> Iterator[str]:
    """The section of docs/states.md about managers, line by line, in Chinese."""
    yield from ("## 客户经理", "")
    yield from diagram(CAREER, ClientManager.Status, BORN)
    yield from table(CAREER, ClientManager.Status, STEPS)


def transitions(procedure: Procedure, states: type[models.TextChoices]) -> list[tuple[str, str, str]]:
    """Every declared transition as (method, from, to), in the order of the states."""
    declared: Any = procedure.model._meta.get_field(procedure.column)
    order = list(states.values)
    found = {(each.name, each.source, each.target) for each in declared.get_all_transitions(procedure.model)}
    return sorted(found, key=lambda each: (order.index(each[1]), order.index(each[2])))


def diagram(procedure: Procedure, states: type[models.TextChoices], born: Mapping[Any, str]) -> Iterator[str]:
    """The picture; `born` gives the states a row begins in and how."""
    yield from ("```mermaid", "stateDiagram-v2")
    for state in states:
        yield f'    state "{state.label} ({state.value})" as {state.value}'
    for first, how in born.items():
        yield f"    [*] --> {states(first).value}: {procedure.words.get(how, how)}"
    for method, source, target in transitions(procedure, states):
        yield f"    {source} --> {target}: {procedure.words[method]}"
    yield from ("```", "")


def table(procedure: Procedure, states: type[models.TextChoices], bounds: Bounds) -> Iterator[str]:
    """Each step: from where, to where, by whom, and what else must hold."""
    yield from ("| 步骤 | 由 | 至 | 谁可以 | 另须 |", "|---|---|---|---|---|")
    for method, (action, bound) in bounds.items():
        moves = [each for each in transitions(procedure, states) if each[0] == method]
        sources = "、".join(str(states(move[1]).label) for move in moves)
        who = "、".join(str(role.name) for role in ROLES.values() if action in role.may) or "系统"
        target = states(moves[0][2]).label
        yield f"| {procedure.words[method]} (`{method}`) | {sources} | {target} | {who} | {bound} |"
