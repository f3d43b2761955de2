"""Registers managers/ with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ManagersConfig(AppConfig):
    """Who: the organisation, the people, their portfolios."""

    name = "managers"
    verbose_name = _("机构与人员")

    def ready(self) -> None:
        """What runs out is told; the outbox knows how notices are mailed whoever empties it."""
        from managers import deadlines, expiries
        from managers.services import mailing, outbox

        deadlines.register(expiries.TOKENS)
        outbox.register(mailing.TOPIC, mailing.mail_notices)
