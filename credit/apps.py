"""Registers credit/ with Django, and its file and its nightly step with the ledger."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditConfig(AppConfig):
    """The loan side: loan classes and loan quality."""

    name = "credit"
    verbose_name = _("信贷")

    def ready(self) -> None:
        """The ledger loads our file, works our part of the night and knows our metrics."""
        from credit import deadlines, explanations, feeds, flows, metrics, shares, verification
        from credit.queries import investigations
        from credit.services import fitness, moved, proposals, quality, standing
        from ledger import explanations as ledger_explanations
        from ledger import feeds as ledger_feeds
        from ledger import metrics as ledger_metrics
        from ledger.models import Chunk
        from ledger.services import handovers, runs
        from ledger.services import verification as ledger_verification
        from managers import deadlines as managers_deadlines
        from managers.models.files import seen_through

        for file in feeds.FILES:
            ledger_feeds.register(file)
        runs.add_step(Chunk.Stage.PRODUCTS, standing.keep_up)
        runs.add_step(Chunk.Stage.READINGS, quality.work_quality)
        runs.add_comparison(quality.changed_rows)
        runs.add_comparison(moved.changed_rows)
        ledger_feeds.after_loading(proposals.link_issued)
        handovers.object_with(fitness.handover_objection)
        seen_through(investigations.evidence_keys)
        managers_deadlines.register(deadlines.PROPOSALS)
        managers_deadlines.register(deadlines.SIGNATURES)
        ledger_metrics.register(metrics.SOURCE)
        for asked in (flows.ASKED, shares.ASKED):
            ledger_metrics.register(asked)
        for invariant in verification.INVARIANTS:
            ledger_verification.register(invariant)
        for code, builder in {**explanations.BUILDERS, **flows.BUILDERS, **shares.BUILDERS}.items():
            ledger_explanations.register(code, builder)
