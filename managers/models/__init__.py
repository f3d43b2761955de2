"""The tables of `managers`: organisation, people, careers, conduct, access, notices, sessions and the log."""

from managers.models.access import ApiToken, Grant, User
from managers.models.careers import Posting
from managers.models.conduct import (
    CrossInspection,
    HomeVisit,
    ScreeningCampaign,
    ScreeningSheet,
)
from managers.models.exports import StoredExport
from managers.models.files import StoredFile
from managers.models.findings import ConductFinding
from managers.models.handovers import Handover, HandoverLine, Responsibility
from managers.models.history import AuditHead, HistoryEvent
from managers.models.log import LogEntry
from managers.models.notices import Notice, NoticeSettings
from managers.models.organisation import Branch
from managers.models.outbox import OutboxMessage
from managers.models.people import ClientManager
from managers.models.portfolio import Assignment, Customer
from managers.models.qualifications import DocumentCheck, ExamBatch, Qualification
from managers.models.relations import Delegation, Relation
from managers.models.rotation import LeaveRecord, RotationLimit
from managers.models.sessions import PastPassword, Session
from managers.models.training import (
    Attendance,
    Certificate,
    ResultSheet,
    TrainingPlan,
    TrainingResult,
    TrainingSession,
)

__all__ = [
    "ApiToken",
    "Assignment",
    "Attendance",
    "AuditHead",
    "Branch",
    "Certificate",
    "ClientManager",
    "ConductFinding",
    "CrossInspection",
    "Customer",
    "Delegation",
    "DocumentCheck",
    "ExamBatch",
    "Grant",
    "Handover",
    "HandoverLine",
    "HistoryEvent",
    "HomeVisit",
    "LeaveRecord",
    "LogEntry",
    "Notice",
    "NoticeSettings",
    "OutboxMessage",
    "PastPassword",
    "Posting",
    "Qualification",
    "Relation",
    "Responsibility",
    "ResultSheet",
    "RotationLimit",
    "ScreeningCampaign",
    "ScreeningSheet",
    "Session",
    "StoredExport",
    "StoredFile",
    "TrainingPlan",
    "TrainingResult",
    "TrainingSession",
    "User",
]
