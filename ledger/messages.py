"""Every reason for which a delivery or one of its rows is refused, in the reader's language."""

from django.utils.translation import gettext_lazy as _

REASONS = {
    # the bundle as a whole
    "no_such_path": _("找不到该目录或压缩包；请检查路径"),
    "not_a_bundle": _("既不是目录也不是 zip 压缩包；请提供数据包目录或其 zip"),
    "broken_zip": _("压缩包损坏，无法解开；请重新传送"),
    "zip_duplicate": _("压缩包内同名文件出现多次；请重新打包"),
    "no_manifest": _("缺少 manifest.json；请补送，或明确使用 --no-manifest"),
    "manifest_unreadable": _("manifest.json 不是有效的 JSON；请重新传送"),
    "manifest_incomplete": _("manifest.json 缺少内容或写法不对：%(detail)s"),
    "manifest_span": _("manifest.json 的起止日期颠倒：%(detail)s"),
    "year_without_rows": _("清单日期与数据相差一年以上（数据止于或始于 %(detail)s）；请核对清单日期"),
    "unknown_file": _("清单列出了系统不认识的文件；请核对文件名"),
    "unlisted_file": _("目录中有清单未列出的数据文件；请补入清单或移走"),
    "missing_file": _("清单列出的文件不存在；请补送"),
    "wrong_digest": _("文件摘要与清单不符，文件不完整或被改动；请重新传送"),
    "wrong_row_count": _("行数与清单不符：%(detail)s；请重新传送"),
    "not_text": _("既不是 UTF-8 也不是 GB18030 文本；请检查导出编码"),
    "nul_byte": _("含有空字节（NUL）；文件已损坏，请重新导出"),
    "no_header": _("没有表头行；第一行应为列名"),
    "duplicate_column": _("表头中同一列出现两次；请删去一列"),
    "missing_column": _("表头缺少该列；请补齐"),
    "torn_row": _("列数与表头不同：%(detail)s；请检查分隔符与引号"),
    "unreadable_row": _("无法读取：%(detail)s"),
    "nothing_dated": _("没有任何带业务日期的行，无法确定起止；请提供 manifest.json"),
    # one value
    "empty": _("不能为空"),
    "not_a_date": _("不是有效日期；请写成 2026-03-31"),
    "not_an_amount": _("不是普通小数（最多两位小数，不含千分位）；请更正"),
    "not_a_rate": _("不是有效汇率（最多八位小数的正数）；请更正"),
    "not_a_share": _("归属比例须在 0 与 1 之间，最多六位小数"),
    "not_a_currency": _("币种须为三位大写字母代码，如 CNY"),
    "not_a_label": _("代码须为小写字母、数字、- 或 _，以字母或数字开头，至多 64 位；请更正"),
    "not_a_measure": _("不是普通小数（最多四位小数，不含千分位）；请更正"),
    "not_a_choice": _("不在允许的取值之内：%(detail)s"),
    "bad_text": _("含有控制字符或过长；请更正"),
    "duplicate_key": _("与第 %(detail)s 行的主键重复；请只保留一行"),
    "outside_span": _("业务日期不在清单起止之内：%(detail)s"),
    # one row against the bank
    "unknown_branch": _("机构号不存在；请先送机构，或更正"),
    "slash_in_code": _("机构号不能含有斜线 /；请更正"),
    "own_parent": _("上级机构不能是自己"),
    "circular_branches": _("上级机构成环，无法到达总行；请更正上级机构"),
    "unknown_customer": _("客户号不存在；请先送客户，或更正"),
    "unknown_manager": _("工号不存在；请先送客户经理，或更正"),
    "unknown_account": _("账号不存在；请先送账户，或更正"),
    "not_a_loan": _("该账号不是贷款账户"),
    "amount_not_positive": _("放款金额须大于 0"),
    "matures_before_issue": _("到期日早于放款日 %(detail)s"),
    "closed_before_opening": _("销户日早于开户日 %(detail)s"),
    "ends_before_start": _("止日早于起日 %(detail)s"),
    "overlapping_assignment": _("同一客户与客户经理的归属期间重叠；请衔接起止日期"),
    "shares_above_one": _("该客户当日归属比例合计超过 1（%(detail)s）；请调整"),
    "rate_not_positive": _("汇率须大于 0"),
    "rate_for_own_currency": _("人民币不需要汇率；请删去"),
    "account_closed": _("账户已于 %(detail)s 销户，不应再有余额"),
    "balance_too_large": _("余额折合人民币须小于 10 万亿元；请核对金额与单位"),
    "waits_for_quarantined": _("所依赖的行 %(detail)s 尚在隔离区；请先处理那一行"),
    "own_event": _("事件“%(detail)s”由本系统的流程登记，再送会重复计数；请从文件中去掉，或改用另一代码"),
    "currency_without_rate": _("币种 %(detail)s 在该日之前没有任何汇率；请先送汇率"),
}


def reason(code: str, detail: str = "") -> str:
    """The sentence for a reason code, with its detail filled in."""
    return str(REASONS[code]) % {"detail": detail}
