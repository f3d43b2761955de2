"""draw_roles: write docs/roles.md anew."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from managers.role_drawing import draw


class Command(BaseCommand):
    """Write the page of roles, rights and exclusions."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Draw and write."""
        target = settings.BASE_DIR / "docs" / "roles.md"
        target.write_text(draw(), encoding="utf-8")
        self.stdout.write(str(target.relative_to(settings.BASE_DIR)))
