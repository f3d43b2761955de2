"""draw_modules: write docs/modules.md anew."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cmbank.modulemap import draw


class Command(BaseCommand):
    """Write the module map."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Draw and write."""
        target = settings.BASE_DIR / "docs" / "modules.md"
        target.write_text(draw(settings.BASE_DIR), encoding="utf-8")
        self.stdout.write(str(target.relative_to(settings.BASE_DIR)))
