"""Registers ledger/ with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgerConfig(AppConfig):
    """What they hold: accounts, balances, daily averages, and the nightly run."""

    name = "ledger"
    verbose_name = _("账务与日均")

    def ready(self) -> None:
        """Closed periods are verified with everything else."""
        from ledger.services import closings, verification

        verification.register(closings.I10)
