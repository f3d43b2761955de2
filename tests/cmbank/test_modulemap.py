"""The module map in docs/ is the one that the code gives."""

from django.conf import settings

from cmbank.modulemap import draw


def test_the_module_map_is_up_to_date() -> None:
    written = (settings.BASE_DIR / "docs" / "modules.md").read_text(encoding="utf-8")
    assert written == draw(settings.BASE_DIR), "run: python manage.py draw_modules"
