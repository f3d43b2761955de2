"""User, Grant and ApiToken: who may enter, as what, and where."""

from datetime import timedelta

import pgtrigger
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from managers import history
from managers.models.exclusions import GRANT_EXCLUDED
from managers.models.organisation import Branch


@history.kept(subject="user:{username}", left_out=("password", "last_login"))
class User(AbstractUser):
    """A login. What it may see and do follows from its grants alone."""

    display_name = models.CharField(_("显示名"), max_length=80, blank=True)
    password_changed_at = models.DateTimeField(_("密码设定时间"), null=True, blank=True)
    must_change_password = models.BooleanField(_("须先修改密码"), default=False)

    class Meta(AbstractUser.Meta):
        verbose_name = _("用户")  # type: ignore[assignment]
        verbose_name_plural = _("用户")  # type: ignore[assignment]

    def __str__(self) -> str:
        return self.display_name or self.username


@history.kept()
class Grant(models.Model):
    """A role held by a user at a branch for a span of days; given by one person, confirmed by another.

    It counts once confirmed; `granted_by` is empty only on those of the set-up. Whoever, what and where are
    never changed: a grant is revoked by an earlier last day, the day before its first one at the earliest.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="grants", verbose_name=_("用户"))
    role = models.CharField(_("角色"), max_length=32)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="grants", verbose_name=_("机构"))
    starts_on = models.DateField(_("起"))
    ends_on = models.DateField(_("止"), null=True, blank=True)
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("授予人")
    )
    confirmed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    granted_at = models.DateTimeField(_("申请时间"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    refused_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("驳回人")
    )
    refused_at = models.DateTimeField(_("驳回时间"), null=True, blank=True)
    reason = models.CharField(_("授权原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("授权")
        verbose_name_plural = _("授权")
        ordering = ["user", "role", "starts_on"]
        constraints = [
            models.UniqueConstraint(
                name="grant_key",
                fields=["user", "role", "branch", "starts_on"],
                condition=Q(refused_at__isnull=True),
            ),
            models.CheckConstraint(
                name="grant_dates",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on") - timedelta(days=1)),
            ),
            models.CheckConstraint(
                name="grant_refused_whole",
                condition=Q(refused_at__isnull=True, refused_by__isnull=True)
                | Q(refused_at__isnull=False, refused_by__isnull=False, confirmed_by__isnull=True),
            ),
            models.CheckConstraint(
                name="grant_two_people",
                condition=Q(granted_by__isnull=True, confirmed_by__isnull=True)
                | (
                    Q(granted_by__isnull=False)
                    & ~Q(granted_by=F("confirmed_by"))
                    & ~Q(granted_by=F("user"))
                    & ~Q(confirmed_by=F("user"))
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="keep", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="given_once",
                fields=["user", "role", "branch", "starts_on", "granted_by", "granted_at", "reason"],
            ),
            pgtrigger.Protect(
                name="decided_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__refused_at__isnull=False)
                | pgtrigger.Q(
                    old__confirmed_by__isnull=False, old__confirmed_by__df=pgtrigger.F("new__confirmed_by")
                ),
            ),
            pgtrigger.Protect(
                name="only_shortened",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ends_on__isnull=False)
                & (
                    pgtrigger.Q(new__ends_on__isnull=True)
                    | pgtrigger.Q(new__ends_on__gt=pgtrigger.F("old__ends_on"))
                ),
            ),
            pgtrigger.Trigger(
                name="excluded",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=GRANT_EXCLUDED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.branch}"


@history.kept(subject="token:{pk}", left_out=("digest",))
class ApiToken(models.Model):
    """A bearer token of the REST interface; only its SHA-256 digest is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens", verbose_name=_("用户"))
    name = models.CharField(_("用途"), max_length=80)
    digest = models.CharField(_("摘要"), max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("权限范围"))
    created_at = models.DateTimeField(_("创建时间"), auto_now_add=True)
    expires_at = models.DateTimeField(_("到期"))
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name
