"""The ledger's pure arithmetic: money, calendar windows, products and averages."""
