"""The tables of `ledger`: what was delivered, what follows from it, and the runs that worked it out."""

from ledger.models.accounts import Account, BalanceChange, FxRate, Product, Settlement
from ledger.models.bundles import Bundle, BundleFile, Feed, LateChange
from ledger.models.products import CustomerProduct
from ledger.models.runs import LedgerState, Reading, Run

__all__ = [
    "Account",
    "BalanceChange",
    "Bundle",
    "BundleFile",
    "CustomerProduct",
    "Feed",
    "FxRate",
    "LateChange",
    "LedgerState",
    "Product",
    "Reading",
    "Run",
    "Settlement",
]
