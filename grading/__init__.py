"""Which grade, and why: rulebooks, verdicts, grade history."""
