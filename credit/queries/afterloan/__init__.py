"""Reads of loans after they were granted: what is known of them, how overdue they are, what is due when."""
