"""Publish a credit standard: made by one person, adopted by another, in force from a day on."""

import hashlib
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from credit.models import StandardVersion
from credit.rules import standard
from managers.models import LogEntry, User
from managers.permissions import check_may
from managers.roles import ROLES
from managers.services.stepping import Refusal


def publish(text: str, *, effective_on: date, by: User, second: User, on: date) -> StandardVersion:
    """Put a standard in force. Refused where it cannot be read, names no role, or one person did both."""
    found = checked(text)
    if by.pk == second.pk:
        raise Refusal(_("起草人与通过人须为两人；请由另一人通过。"))
    if effective_on < on:
        raise Refusal(_("信贷工作标准不能从过去的日期生效；请选择今日或以后的日期。"))
    check_may(second, "adopt_standard", on=on)
    with transaction.atomic():
        version = StandardVersion.objects.create(
            code=found.code,
            title=found.title,
            text=text,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            effective_on=effective_on,
            made_by=by,
            adopted_by=second,
        )
        LogEntry.objects.create(
            by=second,
            action="adopt_standard",
            subject=f"standard:{version.pk}",
            detail={"made_by": by.username, "effective_on": str(effective_on), "sha256": version.sha256},
        )
    return version


def checked(text: str) -> standard.Standard:
    """The standard, or a refusal that names the place."""
    try:
        found = standard.parsed(text)
    except standard.Unreadable as error:
        words = {"place": error.place, "why": error.why}
        raise Refusal(_("标准文本有误（%(place)s）：%(why)s；请改正后重试。") % words) from error
    for level in found.approvals:
        if level.role not in ROLES:
            raise Refusal(
                _("审批层级中的角色“%(role)s”不存在；请改为系统内的角色代码。") % {"role": level.role}
            )
    return found
