"""The credit file of a customer: parties, group links, facilities and documents; ended, never deleted."""

from datetime import date
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.models.loans import Security
from ledger.models import Account
from managers import history
from managers.models import Customer, StoredFile
from managers.models.scope import ScopedQuerySet
from managers.models.sealed import SealedText

KEEP = pgtrigger.Protect(name="keep", operation=pgtrigger.Delete)
APPEND_ONLY = pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
MOST = 10**15


class OfCustomer(ScopedQuerySet):
    """Rows of a customer's file: seen by whoever sees the customer (of a link: one of both)."""

    def visible_to(self, user: Any, on: date) -> Self:
        """Only what hangs on a customer in sight."""
        seen, wanted = Customer.objects.visible_to(user, on).values("pk"), Q(pk__in=[])
        for name in self.model.seen_with:
            wanted |= Q(**{f"{name}__in": seen})
        return self.filter(wanted)


class Entry(models.Model):
    """What rows of a file share: whose file it is, who wrote it and when."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("客户"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    added_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    seen_with: ClassVar[tuple[str, ...]] = ("customer",)
    objects = OfCustomer.as_manager()

    class Meta:
        abstract = True


class Endable(Entry):
    """An entry that holds until somebody ends it, with a reason."""

    ended_on = models.DateField(_("终止日"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("终止人")
    )
    end_reason = models.CharField(_("终止原因"), max_length=200, blank=True)

    class Meta:
        abstract = True


def ended_whole(name: str) -> models.CheckConstraint:
    """Who ended an entry and why stand beside the day, or none of it is there."""
    return models.CheckConstraint(
        name=name,
        condition=Q(ended_on=None, ended_by=None, end_reason="")
        | Q(ended_on__isnull=False, ended_by__isnull=False, end_reason__gt=""),
    )


def said_once(*more: str) -> pgtrigger.ReadOnly:
    """Nothing of an entry changes but its end."""
    return pgtrigger.ReadOnly(name="said_once", exclude=["ended_on", "ended_by", "end_reason", *more])


@history.kept(left_out=("identity_index",), sealed=("identity_no", "phone"))
class Party(Endable):
    """A person or firm behind a customer. Identity data are sealed, shown masked, revealed one at a time."""

    class Role(models.TextChoices):
        LEGAL_REPRESENTATIVE = "legal_representative", _("法定代表人")
        CONTROLLER = "controller", _("实际控制人")
        SHAREHOLDER = "shareholder", _("股东")
        EXECUTIVE = "executive", _("主要管理人员")
        SPOUSE = "spouse", _("配偶")
        GUARANTOR = "guarantor", _("保证人")
        PROVIDER = "provider", _("抵（质）押人")

    role = models.CharField(_("身份"), max_length=24, choices=Role)
    is_person = models.BooleanField(_("自然人"), default=True)
    name = models.CharField(_("姓名或名称"), max_length=160)
    share = models.DecimalField(_("持股（%）"), max_digits=7, decimal_places=4, null=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    identity_no = SealedText(_("证件号"))
    identity_index = models.CharField(max_length=64, blank=True, editable=False, default="", db_default="")
    phone = SealedText(_("手机"))

    class Meta:
        verbose_name = _("关系人")
        verbose_name_plural = _("关系人")
        ordering = ["customer", "role", "id"]
        indexes = [
            models.Index(fields=["customer"], name="party_customer"),
            models.Index(
                fields=["identity_index"], name="party_identity", condition=Q(identity_index__gt="")
            ),
        ]
        constraints = [
            ended_whole("party_end"),
            models.CheckConstraint(
                name="party_share", condition=Q(share__isnull=True) | Q(share__gt=0, share__lte=100)
            ),
        ]
        triggers = [KEEP, said_once("identity_no", "identity_index", "phone")]

    def __str__(self) -> str:
        return self.name


@history.kept()
class GroupLink(Endable):
    """Two customers that stand or fall together, so that what they owe is looked at as one."""

    class Kind(models.TextChoices):
        PARENT = "parent", _("母子公司")
        SAME_CONTROL = "same_control", _("同一实际控制人")
        MUTUAL_GUARANTEE = "mutual_guarantee", _("互保")
        FAMILY = "family", _("家庭成员")
        SUPPLY = "supply", _("上下游依存")

    other = models.ForeignKey(Customer, models.PROTECT, related_name="+", verbose_name=_("关联客户"))
    kind = models.CharField(_("关系"), max_length=24, choices=Kind)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    seen_with = ("customer", "other")

    class Meta:
        verbose_name = _("关联关系")
        verbose_name_plural = _("关联关系")
        ordering = ["customer", "other"]
        indexes = [models.Index(fields=["other"], name="group_link_other")]
        constraints = [
            # Kept from the lower to the higher key, so that one pair is one row.
            models.CheckConstraint(name="group_link_two", condition=Q(customer__lt=F("other"))),
            models.UniqueConstraint(
                name="group_link_once", fields=["customer", "other", "kind"], condition=Q(ended_on=None)
            ),
            ended_whole("group_link_end"),
        ]
        triggers = [KEEP, said_once()]

    def __str__(self) -> str:
        return f"{self.customer_id} · {self.other_id}"


@history.kept()
class Facility(Endable):
    """How much a customer may draw, by an approval; it counts once a second person has confirmed it."""

    number = models.CharField(_("授信批复号"), max_length=64)
    limit = models.DecimalField(_("额度（元）"), max_digits=20, decimal_places=2)
    security = models.CharField(_("担保方式"), max_length=16, choices=Security, blank=True)
    revolving = models.BooleanField(_("可循环"), default=True)
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("复核人")
    )

    class Meta:
        verbose_name = _("授信额度")
        verbose_name_plural = _("授信额度")
        ordering = ["customer", "-starts_on", "-id"]
        indexes = [models.Index(fields=["ends_on"], name="facility_ends")]
        constraints = [
            models.UniqueConstraint(name="facility_number", fields=["customer", "number"]),
            models.CheckConstraint(name="facility_limit", condition=Q(limit__gt=0, limit__lt=MOST)),
            models.CheckConstraint(name="facility_dates", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="facility_security_known",
                condition=Q(security__in=["", "credit", "guarantee", "mortgage", "pledge"]),
            ),
            models.CheckConstraint(
                name="facility_two_people",
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("added_by")),
            ),
            ended_whole("facility_end"),
        ]
        triggers = [
            KEEP,
            said_once("confirmed_by"),
            pgtrigger.Protect(
                name="confirmed_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__confirmed_by__isnull=False)
                & pgtrigger.Q(old__confirmed_by__df=pgtrigger.F("new__confirmed_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.number


@history.kept()
class Document(Entry):
    """A paper of the file: what it is, its version, its day and until when it says it holds."""

    paper = models.CharField(_("资料"), max_length=40)
    account = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("贷款账户")
    )
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+", verbose_name=_("文件"))
    version = models.PositiveIntegerField(_("版本"))
    dated_on = models.DateField(_("出具日"))
    expires_on = models.DateField(_("到期日"), null=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("信贷资料")
        verbose_name_plural = _("信贷资料")
        ordering = ["customer", "paper", "-version"]
        indexes = [models.Index(fields=["expires_on"], name="document_expires")]
        constraints = [
            models.UniqueConstraint(name="document_version", fields=["customer", "paper", "version"]),
            models.CheckConstraint(
                name="document_dates",
                condition=Q(expires_on__isnull=True) | Q(expires_on__gte=F("dated_on")),
            ),
        ]
        triggers = [APPEND_ONLY]

    def __str__(self) -> str:
        return f"{self.paper} {self.version}"
