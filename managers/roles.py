"""Every role: its name, how far it sees, and what it may do. The one list an auditor reads."""

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Reach = Literal["system", "all", "subtree", "own"]


@dataclass(frozen=True)
class Role:
    """A role. `reach`: no business data (system), all, the grant's branch and below, or one's own.

    `second_factor`: whoever holds it signs in with a second factor; where nothing is decided, not.
    """

    code: str
    name: Promise
    purpose: Promise
    reach: Reach
    may: tuple[str, ...] = ()
    second_factor: bool = True


ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role(
            "platform_admin",
            _("系统管理员"),
            _("管理账号、作业与参数；看不到业务数据，不作审批"),
            "system",
            ("view_runs", "manage_accounts", "request_rerun"),
        ),
        Role(
            "security_admin",
            _("安全管理员"),
            _("授予角色并由第二人确认；看不到业务数据"),
            "system",
            ("manage_grants", "explain_access"),
        ),
        Role(
            "auditor",
            _("稽核"),
            _("查阅全部记录，不作任何改动"),
            "all",
            (
                "view_runs",
                "view_people",
                "view_appraisals",
                "view_log",
                "view_drafts",
                "reveal_identity",
                "explain_access",
                "view_training",
                "view_rotation",
                "view_conduct",
                "read_home_visit",
                "view_credit_file",
            ),
        ),
        Role(
            "head_risk",
            _("总行风险"),
            _("全行风险审核与行为风险"),
            "all",
            (
                "view_runs",
                "view_people",
                "view_appraisals",
                "clear_appraisal",
                "return_appraisal",
                "reopen_appraisal",
                "propose_adjustment",
                "approve_adjustment",
                "request_rerun",
                "decide_rerun",
                "request_waiver",
                "decide_waiver",
                "adopt_rulebook",
                "adopt_standard",
                "witness_handover",
                "recognise_qualification",
                "approve_grade_change",
                "view_training",
                "view_conduct",
                "manage_conduct",
                "settle_finding",
                "report_rectification",
                "inspect_branch",
                "read_home_visit",
                "view_credit_file",
                "edit_credit_file",
                "approve_loan",
            ),
        ),
        Role(
            "head_hr",
            _("总行人力"),
            _("全行人事、办法与最终登记"),
            "all",
            (
                "view_runs",
                "view_people",
                "edit_people",
                "reveal_identity",
                "view_appraisals",
                "open_cycle",
                "submit_appraisal",
                "publish_appraisal",
                "load_bundles",
                "expect_feeds",
                "request_rerun",
                "decide_rerun",
                "decide_waiver",
                "edit_rulebook",
                "adopt_rulebook",
                "draft_handover",
                "witness_handover",
                "manage_career",
                "screen_qualification",
                "enter_exam",
                "appoint",
                "propose_grade_change",
                "approve_grade_change",
                "view_training",
                "manage_training",
                "view_rotation",
                "manage_rotation",
                "plan_rotation",
                "set_rotation_limits",
                "fill_screening",
                "report_rectification",
            ),
        ),
        Role(
            "branch_risk",
            _("分行风险合规"),
            _("审核辖内考核，管辖内的行为风险"),
            "subtree",
            (
                "view_runs",
                "view_people",
                "view_appraisals",
                "clear_appraisal",
                "return_appraisal",
                "reopen_appraisal",
                "propose_adjustment",
                "request_waiver",
                "witness_handover",
                "recognise_qualification",
                "approve_grade_change",
                "view_training",
                "view_conduct",
                "manage_conduct",
                "settle_finding",
                "report_rectification",
                "inspect_branch",
                "read_home_visit",
                "view_credit_file",
                "edit_credit_file",
                "approve_loan",
            ),
        ),
        Role(
            "branch_hr",
            _("分行人力"),
            _("辖内人事档案、培训与轮岗、数据导入、考核周期；不能改指标"),
            "subtree",
            (
                "view_runs",
                "view_people",
                "edit_people",
                "reveal_identity",
                "view_appraisals",
                "open_cycle",
                "submit_appraisal",
                "publish_appraisal",
                "load_bundles",
                "edit_rulebook",
                "draft_handover",
                "witness_handover",
                "manage_career",
                "screen_qualification",
                "enter_exam",
                "appoint",
                "propose_grade_change",
                "view_training",
                "manage_training",
                "view_rotation",
                "manage_rotation",
                "plan_rotation",
                "fill_screening",
                "report_rectification",
                "inspect_branch",
            ),
        ),
        Role(
            "branch_market",
            _("市场部"),
            _("辖内客户归属与培训"),
            "subtree",
            (
                "view_people",
                "approve_handover",
                "cancel_handover",
                "view_training",
                "manage_training",
                "inspect_branch",
                "view_credit_file",
            ),
        ),
        Role(
            "outlet_head",
            _("营业机构负责人"),
            _("本机构的人员与业绩"),
            "subtree",
            (
                "view_people",
                "view_appraisals",
                "draft_handover",
                "witness_handover",
                "view_training",
                "view_rotation",
                "plan_rotation",
                "fill_screening",
                "report_rectification",
                "inspect_branch",
                "view_credit_file",
                "edit_credit_file",
                "approve_loan",
            ),
            second_factor=False,
        ),
        Role("client_manager", _("客户经理"), _("本人的业绩、客户与考核"), "own", (), second_factor=False),
        Role(
            "group_member",
            _("领导小组成员"),
            _("评议，并对通过风险审核的考核表决"),
            "subtree",
            ("view_appraisals", "decide_appraisal", "recognise_qualification", "approve_grade_change"),
        ),
        Role(
            "group_chair",
            _("领导小组组长"),
            _("主持小组的评议和表决；票数相等时按管理办法决定"),
            "subtree",
            ("view_appraisals", "decide_appraisal", "recognise_qualification", "approve_grade_change"),
        ),
        Role(
            "api_client",
            _("接口客户端"),
            _("按令牌读取数据，从不作决定"),
            "subtree",
            ("view_people", "view_appraisals"),
            second_factor=False,
        ),
    )
}

#: Roles nobody holds without a second factor.
SECOND_FACTOR_ROLES = frozenset(code for code, role in ROLES.items() if role.second_factor)
