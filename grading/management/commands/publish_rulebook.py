"""publish_rulebook FILE --effective DATE --by USER --second USER: adopt a rulebook; exit 2 where refused."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from grading import services
from grading.edge import findings_text, read
from grading.models import RulebookVersion
from grading.rules.checker import check_bytes
from ledger.edge import ReportingCommand, business_date
from managers.models import User


class Command(ReportingCommand):
    """Put a rulebook in force from a day on, made by one person and adopted by another."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """The file, the day, and the two people."""
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--effective", type=business_date, required=True, metavar="DATE")
        parser.add_argument("--by", required=True, metavar="USER")
        parser.add_argument("--second", required=True, metavar="USER")
        parser.add_argument("--reason", default="", help="why, where DATE lies in the past (a re-issue)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Publish, or say everything that stands in the way."""
        text = _text(options["file"])
        by, second = _person(options["by"]), _person(options["second"])
        try:
            version = services.publish_rulebook(
                text, effective_on=options["effective"], by=by, second=second, reason=options["reason"]
            )
        except services.Refusal as refusal:
            raise _refused(str(refusal)) from None
        self.report(_summary(version), _facts(version), as_json=options["json"])


def _text(path: Path) -> str:
    """The text of a file free of errors, or a refusal with every error in it."""
    raw = read(path)
    errors = check_bytes(raw, file=str(path)).errors
    if errors:
        raise _refused("\n".join([*findings_text(errors), _("有错误的管理办法不能发布；请改正后重试。")]))
    return raw.decode("utf-8-sig")


def _refused(text: str) -> CommandError:
    return CommandError(text, returncode=2)


def _person(username: str) -> User:
    """An active user by login name; a version must name two people who exist."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise _refused(_("没有登录名为“%(name)s”的用户；请核对登录名。") % {"name": username})
    if not user.is_active:
        raise _refused(_("用户“%(name)s”已停用，不能起草或通过管理办法；请换一人。") % {"name": username})
    return user


def _summary(version: RulebookVersion) -> str:
    changed = version.reissue_changes
    lines = [_published(version)]
    if changed is not None:
        lines.append(
            _("生效日早于今日：已留存的结论有 %(count)s 项会不同，名单随版本保存。") % {"count": len(changed)}
        )
    return "\n".join(lines)


def _published(version: RulebookVersion) -> str:
    return _("《%(title)s》第 %(number)s 版已发布，自 %(day)s 起生效；%(warnings)s 处提示已随版本保存。") % {
        "title": version.title,
        "number": version.number,
        "day": version.effective_on,
        "warnings": len(version.warnings),
    }


def _facts(version: RulebookVersion) -> dict[str, Any]:
    return {
        "status": "published",
        "code": version.code,
        "number": version.number,
        "sha256": version.sha256,
        "effective_on": version.effective_on,
        "warnings": version.warnings,
    }
