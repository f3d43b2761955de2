"""docs/roles.md: every role with its reach, every right with its holders, which roles exclude each other."""

from collections.abc import Iterable, Iterator

from django.utils import translation

from managers.models import Delegation
from managers.roles import ROLES, Role
from managers.rules import exclusions

HEAD = """# 角色与权限

*Written by `python manage.py draw_roles` from `managers/roles.py` and `managers/rules/exclusions.py`; a test
fails when it is out of date. What a step asks for beside a role is in [`states.md`](states.md).*

角色由一名安全管理员申请、另一名确认后生效,有起止日期,并限于一个机构及其下属。界面、接口与后台都只问这一份清单。
任何人不得办理本人、亲属和本人上级的事项;同一事项的经办、审核与决定由不同的人担任,受托办理的,委托人和受托人各算一席。
"""
REACHES = {"all": "全行", "subtree": "所授机构及其下属", "own": "本人", "system": "看不到业务数据"}
#: Every right of `managers.roles`, in words; a test asks for those that lack one.
RIGHTS = {
    "acknowledge_research": "阅知市场调查",
    "adopt_rulebook": "通过管理办法的一个版本(不得是起草人)",
    "adopt_standard": "通过贷款标准的一个版本(不得是起草人)",
    "appoint": "聘任、解聘",
    "approve_adjustment": "批准数据调整(不得是提出人)",
    "approve_agreement": "批准银企合作协议(不得是起草人)",
    "approve_class": "批准五级分类(按金额层级,不得是提出人、确认人)",
    "approve_ending": "批准贷款终结(不得是提出人)",
    "approve_grade_change": "批准等级变动",
    "approve_handover": "批准业务移交",
    "approve_loan": "审批贷款(按金额层级,不得是调查人)",
    "approve_plan": "批准营销计划(不得是起草人)",
    "assign_complaint": "交办投诉",
    "cancel_handover": "取消业务移交",
    "clear_appraisal": "风险审核通过",
    "close_complaint": "办结投诉(不得是承办人)",
    "confirm_class": "确认五级分类(不得是提出人)",
    "decide_appraisal": "评议、表决",
    "decide_rerun": "批准或驳回重算(不得是申请人)",
    "decide_waiver": "批准或驳回豁免(不得是申请人)",
    "draft_handover": "起草业务移交",
    "draft_plan": "代客户经理起草营销计划",
    "edit_credit_file": "登记信贷档案",
    "edit_people": "维护人事档案、登记回避关系",
    "edit_rulebook": "起草、核对、试算管理办法",
    "enter_exam": "登记考试成绩",
    "enter_survey": "录入满意度调查",
    "expect_feeds": "约定应到文件",
    "explain_access": "查询某人为何可见",
    "fill_screening": "填写行为排查表",
    "handle_complaint": "核查、答复投诉",
    "inspect_branch": "交叉检查其他机构",
    "load_bundles": "导入数据、处理隔离行",
    "make_survey": "发起满意度调查",
    "manage_accounts": "管理账号",
    "manage_career": "停职、复职、离职",
    "manage_conduct": "发起行为排查、登记家访、安排交叉检查",
    "manage_grants": "申请与确认授权",
    "manage_rotation": "登记休假",
    "manage_training": "制定培训计划、登记成绩",
    "open_cycle": "开启考核、测算",
    "plan_rotation": "安排轮岗与休假",
    "propose_adjustment": "提出数据调整",
    "propose_grade_change": "提出等级变动",
    "publish_appraisal": "公布、结束考核",
    "read_home_visit": "查看家访内容(逐次记录)",
    "receive_ending": "接收移交资产保全的贷款",
    "recognise_qualification": "认定资格",
    "record_complaint": "登记投诉",
    "reopen_appraisal": "重开考核、回溯复核",
    "report_rectification": "报告行为问题整改",
    "request_rerun": "申请重算",
    "request_waiver": "申请豁免",
    "return_appraisal": "退回考核",
    "reveal_identity": "查看身份资料(逐次写明原因)",
    "review_work_log": "查阅工作日志并批注",
    "screen_qualification": "审查资格",
    "set_rotation_limits": "规定轮岗与休假期限",
    "settle_finding": "核销行为问题(不得是提出人、整改人)",
    "submit_appraisal": "人力审查、提交风险审核",
    "supervise_loans": "督促贷后事项、核销检查问题",
    "view_appraisals": "查阅考核",
    "view_complaints": "查阅投诉",
    "view_conduct": "查阅操守记录",
    "view_credit_file": "查阅信贷档案",
    "view_drafts": "查阅起草中的管理办法",
    "view_loans": "查阅贷后事项",
    "view_log": "查阅操作记录",
    "view_people": "查阅人员档案与业绩",
    "view_rotation": "查阅轮岗与休假",
    "view_runs": "查阅日终批次",
    "view_training": "查阅培训",
    "view_working": "查阅工作规范各项记录",
    "witness_ending": "见证贷款移交",
    "witness_handover": "监交业务移交",
}


def draw() -> str:
    """The whole page, in Chinese."""
    with translation.override("zh-hans"):
        lines = [*_roles(), *_rights(), *_exclusions(), *_delegation()]
    return HEAD + "\n".join(lines) + "\n"


def _roles() -> Iterator[str]:
    yield from ("", "## 角色", "", "| 角色 | 辖区 | 两步验证 | 用途 |", "|---|---|---|---|")
    for role in ROLES.values():
        factor = "必须" if role.second_factor else "可不用"
        yield f"| {_named(role)} | {REACHES[role.reach]} | {factor} | {role.purpose} |"


def _rights() -> Iterator[str]:
    """Each right and its holders, in the order in which the roles first name it."""
    yield from ("", "## 谁可以做什么", "", "| 权限 | 角色 |", "|---|---|")
    for right in dict.fromkeys(right for role in ROLES.values() for right in role.may):
        holders = [role for role in ROLES.values() if right in role.may]
        yield f"| {RIGHTS.get(right, '')} (`{right}`) | {_names(holders)} |"
    yield from ("", "客户经理办理本人的事项不需权限:数据异议、自述、申诉、资格申请、业务移交的交接。")


def _exclusions() -> Iterator[str]:
    """Which roles one person may not hold at the same time."""
    yield from ("", "## 不相容的角色", "")
    yield f"- 一人只能单独持有的角色:{_among(exclusions.ALONE)}。"
    yield f"- 有客户经理档案的人不得持有:{_among(exclusions.NO_MANAGER)}。"
    yield "- 其余的,辖区有重叠时不得同时持有,受托的也算在内;数据库同样拒绝:"
    yield from ("", "| 角色 | 与之不相容 |", "|---|---|")
    others = [code for code in ROLES if code not in exclusions.ALONE]
    for code in others:
        found = exclusions.excludes(code, others)
        if found:
            yield f"| {ROLES[code].name} | {_names(ROLES[each] for each in found)} |"


def _delegation() -> Iterator[str]:
    """What may not be handed on."""
    yield from ("", "## 委托", "")
    yield f"持有人可将角色委托他人,最长 {Delegation.MOST_DAYS} 天,处处写明“某某代某某”。"
    yield f"不得委托的角色:{_among(exclusions.NOT_DELEGATED)}。"


def _named(role: Role) -> str:
    return f"{role.name} (`{role.code}`)"


def _among(codes: frozenset[str]) -> str:
    return _names(role for role in ROLES.values() if role.code in codes)


def _names(roles: Iterable[Role]) -> str:
    return "、".join(str(role.name) for role in roles) or "—"
