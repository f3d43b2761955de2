"""The judgement of the procedure: who is in scope, what to look at, what may be decided, whose seat it is."""
