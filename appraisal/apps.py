"""Registers appraisal/ with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppraisalConfig(AppConfig):
    """The procedure: cycles, cases, votes, appeals."""

    name = "appraisal"
    verbose_name = _("考核流程")

    def ready(self) -> None:
        """Appraisals and look-backs have owners and deadlines; what was decided counts as the past."""
        from appraisal import queries
        from appraisal.deadlines import APPRAISALS, LOOK_BACKS
        from grading import past
        from managers import deadlines

        past.decisions_by(queries.decided)
        deadlines.register(APPRAISALS)
        deadlines.register(LOOK_BACKS)
