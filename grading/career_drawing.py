"""Qualification and grade change as pictures and tables, from the declared transitions and the roles."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from grading.models import GradeChange
from grading.rules.careers import AUTHORITIES
from grading.rules.schema import APPROVERS
from grading.services.applying import QUALIFICATION
from grading.services.authorities import authority_name
from grading.services.changes import CHANGE
from managers.drawing import diagram, table
from managers.models import Qualification


class Bound(NamedTuple):
    """The right a step needs ("" for the platform), and what else must hold."""

    action: str
    bound: str


QUALIFYING: Mapping[str, Bound] = {
    "screen": Bound(
        "screen_qualification", "学历或职称、无违规证明已核验;办法的任职条件逐项达到或有材料证明"
    ),
    "pass_exam": Bound("enter_exam", "成绩不低于合格线(办法的,没有则为考试的)"),
    "fail_exam": Bound("enter_exam", "成绩低于合格线;满办法规定的月数后可再申请"),
    "recognise": Bound(
        "recognise_qualification", "办法为该等级指定的机关;没有办过前面各步;证书编号唯一,有发证日与到期日"
    ),
    "appoint": Bound("appoint", "在证书有效期内;不是认定人;见习期满且业绩达到;写入等级变动"),
    "reject": Bound("screen_qualification", "须写明原因;考试合格以后由认定机关办理"),
    "withdraw": Bound("screen_qualification", "本人,或人力代没有账号的人;代办须写明原因"),
    "expire": Bound("", "到期日已过"),
    "revoke": Bound("recognise_qualification", "认定机关;须写明原因;等级另行变动"),
}
CHANGING: Mapping[str, Bound] = {
    "approve": Bound("approve_grade_change", "不是提议人;办法为较高一级指定的机关"),
    "schedule": Bound("propose_grade_change", "生效日已到的立即生效"),
    "take_effect": Bound("", "生效日已到,等级仍是提议时的等级;写入等级记录"),
    "stay": Bound("propose_grade_change", "须写明原因;申诉或依据变动时由系统办理"),
    "resume": Bound("propose_grade_change", "须写明原因"),
    "cancel": Bound("propose_grade_change", "须写明原因;未生效"),
}
#: How a change comes into being: proposed by a person, or already approved with the decision it follows.
BORN = {"proposed": "propose", "approved": "decide"}


def draw() -> Iterator[str]:
    """Both sections of docs/states.md, and who decides for a grade, line by line, in Chinese."""
    yield from ("## 资格认定", "")
    yield from diagram(QUALIFICATION, Qualification.State, {Qualification.State.APPLIED: "apply"})
    yield from table(QUALIFICATION, Qualification.State, QUALIFYING)
    yield from ("", "## 等级变动", "")
    yield from diagram(CHANGE, GradeChange.State, BORN)
    yield from table(CHANGE, GradeChange.State, CHANGING)
    yield from ("", "## 谁认定,谁批准", "", "| 办法中的机关 | 认定资格 | 批准等级变动 |", "|---|---|---|")
    yield from (_authority(approver) for approver in APPROVERS)


def _authority(approver: str) -> str:
    decisions: Any = AUTHORITIES[approver]
    return f"| `{approver}` | " + " | ".join(authority_name(approver, each) for each in decisions) + " |"
