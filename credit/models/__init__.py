"""The tables of `credit`: loans and how good they are, credit files and lending, the work on customers."""

from credit.models.endings import LoanEnding
from credit.models.files import Document, Facility, GroupLink, Party
from credit.models.guarantees import Guarantee, Valuation
from credit.models.inspections import Finding, Inspection, InspectionFile
from credit.models.investigations import Evidence, Investigation, Section
from credit.models.loans import LoanTerms, Repayment, ScheduledPayment, Security
from credit.models.maturities import Acknowledgement, CalendarToken, MaturityNotice
from credit.models.proposals import LoanProposal
from credit.models.quality import (
    BasePortfolio,
    Classification,
    Exposure,
    LoanClass,
    LoanState,
    QualityReading,
    Standing,
)
from credit.models.reclassifying import LoanWatch, Reclassification
from credit.models.standards import StandardVersion
from credit.models.statements import Statement
from credit.models.working import (
    Agreement,
    Commitment,
    Complaint,
    LogReview,
    MarketingPlan,
    PlanTarget,
    ResearchNote,
    StatedFigure,
    Survey,
    SurveyResponse,
    WorkLogEntry,
)

__all__ = [
    "Acknowledgement",
    "Agreement",
    "BasePortfolio",
    "CalendarToken",
    "Classification",
    "Commitment",
    "Complaint",
    "Document",
    "Evidence",
    "Exposure",
    "Facility",
    "Finding",
    "GroupLink",
    "Guarantee",
    "Inspection",
    "InspectionFile",
    "Investigation",
    "LoanClass",
    "LoanEnding",
    "LoanProposal",
    "LoanState",
    "LoanTerms",
    "LoanWatch",
    "LogReview",
    "MarketingPlan",
    "MaturityNotice",
    "Party",
    "PlanTarget",
    "QualityReading",
    "Reclassification",
    "Repayment",
    "ResearchNote",
    "ScheduledPayment",
    "Section",
    "Security",
    "StandardVersion",
    "Standing",
    "StatedFigure",
    "Statement",
    "Survey",
    "SurveyResponse",
    "Valuation",
    "WorkLogEntry",
]
