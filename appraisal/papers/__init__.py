"""The papers of the procedure: what each says as plain values, and its PDF/A with a digest to check it by."""

from appraisal.papers.printing import Produced, digest_of, document, verify
from appraisal.papers.sheets import (
    AppointmentLetter,
    AppraisalForm,
    DecisionNotice,
    HandoverList,
    Head,
    Minutes,
    Sheet,
)

__all__ = [
    "AppointmentLetter",
    "AppraisalForm",
    "DecisionNotice",
    "HandoverList",
    "Head",
    "Minutes",
    "Produced",
    "Sheet",
    "digest_of",
    "document",
    "verify",
]
