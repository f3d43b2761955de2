"""Notice and NoticeSettings: what a person is told, what of it waits to be done, and how it reaches them."""

from datetime import date
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Tone(models.TextChoices):
    """What a notice wants of its reader."""

    TODO = "todo", _("待办")
    REMINDER = "reminder", _("催办")
    ESCALATION = "escalation", _("上报")
    NEWS = "news", _("通知")


#: The tones that ask for something to be done; such a notice is open until it was.
ASKING = (Tone.TODO, Tone.REMINDER, Tone.ESCALATION)


class NoticeQuerySet(models.QuerySet[Any]):
    """Notices; everybody sees the own ones and no others."""

    def visible_to(self, user: Any, on: date) -> Self:
        """The user's own notices."""
        return self.filter(to=user.pk)

    def unread(self) -> Self:
        """Those their reader has not seen and that are not done meanwhile."""
        return self.filter(read_at=None, done_at=None)

    def waiting(self) -> Self:
        """Those that ask for something which has not been done."""
        return self.filter(tone__in=ASKING, done_at=None)


class Notice(models.Model):
    """One thing told to one person. Its words are put into the reader's language when it is read.

    `subject` names the record as the log does (`appraisal:7`); `dedupe` is unique, so that the same occasion
    is told once however often it is found. Nothing changes but that it is read, and that it is done.
    """

    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="notices", verbose_name=_("收件人")
    )
    code = models.CharField(_("事项"), max_length=60)
    tone = models.CharField(_("类别"), max_length=12, choices=Tone)
    words = models.JSONField(_("内容"), default=dict)
    subject = models.CharField(_("对象"), max_length=120, db_index=True)
    url = models.CharField(_("页面"), max_length=300, blank=True)
    due_on = models.DateField(_("期限"), null=True)
    created_at = models.DateTimeField(_("时间"), db_default=Now())
    read_at = models.DateTimeField(_("已读"), null=True)
    done_at = models.DateTimeField(_("已办"), null=True)
    dedupe = models.CharField(_("去重键"), max_length=64, unique=True, editable=False)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["to"],
                name="notice_unread",
                condition=Q(read_at__isnull=True, done_at__isnull=True),
            ),
            models.Index(
                fields=["to", "due_on"],
                name="notice_waiting",
                condition=Q(tone__in=ASKING, done_at__isnull=True),
            ),
            models.Index(fields=["to", "-id"], name="notice_of"),
        ]
        constraints = [
            models.CheckConstraint(name="notice_tone_known", condition=Q(tone__in=[*Tone.values])),
            models.CheckConstraint(
                name="notice_done_was_asked", condition=Q(done_at__isnull=True) | ~Q(tone="news")
            ),
            # A path of this house: a notice leads nowhere else.
            models.CheckConstraint(
                name="notice_url_inside", condition=Q(url="") | Q(url__regex=r"^/([^/\\]|$)")
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="told_once", exclude=["read_at", "done_at"]),
            pgtrigger.Protect(
                name="read_and_done_once",
                operation=pgtrigger.Update,
                condition=(
                    pgtrigger.Q(old__read_at__isnull=False)
                    & pgtrigger.Q(old__read_at__df=pgtrigger.F("new__read_at"))
                )
                | (
                    pgtrigger.Q(old__done_at__isnull=False)
                    & pgtrigger.Q(old__done_at__df=pgtrigger.F("new__done_at"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.subject}"

    @property
    def is_fresh(self) -> bool:
        """Whether its reader has not seen it, and it is not done meanwhile."""
        return self.read_at is None and self.done_at is None

    @property
    def is_waiting(self) -> bool:
        """Whether it asks for something that has not been done."""
        return self.tone in ASKING and self.done_at is None


def every_tone() -> list[str]:
    """What is mailed to whoever never chose: everything."""
    return list(Tone.values)


class NoticeSettings(models.Model):
    """How notices reach a person by e-mail; whoever has no row gets all of them in Chinese."""

    class Language(models.TextChoices):
        CHINESE = "zh-hans", "简体中文"
        ENGLISH = "en", "English"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notice_settings", verbose_name=_("用户")
    )
    mailed = ArrayField(
        models.CharField(max_length=12, choices=Tone),
        default=every_tone,
        blank=True,
        verbose_name=_("邮件提醒"),
    )
    language = models.CharField(_("邮件语言"), max_length=8, choices=Language, default=Language.CHINESE)

    class Meta:
        verbose_name = _("通知设置")
        verbose_name_plural = _("通知设置")
        constraints = [
            models.CheckConstraint(
                name="notice_settings_tones", condition=Q(mailed__contained_by=[*Tone.values])
            ),
            models.CheckConstraint(
                name="notice_settings_language", condition=Q(language__in=["zh-hans", "en"])
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)
