"""The tables of `credit`: loans as delivered and how good they are, credit files, and loans proposed."""

from credit.models.files import Document, Facility, GroupLink, Party
from credit.models.guarantees import Guarantee, Valuation
from credit.models.investigations import Evidence, Investigation, Section
from credit.models.loans import LoanTerms, Repayment, ScheduledPayment, Security
from credit.models.proposals import LoanProposal
from credit.models.quality import (
    BasePortfolio,
    Classification,
    Exposure,
    LoanClass,
    LoanState,
    QualityReading,
    Standing,
)
from credit.models.standards import StandardVersion
from credit.models.statements import Statement

__all__ = [
    "BasePortfolio",
    "Classification",
    "Document",
    "Evidence",
    "Exposure",
    "Facility",
    "GroupLink",
    "Guarantee",
    "Investigation",
    "LoanClass",
    "LoanProposal",
    "LoanState",
    "LoanTerms",
    "Party",
    "QualityReading",
    "Repayment",
    "ScheduledPayment",
    "Section",
    "Security",
    "StandardVersion",
    "Standing",
    "Statement",
    "Valuation",
]
