"""FeedExpectation: which file is to arrive for which days, as the bank has agreed with its core system."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from managers import history


@history.kept(subject="feed:{file}")
class FeedExpectation(models.Model):
    """From `starts_on` on (to `ended_on`, if set) the file is due for every day of the kind `days` names.

    It has arrived for a day when some bundle whose span covers the day contains the file.
    """

    class Days(models.TextChoices):
        EVERY_DAY = "every_day", _("每日")
        WEEKDAYS = "weekdays", _("周一至周五")
        MONTH_END = "month_end", _("每月末日")

    file = models.CharField(_("文件"), max_length=60)
    starts_on = models.DateField(_("起"))
    ended_on = models.DateField(_("止"), null=True, blank=True)
    days = models.CharField(_("应到日"), max_length=10, choices=Days, default=Days.EVERY_DAY)

    class Meta:
        verbose_name = _("应到文件")
        verbose_name_plural = _("应到文件")
        ordering = ["file", "starts_on"]
        constraints = [
            models.UniqueConstraint(name="expectation_key", fields=["file", "starts_on"]),
            models.UniqueConstraint(
                name="expectation_one_open",
                fields=["file"],
                condition=Q(ended_on__isnull=True),
                violation_error_message=_("该文件已有未结束或同日起的约定；请先结束那一条。"),
            ),
            models.CheckConstraint(
                name="expectation_dates", condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("starts_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file} {self.get_days_display()}"
