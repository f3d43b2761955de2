"""Registers the wiring as a Django app, for its commands and templates."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CmbankConfig(AppConfig):
    """The right-most app: it may import every other one, none imports it."""

    name = "cmbank"
    verbose_name = _("系统")
