"""rotate_field_keys: seal all identity data with the first key of FIELD_KEYS; then older keys can go."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from managers.services import identity, sealedtext


class Command(BaseCommand):
    """Some rows a transaction; broken off, it goes on where it was when started again."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal anew and say how many rows of which table."""
        newest = next(iter(settings.FIELD_KEYS))
        try:
            counts = identity.rotate(newest)
        except sealedtext.Unreadable as error:
            text = _("%(place)s 无法解密：FIELD_KEYS 中缺少它的密钥，或内容被改动。") % {"place": error}
            raise CommandError(text) from None
        for table, count in counts.items():
            self.stdout.write(
                _("%(table)s：%(count)s 行已改用密钥 %(key)s")
                % {"table": table, "count": count, "key": newest}
            )
