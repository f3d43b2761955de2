"""The procedure as a picture and a table, from the declared transitions and the list of roles."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import translation

from appraisal import messages
from appraisal.models import Appraisal, State
from appraisal.rules.procedure import METHODS, STEPS, Rule
from grading import career_drawing as careers
from grading import drawing as rulebooks
from managers import drawing as managers
from managers.roles import ROLES

HEAD = """# 考核流程

*Written by `python manage.py draw_states` from the transitions declared in `appraisal/models.py` and
`grading/models.py` and the roles in `managers/roles.py`; a test fails when it is out of date. Triggers in the
database refuse every other move.*

"""
SEATS = """
每一步都在同一事务内:锁定考核,核对状态、角色与辖区、回避,变更状态,写入日志。
一人在同一考核中只能坐一个席位;任何人不得办理本人、亲属和本人上级的考核(开启不属于办理)。批量通过只限没有任何标记的考核。
"""
#: Why a step may still be refused, beside state, role and seat.
BOUNDS = {
    "open": "管理办法所辖条线与机构,在岗或见习,截数日的等级在阶梯上;其余列明原因",
    "measure": "截数日的日终已发布;缺数据的进入“待数据”,数据到后可再测算",
    "state": "只能由本人;结束公示期",
    "skip_statement": "期限已过;日志记明未自述",
    "finish_scores": "达到法定人数;全体成员评议完毕时自动完成",
    "review": "各步齐备,数据异议均已答复,数据没有变化",
    "submit": "办法要求的各步齐备,数据异议均已答复,数据没有变化",
    "clear": "所依据的数据没有变化;批量时不得有标记",
    "send_back": "须写明原因和退回到哪一步",
    "resume": "须写明答复;因数据退回的以重新测算代替",
    "decide": "有权小组一人一票,达到法定人数和多数;与测算建议不同须写明理由;有一票否决事项不得晋升",
    "publish": "等级有变的,自考核期次日起记入等级历史",
    "appeal": "只能由本人;申诉期内,每个决定一次;须指明条款项、应为多少和证据;原决定照常有效",
    "withdraw_appeal": "只能由本人;尚未作出申诉决定",
    "resolve": "由未参与原决定的成员表决,本级无人则由上一级;另立新决定并列出差异",
    "close": "申诉期已过",
    "reopen": "须写明原因;原决定在新决定之前有效",
}


def transitions() -> list[tuple[str, str, str]]:
    """Every declared transition as (method, from, to), in the order of the procedure."""
    declared: Any = Appraisal._meta.get_field("state")
    order = list(State.values)
    found = {(each.name, each.source, each.target) for each in declared.get_all_transitions(Appraisal)}
    return sorted(found, key=lambda each: (order.index(each[1]), order.index(each[2])))


def draw() -> str:
    """The whole page as Markdown, in Chinese."""
    with translation.override("zh-hans"):
        return HEAD + "\n".join([*_diagram(), SEATS, *_table(), "", *rulebooks.draw(), "", *_people()]) + "\n"


def _people() -> Iterator[str]:
    """The machines of careers: managers, qualifications, changes of grade."""
    yield from managers.draw()
    yield ""
    yield from careers.draw()


def _diagram() -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    for state in State:
        yield f'    state "{state.label} ({state.value})" as {state.value}'
    yield f"    [*] --> {State.OPENED.value}: {messages.STEPS['open']}"
    for method, source, target in transitions():
        yield f"    {source} --> {target}: {_words(method)}"
    yield f"    {State.CLOSED.value} --> [*]"
    yield "```"


def _table() -> Iterator[str]:
    yield "| 步骤 | 由 | 至 | 席位 | 谁可以 | 另须 |"
    yield "|---|---|---|---|---|---|"
    for name, rule in STEPS.items():
        moves = [each for each in transitions() if name in _steps_of(each[0])]
        sources, targets = _labels(move[1] for move in moves), _labels(move[2] for move in moves)
        who = "、".join([*_allowed(rule), *(["系统作业"] if rule.system else [])])
        yield (
            f"| {messages.STEPS[name]} (`{name}`) | {sources or '—'} | {targets or State.OPENED.label} "
            f"| {messages.SEATS[rule.seat]} | {who} | {BOUNDS[name]} |"
        )


def _steps_of(method: str) -> list[str]:
    """The steps whose log rows a transition writes."""
    return [name for name in STEPS if method in METHODS.get(name, (name,))]


def _words(method: str) -> str:
    return "、".join(str(messages.STEPS[name]) for name in _steps_of(method))


def _labels(states: Iterable[str]) -> str:
    """The names of states, each once, in the order of the procedure."""
    named = set(states)
    return "、".join(str(state.label) for state in State if state.value in named)


def _allowed(rule: Rule) -> Iterator[str]:
    reach = {"all": "全行", "subtree": "辖内"}
    if rule.seat == "self":
        yield "本人"
    for role in ROLES.values():
        if rule.action in role.may:
            yield f"{role.name}({reach.get(role.reach, role.reach)})"
