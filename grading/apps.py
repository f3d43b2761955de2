"""Registers grading/ with Django, and its part of a load with the ledger."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class GradingConfig(AppConfig):
    """Which grade, and why: rulebooks, verdicts, grade history."""

    name = "grading"
    verbose_name = _("等级与办法")

    def ready(self) -> None:
        """Delivered grades become grade records; shipped rulebooks are there after every migrate."""
        from credit import authority
        from grading import deadlines as waiting
        from grading import lending, presenters, queries, relied, services, verification
        from ledger import feeds, versions
        from ledger.services import handovers
        from ledger.services import verification as ledger_verification
        from managers import deadlines, grades

        ledger_verification.register(verification.FROZEN)
        feeds.after_loading(services.record_delivered_grades)
        handovers.register(relied.verdicts)
        versions.name_metrics_by(presenters.metric_title)
        deadlines.register(waiting.VERSIONS)
        grades.register(queries.grades_on)
        authority.register(lending.authority)
        post_migrate.connect(_install, sender=self)


def _install(**_: Any) -> None:
    from grading import services

    services.install_shipped_rulebooks()
