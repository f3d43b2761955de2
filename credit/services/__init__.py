"""The loan side's part of the night."""
