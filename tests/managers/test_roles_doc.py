"""docs/roles.md is the one that the code gives, and names everything."""

from django.conf import settings

from managers.role_drawing import RIGHTS, draw
from managers.roles import ROLES
from managers.rules import exclusions


def test_the_page_of_roles_is_up_to_date() -> None:
    written = (settings.BASE_DIR / "docs" / "roles.md").read_text(encoding="utf-8")
    assert written == draw(), "run: python manage.py draw_roles"


def test_every_role_right_and_exclusion_is_named() -> None:
    page = draw()
    assert {right for role in ROLES.values() for right in role.may} == set(RIGHTS)
    assert [code for code in [*ROLES, *RIGHTS] if f"(`{code}`)" not in page] == []
    for one, other in exclusions.PAIRS:
        (row,) = [line for line in page.splitlines() if line.startswith(f"| {ROLES[one].name} | ")]
        assert str(ROLES[other].name) in row
