"""Cross-inspections: planned by risk each quarter, carried out by two people of another branch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from managers.models import Branch, ClientManager, ConductFinding, CrossInspection, LogEntry, User
from managers.models.relations import in_force
from managers.permissions import check_at, may, ties
from managers.rules import training as quarters
from managers.services import deadlines, findings
from managers.services.stepping import Procedure, Refusal, Word, subject, take

PLAN, CARRY_OUT = "manage_conduct", "inspect_branch"
WORDS: Mapping[str, Word] = {
    "plan": gettext_lazy("安排"),
    "complete": gettext_lazy("登记检查结果"),
    "cancel": gettext_lazy("取消"),
}
INSPECTION = Procedure(
    CrossInspection, "inspection", WORDS, related=("inspected", "inspecting", "lead", "second")
)


@dataclass(frozen=True)
class Found:
    """What was found about a manager of the branch inspected."""

    employee_no: str
    severity: str
    summary: str


def plan(
    *, quarter: str, inspected: Branch, inspecting: Branch, lead: User, second: User, by: User, on: date
) -> CrossInspection:
    """Risk of the branch inspected arranges who comes from where; nobody of the branch itself."""
    standing = check_at(by, PLAN, inspected, on=on)
    _check_plan(quarter, inspected, inspecting, lead, second, on)
    with transaction.atomic():
        Branch.objects.select_for_update(of=("self",), no_key=True).get(pk=inspected.pk)
        kept = CrossInspection.objects.filter(quarter=quarter, inspected=inspected)
        if kept.exclude(state=CrossInspection.State.CANCELLED).exists():
            raise Refusal(_("这一机构本季度已安排交叉检查；请先取消原安排。"))
        made = CrossInspection.objects.create(
            quarter=quarter,
            inspected=inspected,
            inspecting=inspecting,
            lead=lead,
            second=second,
            planned_by=by,
            planned_on=on,
        )
        LogEntry.objects.create(
            by=by,
            on_behalf_of=standing.on_behalf_of,
            action="plan_inspection",
            subject=subject(INSPECTION, made),
            to_state=made.state,
            detail={"period": quarter},
        )
        deadlines.refresh("inspection", [made.pk], on=on)
        return made


def complete(
    inspection: CrossInspection,
    *,
    held_on: date,
    conclusion: str,
    found: Sequence[Found],
    by: User,
    on: date,
    key: str = "",
) -> LogEntry:
    """One of the two inspectors says what they found; each finding is opened at once."""

    def move(row: CrossInspection) -> None:
        if by.pk not in (row.lead_id, row.second_id):
            raise Refusal(_("检查结果由安排的两位检查人之一登记。"))
        _check_held(row, held_on, conclusion, on)
        row.held_on, row.conclusion = held_on, conclusion.strip()
        row.completed_by, row.completed_at = by, timezone.now()
        for each in found:
            _open(row, each, by=by, on=on)

    with transaction.atomic():
        entry = take(
            INSPECTION, "complete", inspection.pk, by=by, on=on, action=CARRY_OUT, move=move, key=key
        )
        deadlines.refresh("inspection", [inspection.pk], on=on)
        return entry


def cancel(inspection: CrossInspection, *, reason: str, by: User, on: date, key: str = "") -> LogEntry:
    """Risk gives up an inspection, with the reason."""
    check_at(by, PLAN, inspection.inspected, on=on)
    if not reason.strip():
        raise Refusal(_("须写明原因；请填写后再办理。"))
    with transaction.atomic():
        entry = take(INSPECTION, "cancel", inspection.pk, by=by, on=on, action=PLAN, reason=reason, key=key)
        deadlines.refresh("inspection", [inspection.pk], on=on)
        return entry


def of_branch(user: User, branch: Branch, on: date) -> bool:
    """Whether somebody works at a branch: posted there, or with a role there alone."""
    own = ClientManager.objects.filter(user=user).select_related("branch").first()
    if own is not None and own.branch.path.startswith(branch.path):
        return True
    return user.grants.filter(in_force(on), branch__path__startswith=branch.path).exists()


def _open(inspection: CrossInspection, each: Found, *, by: User, on: date) -> None:
    people = ClientManager.objects.filter(branch__path__startswith=inspection.inspected.path)
    manager = people.select_related("branch").filter(employee_no=each.employee_no).first()
    if manager is None:
        raise Refusal(_("工号 %(no)s 不在被检查机构；请核对。") % {"no": each.employee_no[:32] or "—"})
    if ties(by, on=on).to(manager.pk):
        raise Refusal(_("%(who)s 与您有回避关系；有关问题请由同查人登记。") % {"who": manager})
    findings.opened(
        manager,
        source=ConductFinding.Source.INSPECTION,
        severity=each.severity,
        summary=each.summary,
        opened_on=on,
        due_on=findings.due(on, each.severity),
        by=by,
        on=on,
        basis=subject(INSPECTION, inspection),
    )


def _check_plan(
    quarter: str, inspected: Branch, inspecting: Branch, lead: User, second: User, on: date
) -> None:
    if not quarters.QUARTER.fullmatch(quarter) or quarters.quarter_end(quarter) < on:
        raise Refusal(_("请选择本季度或以后的季度，写成 2026Q4 这样。"))
    if inspected.path.startswith(inspecting.path) or inspecting.path.startswith(inspected.path):
        raise Refusal(_("交叉检查须由另一机构进行；请选择与被检查机构没有上下级关系的机构。"))
    if lead.pk == second.pk:
        raise Refusal(_("须由两个人检查；请选择不同的两个人。"))
    for each in (lead, second):
        if of_branch(each, inspected, on):
            raise Refusal(_("%(who)s 是被检查机构的人员，须回避；请改选他人。") % {"who": each})
        if not of_branch(each, inspecting, on) or not may(each, CARRY_OUT, on=on):
            words = {"who": each, "branch": inspecting}
            raise Refusal(_("%(who)s 不是“%(branch)s”可任检查的人员；请改选该机构有检查职责的人员。") % words)


def _check_held(row: CrossInspection, held_on: date, conclusion: str, on: date) -> None:
    if not row.planned_on <= held_on <= on:
        raise Refusal(_("检查日期须在安排之后、今天之前；请核对。"))
    if not conclusion.strip() or len(conclusion.strip()) > 1000:
        raise Refusal(_("请写明检查结论，不超过 1000 个字。"))
