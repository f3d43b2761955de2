"""Registers managers/ with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ManagersConfig(AppConfig):
    """Who: the organisation, the people, their portfolios."""

    name = "managers"
    verbose_name = _("机构与人员")

    def ready(self) -> None:
        """Checks, receivers and deadlines register; every connection is told who acts."""
        from django.db.backends.signals import connection_created

        from managers import checks, deadlines, expiries, provenance
        from managers.services import mailing, outbox
        from managers.signin import receivers

        assert checks and receivers
        deadlines.register(expiries.TOKENS)
        outbox.register(mailing.TOPIC, mailing.mail_notices)
        connection_created.connect(provenance.listen, dispatch_uid="provenance")
