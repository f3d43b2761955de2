"""Registers appraisal/ with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppraisalConfig(AppConfig):
    """The procedure: cycles, cases, votes, appeals."""

    name = "appraisal"
    verbose_name = _("考核流程")

    def ready(self) -> None:
        """Deadlines, past decisions, adjustments and what relies on figures are told to those who ask."""
        from appraisal import presenters, queries, relied, verification
        from appraisal.deadlines import APPRAISALS, LOOK_BACKS
        from appraisal.queries import adjustments
        from grading import career_presenters, evidence, past
        from ledger.services import handovers
        from ledger.services import verification as ledger_verification
        from managers import deadlines, notices

        past.decisions_by(queries.decided)
        evidence.additions_by(adjustments.adding)
        career_presenters.name_bases("appraisal", presenters.decided_in)
        handovers.register(relied.appraisals)
        notices.read_as("period", presenters.period_name)
        deadlines.register(APPRAISALS)
        deadlines.register(LOOK_BACKS)
        for invariant in verification.INVARIANTS:
            ledger_verification.register(invariant)
