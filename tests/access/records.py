"""What training, conduct, rotation and the working standard keep of a manager: one row of each kind for each.

As `holdings.py` does: a function makes the row of one manager. All are brought about by the stage "kept".
"""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from credit.models import (
    Agreement,
    Complaint,
    MarketingPlan,
    ResearchNote,
    Survey,
    SurveyResponse,
    WorkLogEntry,
)
from managers.models import (
    Attendance,
    Branch,
    Certificate,
    ClientManager,
    ConductFinding,
    CrossInspection,
    Customer,
    HomeVisit,
    LeaveRecord,
    ResultSheet,
    ScreeningCampaign,
    ScreeningSheet,
    TrainingPlan,
    TrainingSession,
)
from managers.services import files, sealedtext
from tests.credit.loanbank import photo

if TYPE_CHECKING:
    from tests.access.scene import Scene

ON = date(2026, 10, 12)
UNTIL = date(2026, 12, 31)
#: Whoever enters sheets of results.
TRAINERS = ("head_hr", "branch_hr", "branch_market")


def customer(who: ClientManager) -> Customer:
    """The customer of one of the five."""
    return Customer.objects.get(customer_no=f"C{who.employee_no}")


# --- Training ---------------------------------------------------------------------------------------------


def training_plan(scene: "Scene", who: ClientManager) -> Any:
    """A course at the manager's outlet."""
    return TrainingPlan.objects.create(
        title="合规课程",
        branch=who.branch,
        starts_on=ON,
        ends_on=UNTIL,
        hours=Decimal(2),
        pass_mark=Decimal(60),
        made_by=scene.people["stranger"],
    )


def training_session(scene: "Scene", who: ClientManager) -> Any:
    """A session held today, whose roll the manager alone stands on."""
    plan = TrainingPlan.objects.get(pk=scene.rows["training_plan"][scene.thing_of(who)])
    row = TrainingSession.objects.create(plan=plan, held_on=ON, place="会议室")
    Attendance.objects.create(session=row, manager=who)
    return row


def certificate(scene: "Scene", who: ClientManager) -> Any:
    """A certificate that was seen."""
    return Certificate.objects.create(
        manager=who,
        kind="trade",
        number=f"ZS-{who.employee_no}",
        issuer="协会",
        issued_on=date(2026, 1, 5),
        expires_on=UNTIL,
        evidence="档案盒 3",
        recorded_by=scene.people["stranger"],
    )


def of_all(scene: "Scene") -> None:
    """A session and a survey of the whole bank, with all five in them."""
    office, by = Branch.objects.get(code="HO"), scene.people["stranger"]
    plan = TrainingPlan.objects.create(
        title="全行课程", branch=office, starts_on=ON, ends_on=UNTIL, hours=Decimal(2), made_by=by
    )
    session = TrainingSession.objects.create(plan=plan, held_on=ON, place="礼堂")
    for pk in scene.rows["managers_clientmanager"].values():
        Attendance.objects.create(session=session, manager_id=pk)
    asked = Survey.objects.create(
        title="全行满意度", branch=office, questions=["服务态度"], starts_on=ON, ends_on=UNTIL, made_by=by
    )
    scene.numbers |= {"session": session.pk, "survey": asked.pk}


def manager_file(scene: "Scene", who: ClientManager) -> Any:
    """A paper about the manager."""
    return files.keep(photo(), by=scene.people["stranger"], manager=who)


def result_sheets(scene: "Scene") -> None:
    """A sheet of results of everybody who may upload one, and of somebody else."""
    session = TrainingSession.objects.get(pk=scene.rows["training_session"]["mate"])
    made = {
        name: ResultSheet.objects.create(
            session=session, exam_on=ON, file_name="r.csv", rows=[], uploaded_by=scene.people[name]
        ).pk
        for name in (*TRAINERS, "stranger")
    }
    scene.owned |= {"result_sheet": made, "foreign_result_sheet": {"stranger": made["stranger"]}}


# --- Conduct ----------------------------------------------------------------------------------------------


def campaign(scene: "Scene", who: ClientManager) -> Any:
    """A screening at the manager's outlet."""
    return ScreeningCampaign.objects.create(
        title="行为排查",
        branch=who.branch,
        starts_on=date(2026, 7, 1),
        ends_on=date(2026, 9, 30),
        due_on=UNTIL,
        items=["民间借贷"],
        opened_by=scene.people["stranger"],
        opened_on=ON,
    )


def screening_sheet(scene: "Scene", who: ClientManager) -> Any:
    """A sheet of the screening of the whole bank that waits to be filled."""
    office = Branch.objects.get(code="HO")
    found, _new = ScreeningCampaign.objects.get_or_create(
        title="全行排查",
        branch=office,
        defaults={
            "starts_on": date(2026, 7, 1),
            "ends_on": date(2026, 9, 30),
            "due_on": UNTIL,
            "items": ["民间借贷"],
            "opened_by": scene.people["stranger"],
            "opened_on": ON,
        },
    )
    scene.numbers["campaign"] = found.pk
    return ScreeningSheet.objects.create(campaign=found, manager=who)


def finding(scene: "Scene", who: ClientManager) -> Any:
    """A finding somebody opened."""
    return ConductFinding.objects.create(
        manager=who,
        source="report",
        severity="minor",
        summary="代客户保管存折",
        opened_on=ON,
        due_on=UNTIL,
        opened_by=scene.people["stranger"],
    )


def home_visit(scene: "Scene", who: ClientManager) -> Any:
    """A visit of two; what they saw is sealed."""
    row = HomeVisit.objects.create(
        manager=who,
        visited_on=ON,
        visitor=scene.people["stranger"],
        second_visitor=scene.people["other"],
        recorded_by=scene.people["stranger"],
    )
    # What is sealed is bound to its row, so the row comes first.
    HomeVisit.objects.filter(pk=row.pk).update(summary=sealedtext.sealed(row, "summary", "家中无异常"))
    return row


def inspection(scene: "Scene", who: ClientManager) -> Any:
    """An inspection of the manager's outlet: one for all who are there."""
    found, _new = CrossInspection.objects.get_or_create(
        quarter="2026Q4",
        inspected=who.branch,
        defaults={
            "inspecting": Branch.objects.get(code="HO"),
            "lead": scene.people["stranger"],
            "second": scene.people["other"],
            "planned_by": scene.people["stand-in head_risk"],
            "planned_on": ON,
        },
    )
    return found


def leave(scene: "Scene", who: ClientManager) -> Any:
    """A leave that begins soon."""
    return LeaveRecord.objects.create(
        manager=who,
        kind="annual",
        starts_on=date(2026, 11, 2),
        ends_on=date(2026, 11, 6),
        recorded_by=scene.people["stranger"],
    )


# --- The working standard ---------------------------------------------------------------------------------


def work_log(scene: "Scene", who: ClientManager) -> Any:
    """A visit at the manager's customer, with a next step."""
    return WorkLogEntry.objects.create(
        manager=who,
        customer=customer(who),
        kind="visit",
        day=ON,
        text="走访车间",
        next_step="送合同",
        next_on=ON,
        written_by=scene.people["stranger"],
    )


def research(scene: "Scene", who: ClientManager) -> Any:
    """A note on a market."""
    return ResearchNote.objects.create(
        manager=who,
        subject="园区调查",
        customer=customer(who),
        findings="三户拟扩产",
        written_by=scene.people["stranger"],
        written_on=ON,
    )


def plan(scene: "Scene", who: ClientManager) -> Any:
    """A marketing plan that waits for approval."""
    row = _plan(scene, who, 2026)
    MarketingPlan.objects.filter(pk=row.pk).update(state="submitted")
    return row


def plan_draft(scene: "Scene", who: ClientManager) -> Any:
    """The same of another year, still being written."""
    return _plan(scene, who, 2027)


def _plan(scene: "Scene", who: ClientManager, year: int) -> Any:
    row = MarketingPlan.objects.create(
        manager=who, year=year, version=1, market="竞争", measures="走访", drafted_by=scene.people["stranger"]
    )
    row.targets.create(metric="deposit_daily_average", period="year", value=Decimal(900))
    return row


def agreement(scene: "Scene", who: ClientManager) -> Any:
    """An agreement that waits for the head."""
    return _agreement(scene, who, "XY")


def agreement_in_force(scene: "Scene", who: ClientManager) -> Any:
    """One that holds."""
    row = _agreement(scene, who, "YX")
    by = scene.people["other"]
    Agreement.objects.filter(pk=row.pk).update(state="approved", approved_by=by)
    Agreement.objects.filter(pk=row.pk).update(state="in_force", signed_on=ON)
    return row


def _agreement(scene: "Scene", who: ClientManager, prefix: str) -> Any:
    row = Agreement.objects.create(
        customer=customer(who),
        manager=who,
        number=f"{prefix}-{who.employee_no}",
        signatory="赵总",
        bank_signatory="钱行长",
        starts_on=ON,
        ends_on=date(2027, 10, 12),
        drafted_by=scene.people["stranger"],
    )
    row.commitments.create(kind="other", text="优先代发工资")
    return row


def complaint(scene: "Scene", who: ClientManager) -> Any:
    """A complaint nobody has been given yet."""
    return Complaint.objects.create(
        manager=who,
        customer=customer(who),
        received_on=ON,
        channel="phone",
        complainant="孙女士",
        contact="13800000000",
        text="久候无人",
        due_on=UNTIL,
        recorded_by=scene.people["stranger"],
    )


def complaint_answered(scene: "Scene", who: ClientManager) -> Any:
    """One that was answered."""
    row, by = complaint(scene, who), scene.people["other"]
    rows = Complaint.objects.filter(pk=row.pk)
    rows.update(state="assigned", handler=by)
    rows.update(state="answered", upheld=True, answer="已致歉", answered_on=ON)
    return row


def survey(scene: "Scene", who: ClientManager) -> Any:
    """A survey at the manager's outlet."""
    return Survey.objects.create(
        title="满意度",
        branch=who.branch,
        questions=["服务态度"],
        starts_on=ON,
        ends_on=UNTIL,
        made_by=scene.people["stranger"],
    )


def survey_closed(scene: "Scene", who: ClientManager) -> Any:
    """One that is over, with an answer about the manager; the stranger is kin of one of the five."""
    row, by = survey(scene, who), scene.people["other"]
    SurveyResponse.objects.create(survey=row, manager=who, customer=customer(who), scores=[4], entered_by=by)
    Survey.objects.filter(pk=row.pk).update(state="closed")
    return row


#: In this order: what hangs on another row comes after it.
RECORDS = {
    "manager_file": manager_file,
    "training_plan": training_plan,
    "training_session": training_session,
    "certificate": certificate,
    "campaign": campaign,
    "screening_sheet": screening_sheet,
    "finding": finding,
    "home_visit": home_visit,
    "inspection": inspection,
    "leave": leave,
    "work_log": work_log,
    "research": research,
    "plan": plan,
    "plan_draft": plan_draft,
    "agreement": agreement,
    "agreement_in_force": agreement_in_force,
    "complaint": complaint,
    "complaint_answered": complaint_answered,
    "survey": survey,
    "survey_closed": survey_closed,
}
