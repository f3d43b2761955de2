"""The judgement, pure (no Django, no clock, no database): rulebooks as data, verdicts with every reason."""
