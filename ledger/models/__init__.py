"""The tables of `ledger`: what was delivered, what follows from it, and the runs that worked it out."""

from ledger.models.accounts import Account, AccountVersion, BalanceChange, FxRate, Product, Settlement
from ledger.models.bundles import Bundle, BundleFile, Feed, LateChange
from ledger.models.closings import PeriodClosing
from ledger.models.expectations import FeedExpectation
from ledger.models.personal import Event, Target
from ledger.models.products import (
    AssignmentBlock,
    BorrowerClass,
    CustomerProduct,
    LoanPosition,
    PartialSum,
    PositionBlock,
    RegisterBlock,
)
from ledger.models.quarantine import QuarantinedRow
from ledger.models.requests import RunRequest
from ledger.models.runs import Chunk, LedgerState, Reading, Run

__all__ = [
    "Account",
    "AccountVersion",
    "AssignmentBlock",
    "BalanceChange",
    "BorrowerClass",
    "Bundle",
    "BundleFile",
    "Chunk",
    "CustomerProduct",
    "Event",
    "Feed",
    "FeedExpectation",
    "FxRate",
    "LateChange",
    "LedgerState",
    "LoanPosition",
    "PartialSum",
    "PeriodClosing",
    "PositionBlock",
    "Product",
    "QuarantinedRow",
    "Reading",
    "RegisterBlock",
    "Run",
    "RunRequest",
    "Settlement",
    "Target",
]
