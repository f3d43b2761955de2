"""What of the loan side waits for a person, by part of the house."""

from credit.deadlines import lending, working

KINDS = (*lending.KINDS, *working.KINDS)
