"""Session and PastPassword: who is signed in where, and which passwords may not come back."""

from typing import Any

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _


class Session(AbstractBaseSession):
    """A browser's session that knows whose it is, so that all sessions of one person end in one statement.

    `user` is also set while a sign-in still waits for its second factor.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="sessions", verbose_name=_("用户")
    )

    class Meta(AbstractBaseSession.Meta):
        verbose_name = _("会话")  # type: ignore[assignment]
        verbose_name_plural = _("会话")  # type: ignore[assignment]

    @classmethod
    def get_session_store_class(cls) -> Any:
        """The store that reads and writes these rows."""
        from managers.sessionstore import SessionStore  # the store reads settings and, later, this model

        return SessionStore


class PastPassword(models.Model):
    """The hash of a password that was replaced: the last few may not be used again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="past_passwords")
    hash = models.CharField(max_length=128, editable=False)
    replaced_at = models.DateTimeField()

    class Meta:
        verbose_name = _("历史密码")
        verbose_name_plural = _("历史密码")
        ordering = ["-replaced_at", "-id"]
