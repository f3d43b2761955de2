"""Registers managers/ with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ManagersConfig(AppConfig):
    """Who: the organisation, the people, their portfolios."""

    name = "managers"
    verbose_name = _("机构与人员")
