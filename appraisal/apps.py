"""Registers appraisal/ with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppraisalConfig(AppConfig):
    """The procedure: cycles, cases, votes, appeals."""

    name = "appraisal"
    verbose_name = _("考核流程")

    def ready(self) -> None:
        """Deadlines, past decisions and adjustments are told to those who ask without knowing of us."""
        from appraisal import queries
        from appraisal.deadlines import APPRAISALS, LOOK_BACKS
        from appraisal.queries import adjustments
        from grading import evidence, past
        from managers import deadlines

        past.decisions_by(queries.decided)
        evidence.additions_by(adjustments.adding)
        deadlines.register(APPRAISALS)
        deadlines.register(LOOK_BACKS)
