"""Registers credit/ with Django, and what it knows with the apps to its left."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditConfig(AppConfig):
    """The loan side: loans and their quality, credit files, lending, and the work on customers."""

    name = "credit"
    verbose_name = _("信贷")

    def ready(self) -> None:
        """The ledger loads our files, works our part of the night and knows our metrics and events."""
        self._load()
        self._work_nights()
        self._answer()
        self._have_people_told()

    def _load(self) -> None:
        """Our files, what follows once they are in, and what may keep a handover from happening."""
        from credit import feeds
        from credit.services import fitness, proposals
        from ledger import feeds as ledger
        from ledger.services import handovers

        for file in feeds.FILES:
            ledger.register(file)
        ledger.after_loading(proposals.link_issued)
        handovers.object_with(fitness.handover_objection)

    def _work_nights(self) -> None:
        from credit import verification
        from credit.services import moved, quality, standing
        from ledger.models import Chunk
        from ledger.services import chunks, runs
        from ledger.services import verification as ledger

        chunks.add_step(Chunk.Stage.PRODUCTS, standing.keep_up)
        chunks.add_step(Chunk.Stage.QUALITY, quality.work_quality)
        runs.add_comparison(quality.changed_rows)
        runs.add_comparison(moved.changed_rows)
        for invariant in verification.INVARIANTS:
            ledger.register(invariant)

    def _answer(self) -> None:
        """Metrics, what is behind each, and the events that happen here."""
        from credit import explanations, flows, metrics, shares
        from credit.queries import working
        from credit.queries.afterloan import happened
        from ledger import explanations as ledger_explanations
        from ledger import happenings
        from ledger import metrics as ledger_metrics

        ledger_metrics.register(metrics.SOURCE)
        for asked in (flows.ASKED, shares.ASKED):
            ledger_metrics.register(asked)
        for code, builder in {**explanations.BUILDERS, **flows.BUILDERS, **shares.BUILDERS}.items():
            ledger_explanations.register(code, builder)
        happenings.register(happenings.Origin(working.EVENTS, working.events))
        happenings.register(happened.ORIGIN)

    def _have_people_told(self) -> None:
        """What waits for whom, and further ways to a file handed in."""
        from credit.deadlines import KINDS
        from credit.queries import investigations
        from credit.queries.afterloan import papers
        from managers import deadlines
        from managers.models.files import seen_through

        for kind in KINDS:
            deadlines.register(kind)
        seen_through(investigations.evidence_keys)
        seen_through(papers.paper_keys)
