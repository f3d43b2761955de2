"""The tables of `ledger`: what was delivered, what follows from it, and the runs that worked it out."""

from ledger.models.accounts import Account, BalanceChange, FxRate, Product, Settlement
from ledger.models.bundles import Bundle, BundleFile, Feed, LateChange
from ledger.models.products import AccountPosition, CustomerPosition, CustomerProduct
from ledger.models.runs import Chunk, LedgerState, Reading, Run

__all__ = [
    "Account",
    "AccountPosition",
    "BalanceChange",
    "Bundle",
    "BundleFile",
    "Chunk",
    "CustomerPosition",
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
