"""Marketing plans: drafted, submitted, approved by somebody else; then their targets are the ledger's."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from credit.models import MarketingPlan, PlanTarget
from credit.rules import working
from credit.services.working.procedures import PLAN, answered, drafter, in_turn, log, said
from ledger.services import records
from ledger.services.records import Table
from managers.models import ClientManager, LogEntry, User
from managers.services import deadlines
from managers.services.stepping import Refusal, take

FILE = "targets.csv"
COLUMNS = ("employee_no", "metric", "from", "to", "value")
#: How the code of a target is written; its quarters' code is longer by an ending.
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,55}")
State = MarketingPlan.State


@dataclass(frozen=True)
class Aim:
    """One target: so much of a metric in a period of the year."""

    metric: str
    period: str
    value: Decimal


def draft(
    manager: ClientManager,
    year: int,
    *,
    market: str,
    measures: str,
    aims: Sequence[Aim],
    by: User,
    on: date,
    key: str = "",
) -> MarketingPlan:
    """The next version of a manager's plan for a year, by the manager or the head."""
    acting_for = drafter(manager, "draft_plan", by=by, on=on)
    with transaction.atomic():
        in_turn(manager)
        earlier = answered("draft_plan", by=by, key=key)
        if earlier is not None:
            return MarketingPlan.objects.get(pk=earlier)
        others = MarketingPlan.objects.filter(manager=manager, year=year)
        if others.filter(state__in=MarketingPlan.OPEN).exists():
            raise Refusal(_("%(year)s 年已有一版在起草或待批准；请先办完那一版。") % {"year": year})
        row = MarketingPlan.objects.create(
            manager=manager,
            year=year,
            version=(others.aggregate(last=Max("version"))["last"] or 0) + 1,
            market=said(market, _("市场分析"), 4000),
            measures=said(measures, _("营销措施"), 4000),
            drafted_by=by,
        )
        _aim(row, aims)
        log("draft_plan", row, PLAN.kind, by=by, acting_for=acting_for, key=key)
    return row


def rewrite(pk: int, *, market: str, measures: str, aims: Sequence[Aim], by: User, on: date) -> MarketingPlan:
    """Say otherwise what is still drafted."""
    with transaction.atomic():
        row = (
            MarketingPlan.objects.select_for_update(of=("self",)).select_related("manager__branch").get(pk=pk)
        )
        acting_for = drafter(row.manager, "draft_plan", by=by, on=on)
        if row.state != State.DRAFTED:
            raise Refusal(_("这一版已提交，内容不能再改；需要修改请先撤回或由批准人退回。"))
        row.market = said(market, _("市场分析"), 4000)
        row.measures = said(measures, _("营销措施"), 4000)
        row.save()
        row.targets.all().delete()
        _aim(row, aims)
        log("rewrite_plan", row, PLAN.kind, by=by, acting_for=acting_for)
    return row


def _aim(row: MarketingPlan, aims: Sequence[Aim]) -> None:
    if not aims:
        raise Refusal(_("计划至少要有一个目标；请填写指标和目标值。"))
    keys = [(aim.metric, aim.period) for aim in aims]
    if len(set(keys)) != len(keys):
        raise Refusal(_("同一指标在同一期间只能有一个目标；请合并。"))
    for aim in aims:
        if not CODE.fullmatch(aim.metric):
            words = {"code": aim.metric}
            raise Refusal(_("指标代码“%(code)s”只能用小写字母、数字、“_”和“-”，最多 56 个字符。") % words)
    PlanTarget.objects.bulk_create(
        PlanTarget(plan=row, metric=a.metric, period=a.period, value=a.value) for a in aims
    )


def submit(pk: int, *, by: User, on: date, key: str = "") -> LogEntry:
    """For approval, by whoever may draft it."""
    return _take("submit", pk, by=by, on=on, action="draft_plan", key=key, own=_is_own(pk, by))


def withdraw(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """Its maker does not go on."""

    def move(row: MarketingPlan) -> None:
        if by.pk not in (row.drafted_by_id, row.manager.user_id):
            raise PermissionDenied(_("只有起草人或本人可以撤回；您可以在轮到您时退回。"))

    reason = said(reason, _("撤回的原因"), 1000)
    own = _is_own(pk, by)
    return _take(
        "withdraw", pk, by=by, on=on, action="draft_plan", reason=reason, key=key, own=own, move=move
    )


def send_back(pk: int, *, by: User, on: date, reason: str, key: str = "") -> LogEntry:
    """To be drafted otherwise, with a reason."""
    reason = said(reason, _("退回的理由"), 1000)
    return _take("send_back", pk, by=by, on=on, action="approve_plan", reason=reason, key=key)


def approve(pk: int, *, by: User, on: date, key: str = "") -> LogEntry:
    """Another person approves: the version before is superseded, and the targets enter the ledger."""

    def move(row: MarketingPlan) -> None:
        row.approved_by, row.approved_on = by, on
        before = MarketingPlan.objects.filter(
            manager=row.manager, year=row.year, state=State.APPROVED
        ).first()
        if before is not None:
            take(PLAN, "supersede", before.pk, by=by, on=on, action="approve_plan")
        _enter(row, before, by=by, on=on)

    return _take("approve", pk, by=by, on=on, action="approve_plan", key=key, move=move)


def _take(name: str, pk: int, *, by: User, on: date, **given: object) -> LogEntry:
    with transaction.atomic():
        entry = take(PLAN, name, pk, by=by, on=on, **given)  # type: ignore[arg-type]
        deadlines.refresh("plan", [pk], on=on)
    return entry


def _is_own(pk: int, by: User) -> bool:
    return MarketingPlan.objects.filter(pk=pk, manager__user=by).exists()


# --- Targets into the ledger ------------------------------------------------------------------------------


def _enter(row: MarketingPlan, before: MarketingPlan | None, *, by: User, on: date) -> None:
    """The targets as a bundle of their own, which any figure taken apart names."""
    try:
        records.enter(f"plan:{row.pk}", {FILE: Table(COLUMNS, list(_rows(row, before, on)))}, by=by)
    except LookupError:
        raise Refusal(_("还没有任何数据入库，目标无处登记；请待首个数据批次入库后再批准。")) from None


def _rows(
    row: MarketingPlan, before: MarketingPlan | None, on: date
) -> Iterator[tuple[str, str, date, date, str]]:
    """Every target of the version; those it leaves out end on the day before it was approved."""
    planned = set()
    for each in row.targets.order_by("metric", "period"):
        start, end = working.days_of(row.year, each.period)
        planned.add((each.metric, each.period))
        yield _row(row, each, start, end)
    for each in _of(before):
        if (each.metric, each.period) not in planned:
            start, end = working.days_of(row.year, each.period)
            yield _row(row, each, start, min(end, max(start, on - timedelta(days=1))))


def _of(plan: MarketingPlan | None) -> Iterable[PlanTarget]:
    return plan.targets.order_by("metric", "period") if plan is not None else ()


def _row(plan: MarketingPlan, target: PlanTarget, start: date, end: date) -> tuple[str, str, date, date, str]:
    code = working.target_code(target.metric, target.period)
    return plan.manager.employee_no, code, start, end, f"{target.value:f}"
