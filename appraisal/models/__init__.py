"""The tables of `appraisal`: cycles, appraisals, their steps, what people say of them, and what they pay."""

from appraisal.models.adjustments import Adjustment
from appraisal.models.appraisals import MEASURABLE, PREPARED, STANDING, TOLD, Appraisal, State
from appraisal.models.cycles import Cycle
from appraisal.models.hearings import Appeal, Decision, Issue, Score, Vote
from appraisal.models.lookbacks import LookBack
from appraisal.models.pay import PayEntry
from appraisal.models.steps import SEPARATION, Step

__all__ = [
    "MEASURABLE",
    "PREPARED",
    "SEPARATION",
    "STANDING",
    "TOLD",
    "Adjustment",
    "Appeal",
    "Appraisal",
    "Cycle",
    "Decision",
    "Issue",
    "LookBack",
    "PayEntry",
    "Score",
    "State",
    "Step",
    "Vote",
]
