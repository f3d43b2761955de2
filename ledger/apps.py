"""Registers ledger/ with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """What they hold: accounts, balances, daily averages, and the nightly run."""

    name = "ledger"
    verbose_name = _("账务与日均")

    def ready(self) -> None:
        """Closed periods are verified; what waits has a deadline; what is asked for is known by its name."""
        from ledger import deadlines as waiting
        from ledger import explanations, happenings, holdings, metrics, origins, personal
        from ledger.services import alerts, closings, runs, sealed, verification
        from ledger.services import personal as nightly
        from ledger.services.handovers import checks
        from managers import deadlines
        from managers.services import outbox

        for invariant in (closings.I10, sealed.I06, checks.I05, checks.I14):
            verification.register(invariant)
        for kind in (waiting.REQUESTS, waiting.QUARANTINE):
            deadlines.register(kind)
        for topic in alerts.TOPICS:
            outbox.register(topic, alerts.alert)
        outbox.register(sealed.TOPIC, sealed.mail_head)
        runs.add_comparison(nightly.changed_rows)
        happenings.register(origins.CONDUCT)
        for asked in (*holdings.ASKED, personal.EVENTS, personal.TARGETS):
            metrics.register(asked)
        for code, builder in {**holdings.BUILDERS, **personal.BUILDERS}.items():
            explanations.register(code, builder)
