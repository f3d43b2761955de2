"""The tables of the working standard: work log, research, plans, agreements, complaints, surveys."""

from credit.models.working.agreements import Agreement, Commitment, StatedFigure
from credit.models.working.complaints import Complaint
from credit.models.working.logs import LogReview, WorkLogEntry
from credit.models.working.plans import MarketingPlan, PlanTarget
from credit.models.working.research import ResearchNote
from credit.models.working.surveys import Survey, SurveyResponse

__all__ = [
    "Agreement",
    "Commitment",
    "Complaint",
    "LogReview",
    "MarketingPlan",
    "PlanTarget",
    "ResearchNote",
    "StatedFigure",
    "Survey",
    "SurveyResponse",
    "WorkLogEntry",
]
