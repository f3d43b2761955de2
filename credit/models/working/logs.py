"""WorkLogEntry and LogReview: what a manager did with a customer on a day, and who has looked at it."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.models.working.separation import APPEND_ONLY, OfWorking, apart
from managers.models import ClientManager, Customer, StoredFile

#: What follows an entry is about the same manager and customer: another table's columns, so no CHECK.
SAME_SUBJECT = """
    IF EXISTS (
        SELECT FROM credit_worklogentry e
        WHERE e.id IN (NEW.corrects_id, NEW.follows_id)
          AND (e.manager_id, e.customer_id) IS DISTINCT FROM (NEW.manager_id, NEW.customer_id)
    ) THEN
        RAISE EXCEPTION 'a work log entry goes on about the same manager and customer'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'work_log_same_subject';
    END IF;
    RETURN NEW;
"""


class WorkLogQuerySet(OfWorking):
    """Entries of managers in sight."""

    def current(self) -> "WorkLogQuerySet":
        """Those no correction has replaced."""
        return self.filter(corrected_by__isnull=True)

    def open_steps(self) -> "WorkLogQuerySet":
        """Those whose next step no later entry has taken up."""
        taken_up = WorkLogEntry.objects.filter(follows=models.OuterRef("pk"), corrected_by__isnull=True)
        return self.current().filter(~models.Exists(taken_up), next_on__isnull=False)


class WorkLogEntry(models.Model):
    """One visit, call, need or follow-up; never changed: a correction is a new entry that names the old.

    `follows` is the entry whose next step this one has taken up.
    """

    class Kind(models.TextChoices):
        VISIT = "visit", _("走访")
        CALL = "call", _("电话")
        NEED = "need", _("需求")
        FOLLOW_UP = "follow_up", _("跟进")

    manager = models.ForeignKey(
        ClientManager, models.PROTECT, related_name="work_log", db_index=False, verbose_name=_("客户经理")
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="work_log", db_index=False, verbose_name=_("客户")
    )
    kind = models.CharField(_("方式"), max_length=16, choices=Kind)
    day = models.DateField(_("日期"))
    text = models.TextField(_("内容"), max_length=2000)
    next_step = models.CharField(_("下一步"), max_length=300, blank=True)
    next_on = models.DateField(_("下一步日期"), null=True, blank=True)
    photo = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("照片")
    )
    follows = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="followed_by",
        verbose_name=_("跟进哪一条"),
    )
    corrects = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrected_by",
        verbose_name=_("更正哪一条"),
    )
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("填写人")
    )
    written_at = models.DateTimeField(_("填写时间"), auto_now_add=True)

    objects = WorkLogQuerySet.as_manager()

    class Meta:
        verbose_name = _("工作日志")
        verbose_name_plural = _("工作日志")
        ordering = ["-day", "-id"]
        indexes = [
            models.Index(fields=["manager", "-day"], name="work_log_manager"),
            models.Index(fields=["customer", "-day"], name="work_log_customer"),
            models.Index(fields=["next_on"], name="work_log_next", condition=Q(next_on__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(name="work_log_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="work_log_kind_known", condition=Q(kind__in=["visit", "call", "need", "follow_up"])
            ),
            models.CheckConstraint(
                name="work_log_next_step",
                condition=Q(next_step="", next_on__isnull=True)
                | Q(next_step__gt="", next_on__isnull=False, next_on__gte=F("day")),
            ),
        ]
        triggers = [
            APPEND_ONLY,
            pgtrigger.Trigger(
                name="same_subject", when=pgtrigger.Before, operation=pgtrigger.Insert, func=SAME_SUBJECT
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.customer}"


class LogReview(models.Model):
    """That somebody above has looked at an entry, with what they said; once, and never taken back."""

    entry = models.OneToOneField(
        WorkLogEntry, models.PROTECT, related_name="review", verbose_name=_("工作日志")
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("查阅人")
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("代表")
    )
    comment = models.CharField(_("批注"), max_length=500, blank=True)
    reviewed_at = models.DateTimeField(_("查阅时间"), auto_now_add=True)

    class Meta:
        verbose_name = _("日志查阅")
        verbose_name_plural = _("日志查阅")
        ordering = ["entry"]
        triggers = [
            APPEND_ONLY,
            apart(
                "not_tied",
                "reviewed_by_id",
                "on_behalf_of_id",
                source="(SELECT e.manager_id FROM credit_worklogentry e WHERE e.id = NEW.entry_id)",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.reviewed_by}"
