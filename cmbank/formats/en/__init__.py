"""How dates read (en)."""
