"""The forms of the working standard as PDF/A: log sheet, marketing plan, agreement; each copy is logged."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from credit.models import Agreement, Commitment, MarketingPlan, PlanTarget, WorkLogEntry
from credit.services.working.procedures import AGREEMENT, PLAN, WORK_LOG
from ledger import metrics, versions
from ledger.rules import money
from managers.models import ClientManager, Customer, LogEntry, User
from managers.printing import Frame, typeset
from managers.printing.typesetting import long_date
from managers.queries import names
from managers.rules import masking
from managers.services.stepping import Refusal
from managers.services.watermarks import Keeping, watermark

FOLDER = Path(__file__).resolve().parents[2] / "papers"
MOST_ROWS = 500
Kind = Commitment.Kind
Data = dict[str, Any]


@dataclass(frozen=True)
class Printed:
    """A paper as PDF/A, with the name of its file."""

    name: str
    content: bytes


def log_sheet(who: ClientManager, first: date, last: date, *, by: User, on: date, at: datetime) -> Printed:
    """RXD7200-02: the log of a manager from a day to another, for a reader who sees the manager."""
    rows = WorkLogEntry.objects.current().filter(manager=who, day__range=(first, last))
    found = list(
        rows.select_related("customer", "review__reviewed_by").order_by("day", "pk")[: MOST_ROWS + 1]
    )
    if len(found) > MOST_ROWS:
        raise Refusal(_("这段时间超过 %(most)s 条记录；请缩短起止日期后分次打印。") % {"most": MOST_ROWS})
    masked = names.masked_for(by, on)
    data: Data = {
        "facts": [
            (_("客户经理"), f"{who.name} {who.employee_no}"),
            (_("机构"), str(who.branch)),
            (_("期间"), _("%(first)s至%(last)s") % {"first": long_date(first), "last": long_date(last)}),
            (_("条数"), str(len(found))),
        ],
        "rows": [_line(row, masked=masked) for row in found],
        "signatures": [{"role": _("客户经理"), "name": who.name}, {"role": _("机构负责人"), "name": ""}],
        "words": _log_words(),
    }
    title = _("客户经理工作日志")
    number = f"RXD7200-02 · {who.employee_no} · {first:%Y%m%d}-{last:%Y%m%d}"
    content, digest = _made("log_sheet", data, title=title, number=number, on=last, by=by, at=at)
    _log("print_work_log", f"{WORK_LOG}:{who.employee_no}", number, digest, by=by)
    return Printed(f"{title}-{who.name}-{first}-{last}.pdf", content)


def _line(row: WorkLogEntry, *, masked: bool) -> Data:
    review = getattr(row, "review", None)
    hidden = masked and row.customer.kind == Customer.Kind.PERSONAL
    return {
        "day": row.day.isoformat(),
        "kind": str(row.get_kind_display()),
        "customer": masking.name(row.customer.name) if hidden else row.customer.name,
        "customer_no": row.customer.customer_no,
        "text": row.text,
        "next": row.next_step,
        "next_on": row.next_on.isoformat() if row.next_on else "",
        "review": _reviewed(review.reviewed_by, review.comment) if review else "",
    }


def _reviewed(by: User, comment: str) -> str:
    """Who read an entry, and what that person said of it."""
    return _("%(who)s：%(words)s") % {"who": by, "words": comment} if comment else str(by)


def _log_words() -> Mapping[str, str]:
    return {
        "no": _("序号"),
        "on": _("日期"),
        "kind": _("方式"),
        "customer": _("客户"),
        "text": _("内容"),
        "next": _("下一步"),
        "review": _("查阅与批注"),
        "nothing": _("这段时间没有记录。"),
        **_signing(),
    }


def _signing() -> Mapping[str, str]:
    return {"sign": _("签字："), "day": _("日期：")}


# --- Marketing plan ---------------------------------------------------------------------------------------


def plan(row: MarketingPlan, *, by: User, at: datetime) -> Printed:
    """RXD7200-03: a plan as it stands."""
    words = {
        "market": _("一、市场分析"),
        "targets": _("二、目标"),
        "measures": _("三、营销措施"),
        "metric": _("指标"),
        "unit": _("单位"),
        **{code: str(PlanTarget.Period(code).label) for code in PlanTarget.Period.values},
        **_signing(),
    }
    data: Data = {
        "facts": [
            (_("客户经理"), f"{row.manager.name} {row.manager.employee_no}"),
            (_("机构"), str(row.manager.branch)),
            (_("年度与版本"), _("%(year)s 年第 %(version)s 版") % {"year": row.year, "version": row.version}),
            (_("状态"), str(row.get_state_display())),
        ],
        "market": _paragraphs(row.market),
        "measures": _paragraphs(row.measures),
        "rows": list(_targets(row)),
        "signatures": [
            {"role": _("客户经理"), "name": row.manager.name},
            {"role": _("批准人"), "name": str(row.approved_by or "")},
        ],
        "words": words,
    }
    title = _("客户经理年度营销计划")
    number = f"RXD7200-03 · {row.manager.employee_no} · {row.year}-{row.version}"
    day = row.approved_on or timezone.localdate(row.state_since)
    content, digest = _made("plan", data, title=title, number=number, on=day, by=by, at=at)
    _log("print_plan", f"{PLAN.kind}:{row.pk}", number, digest, by=by)
    return Printed(f"{title}-{row.manager.name}-{row.year}.pdf", content)


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _targets(row: MarketingPlan) -> Iterator[Data]:
    """A line a metric; amounts in units of 10,000 yuan, so that five of them stand side by side."""
    known = metrics.units()
    by_metric: dict[str, dict[str, Decimal]] = {}
    for each in row.targets.order_by("pk"):
        by_metric.setdefault(each.metric, {})[each.period] = each.value
    for metric, values in by_metric.items():
        unit = known.get(metric, "number")
        shown = {code: _target(values.get(code), unit) for code in PlanTarget.Period.values}
        title = versions.metric_title(metric) if metric in known else metric
        yield {"metric": title, "unit": _unit(unit), **shown}


def _unit(unit: str) -> str:
    return {"CNY": _("万元"), "CNY-days": _("万元·天"), "USD": _("万美元"), "ratio": "%"}.get(unit, "—")


def _target(value: Decimal | None, unit: str) -> str:
    if value is None:
        return ""
    if unit in ("CNY", "CNY-days", "USD"):
        return money.scaled(value, size=10**4, places=2)
    return money.percent(value, places=1).rstrip("%") if unit == "ratio" else f"{value.normalize():f}"


# --- Cooperation agreement --------------------------------------------------------------------------------


def agreement(row: Agreement, *, by: User, on: date, at: datetime) -> Printed:
    """RXD7200-01: an agreement to be signed, or as it was signed."""
    masked = names.masked_for(by, on) and row.customer.kind == Customer.Kind.PERSONAL
    customer = masking.name(row.customer.name) if masked else row.customer.name
    data: Data = {
        "sides": [
            {"role": _("甲方"), "name": customer, "address": row.address, "head": row.signatory},
            {
                "role": _("乙方"),
                "name": f"{settings.BANK_NAME}{row.manager.branch.name}",
                "address": "",
                "head": row.bank_signatory,
            },
        ],
        "preamble": _(
            "甲乙双方为建立长期、稳定的合作关系，在平等自愿、互利互惠、诚实守信的基础上，订立本协议，共同遵守。"
        ),
        "chapters": list(_chapters(row)),
        "signatures": [
            {"role": _("甲方"), "head": _("法定代表人（负责人）：")},
            {"role": _("乙方"), "head": _("负责人：")},
        ],
        "signed": row.signed_on is not None,
        "words": {
            "address": _("住所"),
            "head": _("负责人"),
            "seal": _("（公章）"),
            "date": _("签署日期：　　　　年　　月　　日"),
        },
    }
    title = _("银企合作协议")
    number = _("合同编号 %(number)s · RXD7200-01") % {"number": row.number}
    day = row.signed_on or timezone.localdate(row.state_since)
    content, digest = _made("agreement", data, title=title, number=number, on=day, by=by, at=at, inside=False)
    _log("print_agreement", f"{AGREEMENT.kind}:{row.pk}", number, digest, by=by)
    return Printed(f"{title}-{row.number}.pdf", content)


def _chapters(row: Agreement) -> Iterator[Data]:
    """What the customer promises, what the bank promises, and how long it holds, numbered through."""
    promises = list(row.commitments.order_by("pk"))
    theirs = [_promise(each) for each in promises if each.kind != Kind.LOAN_LIMIT]
    ours = [_promise(each) for each in promises if each.kind == Kind.LOAN_LIMIT]
    numbers = iter(range(1, 20))

    def article(text: str, items: Sequence[str] = ()) -> Data:
        return {
            "name": _("第%(number)s条") % {"number": _number(next(numbers))},
            "text": text,
            "items": items,
        }

    yield {
        "title": _("甲方的承诺"),
        "articles": [
            article(_("甲方以乙方为主要合作银行，在乙方开立账户，并优先通过乙方办理各项金融业务。")),
            *([article(_("甲方在本协议期限内："), theirs)] if theirs else []),
            article(
                _("甲方按约定用途使用贷款、按期还本付息，定期提供真实、完整的财务资料和全部银行业务总量。")
            ),
        ],
    }
    yield {
        "title": _("乙方的承诺"),
        "articles": [
            article(_("乙方以甲方为重点客户，指定客户经理专人服务，优先提供结算、存款、信贷和咨询服务。")),
            article(
                _(
                    "在符合法律法规、金融政策和乙方信贷条件的前提下，乙方支持甲方的融资需求；每笔业务另行审批、另签合同。"
                ),
                ours,
            ),
            article(_("乙方对甲方的资料和账户信息保密，法律另有规定的除外。")),
        ],
    }
    yield {
        "title": _("期限与其他"),
        "articles": [
            article(
                _("本协议自%(start)s起至%(end)s止；到期前双方可协商续签。")
                % {"start": long_date(row.starts_on), "end": long_date(row.ends_on)}
            ),
            article(_("双方定期对照本协议各项约定的履行情况；一方不能履行时，及时告知对方并协商处理。")),
            article(
                _("未尽事宜由双方协商，必要时订立书面补充协议。本协议一式两份，双方各执一份，签章后生效。")
            ),
        ],
    }


def _number(number: int) -> str:
    """The number of an article: in Chinese numerals where the paper is Chinese."""
    if (get_language() or "").startswith("en"):
        return str(number)
    return "零一二三四五六七八九十"[number] if number <= 10 else f"十{'一二三四五六七八九'[number - 11]}"


def _promise(each: Commitment) -> str:
    value = "" if each.threshold is None else money.exact_amount(each.threshold)
    words = {"value": value.removesuffix(".00")}
    texts = {
        Kind.DEPOSIT_SHARE: _("在乙方的存款占其全部存款的比例不低于 %(value)s%%"),
        Kind.DEPOSIT_AVERAGE: _("在乙方的存款季度日均不低于 %(value)s 元"),
        Kind.DEPOSIT_FOLLOWS_LOANS: _("在乙方的存款占其全部存款的比例，不低于乙方贷款占其全部借款的比例"),
        Kind.SETTLEMENT_SHARE: _("通过乙方办理的国际结算不低于其全部国际结算的 %(value)s%%"),
        Kind.CURRENT_RATIO: _("流动比率不低于 %(value)s%%"),
        Kind.DEBT_RATIO: _("资产负债率不高于 %(value)s%%"),
        Kind.PAYROLL: _("由乙方代发的工资每月不低于 %(value)s 元"),
        Kind.LOAN_LIMIT: _("在 %(value)s 元以内考虑授信"),
    }
    said = texts[Kind(each.kind)] % words if each.kind in texts else ""
    return _("；").join(filter(None, (said, each.text)))


# --- All of them ------------------------------------------------------------------------------------------


def _made(
    name: str,
    data: Data,
    *,
    title: str,
    number: str,
    on: date,
    by: User,
    at: datetime,
    inside: bool = True,
) -> tuple[bytes, str]:
    """The paper, and the digest of what it says, which stands at its foot.

    One that goes to a customer is not `inside`: it is no internal paper, to be destroyed by a day.
    """
    printed = timezone.localtime(at)
    made = _("本件于 %(at)s 为 %(reader)s 打印") % {"at": f"{printed:%Y-%m-%d %H:%M}", "reader": by}
    text = json.dumps({"paper": name, "number": number, **data}, sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode()).hexdigest()
    groups = " ".join(_eights(digest))
    whose = watermark(made, at=at, keeping=Keeping.FILED) if inside else made
    foot = (whose, _("内容校验码 %(digest)s") % {"digest": groups})
    frame = Frame(title=title, on=on, number=number, foot=foot)
    return typeset(FOLDER / f"{name}.typ", data, frame=frame), digest


def _eights(digest: str) -> Iterable[str]:
    return (digest[start : start + 8] for start in range(0, len(digest), 8))


def _log(action: str, subject: str, number: str, digest: str, *, by: User) -> None:
    detail = {"number": number, "sha256": digest}
    LogEntry.objects.create(by=by, action=action, subject=subject, detail=detail)
