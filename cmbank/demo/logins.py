"""The demo bank's people as the database has them: by login, and the manager files by employee number."""

from managers.models import ClientManager, User


def who(username: str) -> User:
    """The login of a name."""
    return User.objects.get(username=username)


def file_of(username: str) -> ClientManager:
    """The manager file of a login."""
    return ClientManager.objects.select_related("branch", "user").get(user__username=username)


def numbered(employee_no: str) -> ClientManager:
    """The manager file of a number."""
    return ClientManager.objects.select_related("branch", "user").get(employee_no=employee_no)
