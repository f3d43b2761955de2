"""The tables of `grading`: rulebook versions, verdicts with their evidence, grades and their changes."""

from grading.models.grades import GradeChange, GradeRecord
from grading.models.rulebooks import RulebookVersion
from grading.models.verdicts import Verdict

__all__ = ["GradeChange", "GradeRecord", "RulebookVersion", "Verdict"]
