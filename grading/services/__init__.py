"""What grading does: take rulebooks from draft to adoption, judge managers, qualify them, change grades."""

from grading.services.grades import record_delivered_grades, record_grade
from grading.services.judging import Judgement, Sitting, freeze, frozen, judge, rejudged
from grading.services.publishing import install_shipped_rulebooks, publish_rulebook
from grading.services.refusals import Refusal
from grading.services.reissues import would_change
from grading.services.versions import adopt, check, draft, revise, rewrite, simulated, withdraw

__all__ = [
    "Judgement",
    "Refusal",
    "Sitting",
    "adopt",
    "check",
    "draft",
    "freeze",
    "frozen",
    "install_shipped_rulebooks",
    "judge",
    "publish_rulebook",
    "record_delivered_grades",
    "record_grade",
    "rejudged",
    "revise",
    "rewrite",
    "simulated",
    "withdraw",
    "would_change",
]
