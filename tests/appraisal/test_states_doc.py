"""docs/states.md is the one that the code gives."""

from django.conf import settings

from appraisal.drawing import draw, transitions


def test_the_page_of_states_is_up_to_date() -> None:
    written = (settings.BASE_DIR / "docs" / "states.md").read_text(encoding="utf-8")
    assert written == draw(), "run: python manage.py draw_states"


def test_every_transition_is_drawn() -> None:
    page = draw()
    missing = [each for each in transitions() if f"    {each[1]} --> {each[2]}: " not in page]
    assert missing == []
