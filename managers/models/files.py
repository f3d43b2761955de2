"""StoredFile: a file somebody handed in, outside the web root, for those who may see whom it is about."""

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from managers.models.people import ClientManager
from managers.models.portfolio import Customer
from managers.models.scope import ScopedQuerySet

#: Further ways to a file: told who reads on which day, gives the keys of files in sight.
_WAYS: list[Callable[[Any, date], Any]] = []


def seen_through(way: Callable[[Any, date], Any]) -> None:
    """Have `way` asked for keys of files besides; called from `AppConfig.ready`."""
    if way not in _WAYS:
        _WAYS.append(way)


def _by_ways(user: Any, on: date) -> Q:
    found = Q(pk__in=[])
    for way in _WAYS:
        found |= Q(pk__in=way(user, on))
    return found


class StoredFileQuerySet(ScopedQuerySet):
    """Files by the customer or the manager they are about."""

    def visible_to(self, user: Any, on: date) -> "StoredFileQuerySet":
        """Those about a customer or a manager in sight; a permission needed besides is asked when served."""
        customers = Customer.objects.visible_to(user, on)
        people = ClientManager.objects.visible_to(user, on)
        wanted = Q(customer__in=customers.values("pk")) | Q(manager__in=people.values("pk"))
        return self.filter(wanted | _by_ways(user, on))

    def own_of(self, user: Any, on: date) -> "StoredFileQuerySet":
        """Those of customers the reader was ever assigned, and those the registered ways lead to."""
        own = Customer.objects.filter(assignments__manager__user=user)
        return self.filter(Q(customer__in=own.values("pk")) | _by_ways(user, on))


class StoredFile(models.Model):
    """A file, checked by its content when it came; its bytes lie under UPLOAD_DIR by their digest.

    About a customer or about a manager, one of them. `permission` names the action a reader must be allowed
    besides seeing whom it is about; empty where seeing is enough.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("文件名"), max_length=200)
    media_type = models.CharField(_("类型"), max_length=100)
    size = models.PositiveIntegerField(_("字节数"))
    sha256 = models.CharField(_("摘要"), max_length=64)
    customer = models.ForeignKey(
        Customer, models.PROTECT, null=True, related_name="files", verbose_name=_("客户")
    )
    manager = models.ForeignKey(
        ClientManager, models.PROTECT, null=True, related_name="files", verbose_name=_("客户经理")
    )
    permission = models.CharField(_("另需权限"), max_length=40, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"), auto_now_add=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("文件")
        verbose_name_plural = _("文件")
        ordering = ["-uploaded_at"]
        constraints = [
            models.CheckConstraint(
                name="file_about_one",
                condition=Q(customer__isnull=False, manager__isnull=True)
                | Q(customer__isnull=True, manager__isnull=False),
            ),
            models.CheckConstraint(name="file_not_empty", condition=Q(size__gt=0)),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name
