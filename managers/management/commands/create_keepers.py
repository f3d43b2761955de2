"""create_keepers NAME NAME: the first two security administrators; refused once there are any."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from managers.services import grants
from managers.services.stepping import Refusal


class Command(BaseCommand):
    """Two logins without a password yet, each with the grant; all other grants are given by them."""

    help = __doc__

    def add_arguments(self, parser: Any) -> None:
        """Two names."""
        parser.add_argument("names", nargs=2)

    def handle(self, *args: Any, **options: Any) -> None:
        """Create and say so."""
        try:
            made = grants.set_up(options["names"], on=timezone.localdate())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(_("已设立安全管理员：%(who)s。") % {"who": "、".join(map(str, made))})
