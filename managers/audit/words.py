"""The words of the log: what an action, a kind of subject, a rule of reach is called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Promise] = {
    "activate_user": _("启用账号"),
    "adopt_rulebook": _("通过办法"),
    "amend_identity": _("修改身份资料"),
    "amend_manager": _("修改档案"),
    "approved_rerun": _("批准重算"),
    "approved_waive": _("批准豁免"),
    "check_rulebook": _("核对办法"),
    "close_period": _("期间关账"),
    "deactivate_user": _("停用账号"),
    "dismissed_row": _("作废隔离行"),
    "draft_rulebook": _("起草办法"),
    "end_feed": _("终止应到文件"),
    "expect_feed": _("约定应到文件"),
    "export_rows": _("导出"),
    "fetch_export": _("下载导出文件"),
    "issue_token": _("签发令牌"),
    "open_cycle": _("开启考核周期"),
    "read_file": _("查阅档案"),
    "read_identity": _("查看身份资料"),
    "refused_rerun": _("驳回重算"),
    "refused_waive": _("驳回豁免"),
    "replayed_row": _("重放隔离行"),
    "replayed_rows": _("重放隔离行"),
    "request_rerun": _("申请重算"),
    "request_waive": _("申请豁免"),
    "revise_rulebook": _("退回起草"),
    "revoke_token": _("吊销令牌"),
    "rewrite_rulebook": _("改写办法"),
    "search_identity": _("按身份证号查找"),
    "second_factor_failed": _("验证码不正确"),
    "session_ended": _("会话结束"),
    "sign_in": _("登录"),
    "sign_in_failed": _("登录失败"),
    "simulate_rulebook": _("试算办法"),
    "supersede_rulebook": _("办法被取代"),
    "withdraw_rulebook": _("撤回办法"),
}
#: Steps of procedures are called `verb_kind`.
VERBS: dict[str, Promise] = {
    "approve": _("批准"),
    "confirm": _("确认"),
    "decline": _("谢绝"),
    "dismiss": _("维持"),
    "end": _("终止"),
    "open": _("开启"),
    "print": _("打印"),
    "propose": _("提出"),
    "refuse": _("驳回"),
    "reopen": _("重开"),
    "revoke": _("撤销"),
    "submit": _("提交"),
    "withdraw": _("撤回"),
}
#: What a subject `kind:name` begins with, in words.
KINDS: dict[str, Promise] = {
    "adjustment": _("指标调整"),
    "appraisal": _("考核"),
    "branch": _("机构"),
    "bundle": _("数据批次"),
    "customer": _("客户"),
    "cycle": _("考核周期"),
    "delegation": _("委托"),
    "export": _("导出文件"),
    "feed": _("应到文件"),
    "grant": _("授权"),
    "handover": _("移交"),
    "lookback": _("追溯复核"),
    "manager": _("客户经理"),
    "night": _("日终"),
    "period": _("期间"),
    "qualification": _("资格"),
    "quarantine": _("隔离行"),
    "rulebook": _("管理办法版本"),
    "token": _("接口令牌"),
    "user": _("用户"),
}
#: What the details of an entry are called; those that are columns of the record have their own names.
DETAILS: dict[str, Promise] = {
    "added": _("新增"),
    "address": _("地址"),
    "bundle": _("批次"),
    "case": _("案号"),
    "checksum": _("校验和"),
    "confirmed_by": _("复核人"),
    "corrected": _("更正内容"),
    "expires_at": _("到期"),
    "field": _("字段"),
    "fields": _("字段"),
    "kind": _("类别"),
    "methods": _("方式"),
    "name": _("名称"),
    "period": _("期间"),
    "replay": _("重放批次"),
    "request": _("申请"),
    "rows": _("行数"),
    "run": _("日终批次"),
    "scheme": _("管理办法"),
    "scopes": _("权限范围"),
    "sessions": _("会话"),
    "sha256": _("摘要"),
    "title": _("内容"),
    "tokens": _("令牌"),
    "user": _("用户"),
}
RULES: dict[str, Promise] = {
    "all": _("该角色可见全行"),
    "subtree": _("当事人所在机构在授权机构之内"),
    "outside": _("当事人所在机构不在授权机构之内"),
    "own_only": _("该角色只及本人"),
    "system": _("该角色不见业务数据"),
    "no_such_role": _("没有这一角色，授权无效"),
    "unconfirmed": _("授权尚待第二人确认"),
    "not_begun": _("授权尚未开始"),
    "ended": _("授权已经到期"),
    "holder_inactive": _("委托人的账号已停用"),
    "lending_ended": _("委托已提前终止"),
    "lending_not_begun": _("委托尚未开始"),
    "lending_over": _("委托已经到期"),
}
TIES: dict[str, Promise] = {
    "own": _("当事人是其本人：可以查看，不能办理。"),
    "kin": _("与当事人有亲属关系：须回避，不能办理。"),
    "superior": _("当事人是其上级：须回避，不能办理。"),
}


def subject(text: str) -> str:
    """What an entry is about: its kind in words, then its name; as it stands where the kind has no word."""
    kind, _colon, name = text.partition(":")
    return f"{KINDS[kind]} {name}".rstrip() if kind in KINDS else text


def action(code: str) -> str:
    """An action in words: its own, those of its verb and kind, or its code where it has none yet."""
    verb, _underscore, kind = code.partition("_")
    if code not in ACTIONS and verb in VERBS and kind in KINDS:
        return f"{VERBS[verb]} · {KINDS[kind]}"
    return str(ACTIONS.get(code, code))
