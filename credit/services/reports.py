"""授信调查报告 as PDF/A: what two managers found, as both signed it; every copy is in the log."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from credit.models import Investigation, Section
from managers.models import LogEntry, User
from managers.printing import Frame, typeset
from managers.printing.typesetting import long_date
from managers.queries import names
from managers.services.stepping import Refusal
from managers.services.watermarks import Keeping, watermark

TEMPLATE = Path(__file__).resolve().parent.parent / "papers" / "investigation.typ"
#: The steps of the log that are signatures.
SIGNED = ("sign_once_investigation", "sign_investigation")


@dataclass(frozen=True)
class Printed:
    """A file to hand out."""

    name: str
    content: bytes


def print_report(row: Investigation, *, reader: User, at: datetime) -> Printed:
    """The report in the language that is active; Refusal before both have signed."""
    if row.signed_on is None:
        raise Refusal(_("两人都签署后才能打印调查报告。"))
    masked = names.masked_for(reader, timezone.localdate(at))
    made = typeset(TEMPLATE, _said(row, masked), frame=_frame(row, reader, at))
    LogEntry.objects.create(by=reader, action="print_investigation", subject=f"investigation:{row.pk}")
    return Printed(f"{_('授信调查报告')}-{row.customer.customer_no}-{row.pk}.pdf", made)


def _frame(row: Investigation, reader: User, at: datetime) -> Frame:
    assert row.signed_on is not None
    made = _("本件为 %(reader)s 打印") % {"reader": str(reader)}
    groups = " ".join(row.digest[start : start + 8] for start in range(0, len(row.digest), 8))
    return Frame(
        title=_("授信调查报告"),
        on=row.signed_on,
        number=_("授信调查 %(number)s 号") % {"number": row.pk},
        bank=str(settings.BANK_NAME),
        foot=(
            watermark(made, at=at, keeping=Keeping.FILED),
            _("内容校验码 %(digest)s") % {"digest": groups},
        ),
    )


def _said(row: Investigation, masked: bool) -> dict[str, Any]:
    written = dict(row.sections.values_list("code", "text"))
    files = list(row.evidence.values_list("code", "file__name"))
    return {
        "words": {
            "colon": _("："),
            "sign": _("签字："),
            "day": _("日期："),
            "evidence": _("附件"),
            "semicolon": _("；"),
            # Translators: how headings of a report are numbered, in Typst's way: 一、, or 1.
            "numbering": _("一、"),
        },
        "facts": [
            [_("客户"), f"{names.of_customer(row.customer, masked=masked)} {row.customer.customer_no}"],
            [_("类别"), str(row.get_kind_display())],
            [_("主办"), f"{row.first.name} {row.first.employee_no}"],
            [_("协办"), f"{row.second.name} {row.second.employee_no}"],
            [_("开始日"), long_date(row.started_on)],
            [_("签署完成日"), long_date(row.signed_on) if row.signed_on else ""],
        ],
        "sections": [
            {
                "title": str(code.label),
                "text": written.get(code, "").splitlines(),
                "files": [name for at, name in files if at == code],
            }
            for code in Section.Code
        ],
        "signatures": _signatures(row),
    }


def _signatures(row: Investigation) -> list[dict[str, str]]:
    """Both, with the day each signed in the system with the own login."""
    entries = LogEntry.objects.filter(subject=f"investigation:{row.pk}", action__in=SIGNED).order_by("id")
    days = {entry.by_id: long_date(timezone.localdate(entry.at)) for entry in entries}
    sides = ((_("主办"), row.signed_first_by), (_("协办"), row.signed_second_by))
    return [
        {
            "role": role,
            "name": str(by or ""),
            "note": _("已于%(day)s用本人账号签署") % {"day": days[by.pk]} if by and by.pk in days else "",
        }
        for role, by in sides
    ]
