"""Reads of the loan side."""
