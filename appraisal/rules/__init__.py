"""The judgement of the procedure: who is in scope, what needs a look, what may be decided, whose seat it is."""
