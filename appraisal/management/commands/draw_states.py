"""draw_states: write docs/states.md anew."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from appraisal.drawing import draw


class Command(BaseCommand):
    """Write the state diagram and the who-may-what table."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Draw and write."""
        target = settings.BASE_DIR / "docs" / "states.md"
        target.write_text(draw(), encoding="utf-8")
        self.stdout.write(str(target.relative_to(settings.BASE_DIR)))
