"""The working standard of the demo bank as its people would have kept it by the last day.

Two managers of the first outlet (`linxw`, `zhaoqm`) have a work log, a market research, a plan, an agreement,
a complaint and a survey; some of it is done, some waits for the next.
"""

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from cmbank.demo.logins import file_of, who
from credit.models import WorkLogEntry
from credit.services.working import agreements, complaints, logs, plans, research, surveys
from credit.services.working.agreements import Promise, Terms
from credit.services.working.logs import Written
from credit.services.working.plans import Aim
from credit.services.working.surveys import Answer
from managers.models import Assignment, Branch, Customer

#: Who, which of the own customers, how, how many days ago, what was said; the next step and in how many days.
ENTRIES = (
    (
        "linxw",
        0,
        "visit",
        20,
        "走访新厂区，二期设备款约两千万元，拟用承兑汇票。",
        "送授信方案并约财务总监面谈",
        -6,
    ),
    ("linxw", 0, "follow_up", 6, "已送授信方案，财务总监要求比较贴现利率。", "报贴现利率", 2),
    ("linxw", 1, "need", 12, "客户想把三家子公司的账户归集到本行，需要现金管理方案。", "请公司部出方案", 5),
    ("linxw", 2, "call", 1, "电话了解三季度回款，较上季快一周。", "", 0),
    ("zhaoqm", 0, "visit", 9, "走访车间，订单排到明年一季度，需要流动资金。", "收集购销合同", -1),
    ("zhaoqm", 1, "call", 3, "提醒客户大额存款九月底到期，客户愿意续存。", "办理续存", 1),
)
#: Whose plan, and its daily averages of deposits and loans for the year.
AIMS = (("linxw", 160_000_000, 210_000_000), ("zhaoqm", 40_000_000, 75_000_000))
QUESTIONS = ("服务态度", "办事效率", "专业能力")
SCORES = ((5, 5, 4), (4, 5, 4), (5, 4, 5), (3, 4, 4))


@transaction.atomic
def furnish(on: date) -> None:
    """Everything of it, once: a work log that has entries is left as it is."""
    if WorkLogEntry.objects.exists():
        return
    _write_logs(on)
    _research(on)
    _plan(on)
    _agree(on)
    _complain(on)
    _survey(on)


def _customers(username: str, on: date) -> list[Customer]:
    """The companies a manager has held for a month, by number."""
    rows = Assignment.objects.held_on(on).filter(manager=file_of(username), customer__kind="corporate")
    held = rows.filter(starts_on__lt=on - timedelta(days=31)).select_related("customer__branch")
    return [row.customer for row in held.order_by("customer__customer_no")]


def _write_logs(on: date) -> None:
    made = []
    for username, number, kind, ago, text, step, ahead in ENTRIES:
        following = on + timedelta(days=ahead) if step else None
        written = Written(kind, on - timedelta(days=ago), text, step, following)
        entry = logs.write(_customers(username, on)[number], written, by=who(username), on=on)
        made.append(entry.pk)
    logs.review(made[:1], by=who("outlet"), on=on, comment="请公司部一同上门")


def _research(on: date) -> None:
    row = research.report(
        "开发区装备制造业调查",
        "区内规上企业四十余家，前五户占产值七成。\n两家正在扩产，明年上半年需要设备款。",
        by=who("linxw"),
        on=on - timedelta(days=15),
        industry="装备制造",
        area="开发区",
        prospect="江城重工",
        sources="统计公报、走访",
        forecast={"deposits": Decimal(30_000_000), "loans": Decimal(50_000_000)},
    )
    research.acknowledge(row.pk, by=who("outlet"), on=on, reason="先约江城重工财务负责人")


def _plan(on: date) -> None:
    """One approved by the market, one that waits for it."""
    for username, deposits, loans in (
        ("linxw", 160_000_000, 210_000_000),
        ("zhaoqm", 40_000_000, 75_000_000),
    ):
        aims = (
            Aim("deposit_daily_average", "year", Decimal(deposits)),
            Aim("loan_daily_average", "year", Decimal(loans)),
        )
        row = plans.draft(
            file_of(username),
            on.year,
            market="开发区扩产企业增多，同业以结算优惠争存款。",
            measures="逐户走访扩产企业；以现金管理带动存款；每月向主管汇报进度。",
            aims=aims,
            by=who(username),
            on=on,
        )
        plans.submit(row.pk, by=who(username), on=on)
        if username == "linxw":
            plans.approve(row.pk, by=who("market"), on=on)


def _agree(on: date) -> None:
    customer = _customers("linxw", on)[0]
    terms = Terms("XY-2026-018", "赵建国", "杜文清", on, on + timedelta(days=364), "城东区工业大道 88 号")
    promises = (
        Promise("deposit_share", Decimal(40)),
        Promise("deposit_follows_loans"),
        Promise("loan_limit", Decimal(30_000_000)),
        Promise("other", text="优先办理代发工资"),
    )
    row = agreements.draft(customer, terms, promises, by=who("linxw"), on=on)
    agreements.approve(row.pk, by=who("outlet"), on=on)
    agreements.sign(row.pk, by=who("linxw"), on=on)


def _complain(on: date) -> None:
    """One answered and closed, one that is being looked into."""
    for number, (ago, text) in enumerate(
        ((18, "等了两小时无人接待，电话也无人接听。"), (2, "贷款资料补了三次，每次要的都不一样。"))
    ):
        received = on - timedelta(days=ago)
        row = complaints.receive(
            file_of("zhaoqm"),
            channel="phone",
            complainant="孙女士",
            contact="13800000000",
            text=text,
            received_on=received,
            by=who("market"),
            on=received,
        )
        complaints.assign(row.pk, handler=who("outlet"), by=who("risk"), on=received)
        if number == 0:
            answered = received + timedelta(days=3)
            complaints.reply(
                row.pk,
                upheld=True,
                findings="当日经理外出走访，未安排替班。",
                answer="已致歉并约定上门服务；外出须登记替班人。",
                by=who("outlet"),
                on=answered,
            )
            complaints.close(row.pk, by=who("risk"), on=answered)


def _survey(on: date) -> None:
    row = surveys.make(
        "三季度客户满意度调查",
        Branch.objects.get(code="0101"),
        QUESTIONS,
        starts_on=on - timedelta(days=10),
        ends_on=on + timedelta(days=20),
        by=who("market"),
        on=on,
    )
    answers = [
        Answer(customer, file_of(username), scores)
        for username in ("linxw", "zhaoqm")
        for customer, scores in zip(_customers(username, on), SCORES, strict=False)
    ]
    surveys.enter(row, answers, by=who("outlet"), on=on)
