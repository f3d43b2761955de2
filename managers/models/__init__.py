"""The tables of `managers`: organisation, people, portfolios, access and the log."""

from managers.models.access import ApiToken, Grant, User
from managers.models.log import LogEntry
from managers.models.organisation import Branch
from managers.models.people import ClientManager
from managers.models.portfolio import Assignment, Customer

__all__ = ["ApiToken", "Assignment", "Branch", "ClientManager", "Customer", "Grant", "LogEntry", "User"]
