"""Invariant I09: frozen evidence still yields the frozen verdict."""

from django.utils.translation import gettext_lazy as _

from grading import services
from grading.models import Verdict
from ledger.services.verification import Invariant, Result


def _verdicts(full: bool) -> Result:
    """Judge every stored evidence again, by the text of the regulation stored with it."""
    stored = Verdict.objects.select_related("rulebook").order_by("id")
    hits = tuple(
        f"{verdict.pk} {verdict}"
        for verdict in stored.iterator()
        if services.rejudged(verdict).to_dict() != verdict.result
    )
    return Result(stored.count(), hits)


FROZEN = Invariant(
    "I09",
    _("由留存证据重新判定，结论不变"),
    _verdicts,
    _("结论或证据已被改动：请停止使用所列结论，核查数据库操作记录并从备份恢复。"),
)
