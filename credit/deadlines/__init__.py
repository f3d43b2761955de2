"""What of the loan side waits for a person, by part of the house."""

from credit.deadlines import afterloan, lending, working

KINDS = (*lending.KINDS, *working.KINDS, *afterloan.KINDS)
