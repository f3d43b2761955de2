"""How the points of a scoring item are earned: what the file says as a sentence, in both languages."""

from collections.abc import Callable, Mapping
from typing import Any

from .arithmetic import Rounded, Taken
from .conditions import Group, Held, Leaf, Node, Not, Unless
from .operands import Operand
from .phrases import Both, Parameters, phrase

ABSENT: Mapping[str, Both] = {
    "full": ("没有可计量的业务或计划时得满分", "full points where there is nothing to measure or no plan"),
    "zero": ("没有可计量的业务或计划时得 0 分", "no points where there is nothing to measure or no plan"),
    "elsewhere": (
        "没有可计量的业务或计划时，分数转到其他项",
        "its points move to the other items where there is nothing to measure or no plan",
    ),
}
#: What joins the members of a group: Chinese, English.
JOINED: Mapping[str, Both] = {"all": ("，且", " and "), "any": ("，或", " or "), "at_least": ("；", "; ")}
PARTS: Both = ("；", "; ")


def sentence(method: str, plain: Operand, earned: Operand, parameters: Parameters) -> Both:
    """How points are earned by a method, then what is done with them (limits, steps)."""
    if method not in SAID:
        return "", ""
    told = [SAID[method](plain, parameters), *_further(earned, plain, parameters)]
    return _joined(told, PARTS)


def condition(needs: Node | None, otherwise: Operand, parameters: Parameters) -> Both:
    """What must hold first, and what there is otherwise."""
    if needs is None:
        return "", ""
    held, points = _condition(needs, parameters), phrase(otherwise, parameters)
    return f"前提：{held[0]}；未达得 {points[0]} 分", f"provided {held[1]}; otherwise {points[1]} points"


def absence(absent: "str | Operand", parameters: Parameters) -> Both:
    """What becomes of the item where nothing can be measured."""
    if isinstance(absent, str):
        return ABSENT.get(absent, ("", ""))
    points = phrase(absent, parameters)
    return (
        f"没有可计量的业务或计划时得 {points[0]} 分",
        f"{points[1]} points where there is nothing to measure or no plan",
    )


def whole(*told: Both) -> Both:
    """The sentences there are, one after the other."""
    return _joined([each for each in told if each[0]], PARTS)


def _joined(told: list[Both], sign: Both) -> Both:
    return sign[0].join(each[0] for each in told), sign[1].join(each[1] for each in told)


def _further(earned: Operand, plain: Operand, parameters: Parameters) -> list[Both]:
    """What was done with the points, from the inside out: the operand is what wraps the plain one."""
    found: list[Both] = []
    while earned is not plain:
        match earned:
            case Taken(take=take, members=(inner, other)):
                words = phrase(other, parameters)
                found.append((DONE[take][0] % words[0], DONE[take][1] % words[1]))
            case Rounded(inner=inner, step=step):
                words = phrase(step, parameters)
                found.append((f"按 {words[0]} 取整", f"in whole {words[1]}"))
            case _:
                break
        earned = inner
    return found[::-1]


DONE: Mapping[str, Both] = {
    "product": ("再乘 %s", "times %s"),
    "sum": ("再加 %s", "plus %s"),
    "max": ("至少 %s 分", "at least %s points"),
    "min": ("至多 %s 分", "at most %s points"),
}


def _rate(operand: Any, parameters: Parameters) -> Both:
    floor, high = operand.members[1].members
    ratio, low = floor.members
    over, least, most = (phrase(each, parameters) for each in (ratio, low, high))
    return (
        f"标准分 × {over[0]}，倍数在 {least[0]} 与 {most[0]} 之间",
        f"full points × {over[1]}, from {least[1]} to {most[1]} times",
    )


def _slope(operand: Any, parameters: Parameters) -> Both:
    _full, risen, fallen = operand.members
    above, up = risen.members
    whole_steps = isinstance(above, Rounded)
    ratio: Any = above.inner if isinstance(above, Rounded) else above
    figure, start = (phrase(each, parameters) for each in ratio.above.members[0].members)
    per = phrase(ratio.below, parameters)
    rise, fall = phrase(up, parameters), phrase(fallen.members[1], parameters)
    whole_zh, whole_en = ("，只算整步", ", whole steps only") if whole_steps else ("", "")
    return (
        f"标准分起，{figure[0]} 每高于 {start[0]} 一个 {per[0]} 加 {rise[0]} 分，"
        f"每低一个减 {fall[0]} 分{whole_zh}",
        f"full points, {rise[1]} more for every {per[1]} by which {figure[1]} is above {start[1]},"
        f" {fall[1]} fewer for every {per[1]} below{whole_en}",
    )


def _bands(operand: Any, parameters: Parameters) -> Both:
    figure = phrase(operand.figure, parameters)
    pairs = [(phrase(edge, parameters), phrase(points, parameters)) for edge, points in operand.bands]
    told = [(f"满 {edge[0]} 得 {points[0]} 分", f"{points[1]} from {edge[1]}") for edge, points in pairs]
    chinese, english = _joined([*told, ("以下 0 分", "0 below")], ("，", ", "))
    return f"按 {figure[0]}：{chinese}", f"by {figure[1]}: {english}"


def _events(operand: Any, parameters: Parameters) -> Both:
    pairs = [[phrase(each, parameters) for each in line.members] for line in operand.members[1:]]
    told = [
        (f"{event[0]}每一单位计 {worth[0]} 分", f"{worth[1]} for each of {event[1]}")
        for event, worth in pairs
    ]
    chinese, english = _joined(told, PARTS)
    return f"标准分起，{chinese}", f"full points, then {english}"


def _if_met(operand: Any, parameters: Parameters) -> Both:
    held = _condition(operand.node, parameters)
    return f"{held[0]} 的得标准分，否则 0 分", f"full points where {held[1]}, otherwise none"


#: How each way of earning points is said; the operands are those that `scores_section` makes of them.
SAID: Mapping[str, Callable[[Any, Parameters], Both]] = {
    "rate": _rate,
    "slope": _slope,
    "bands": _bands,
    "events": _events,
    "if_met": _if_met,
    "formula": lambda operand, parameters: _formula(phrase(operand, parameters)),
}


def _formula(words: Both) -> Both:
    return f"得分为 {words[0]}", f"the points are {words[1]}"


def _condition(node: Node, parameters: Parameters) -> Both:
    """A condition within a sentence."""
    match node:
        case Leaf():
            return _comparison(node, parameters)
        case Group():
            return _group(node, parameters)
        case Not():
            inner = _condition(node.member, parameters)
            return f"并非（{inner[0]}）", f"not ({inner[1]})"
        case Unless():
            rule, exception = _condition(node.rule, parameters), _condition(node.exception, parameters)
            return f"{rule[0]}（{exception[0]} 的除外）", f"{rule[1]} (unless {exception[1]})"
        case Held():
            inner = _condition(node.member, parameters)
            return f"历次“{inner[0]}”", f"time and again “{inner[1]}”"
    return node.label.title, node.label.title_en


def _group(node: Group, parameters: Parameters) -> Both:
    chinese, english = _joined([_condition(each, parameters) for each in node.members], JOINED[node.kind])
    if node.needed is None:
        return chinese, english
    needed = phrase(node.needed, parameters)
    return f"至少达到 {needed[0]} 项（{chinese}）", f"at least {needed[1]} of ({english})"


def _comparison(node: Leaf, parameters: Parameters) -> Both:
    left, bounds = phrase(node.left, parameters), [phrase(each, parameters) for each in node.bounds]
    words = (node.comparison.title, node.comparison.title_en)
    chinese, english = (" – ".join(each[at] for each in bounds) for at in (0, 1))
    return f"{left[0]} {words[0]} {chinese}".strip(), f"{left[1]} {words[1]} {english}".strip()
