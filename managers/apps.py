"""Registers managers/ with Django."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ManagersConfig(AppConfig):
    """Who: the organisation, the people, their portfolios."""

    name = "managers"
    verbose_name = _("机构与人员")

    def ready(self) -> None:
        """Checks, receivers and deadlines register; every connection is told who acts."""
        from django.db.backends.signals import connection_created

        from managers import checks, deadlines, expiries, provenance
        from managers.conduct import waiting
        from managers.services import mailing, outbox
        from managers.signin import receivers

        assert checks and receivers
        deadlines.register(expiries.TOKENS)
        for kind in waiting.KINDS:
            deadlines.register(kind)
        outbox.register(mailing.TOPIC, mailing.mail_notices)
        post_migrate.connect(_guard, sender=self)
        connection_created.connect(provenance.listen, dispatch_uid="provenance")


def _guard(**_more: Any) -> None:
    from managers.services import guarding

    guarding.guard(settings.DB_APP_ROLE)
