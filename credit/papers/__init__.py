"""Papers of the loan side as PDF/A."""
