"""Who: the organisation, the people, their portfolios."""
