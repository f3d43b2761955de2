"""draw_language: write the reference part of docs/rulebooks.md anew."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from grading.reference import draw


class Command(BaseCommand):
    """Write the list of shapes and the reference of keys, metrics and messages; the rest stays."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Draw and write."""
        target = settings.BASE_DIR / "docs" / "rulebooks.md"
        target.write_text(draw(target.read_text(encoding="utf-8")), encoding="utf-8")
        self.stdout.write(str(target.relative_to(settings.BASE_DIR)))
