"""How dates read, by language: one form for both."""
