"""What the tests of the pages share: somebody logged in, on a fixed day, and who is a client manager."""

from django.test import Client

from managers.models import ClientManager, User
from tests.appraisal import acting


def as_(user: User) -> Client:
    """A browser in which `user` is logged in."""
    client = Client()
    client.force_login(user)
    return client


def manager_login(employee_no: str) -> User:
    """A login that belongs to the manager's own file."""
    user = User.objects.create(username=f"m{employee_no}", display_name=f"m{employee_no}")
    ClientManager.objects.filter(employee_no=employee_no).update(user=user)
    return User.objects.get(pk=user.pk)


def text(response: object) -> str:
    """The page as text."""
    return response.content.decode()  # type: ignore[attr-defined]


ON = acting.ON
