"""The tables of `credit`: what the core system says of loans, and how good they are."""

from credit.models.loans import LoanTerms, Repayment, ScheduledPayment
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

__all__ = [
    "BasePortfolio",
    "Classification",
    "Exposure",
    "LoanClass",
    "LoanState",
    "LoanTerms",
    "QualityReading",
    "Repayment",
    "ScheduledPayment",
    "StandardVersion",
    "Standing",
]
