"""What the ledger does: load a bundle, work the nights, verify."""
