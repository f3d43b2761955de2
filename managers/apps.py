"""Registers managers/ with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ManagersConfig(AppConfig):
    """Who: the organisation, the people, their portfolios."""

    name = "managers"
    verbose_name = _("机构与人员")

    def ready(self) -> None:
        """Checks, receivers and deadlines register; the outbox knows how notices are mailed."""
        from managers import checks, deadlines, expiries
        from managers.services import mailing, outbox
        from managers.signin import receivers

        assert checks and receivers
        deadlines.register(expiries.TOKENS)
        outbox.register(mailing.TOPIC, mailing.mail_notices)
