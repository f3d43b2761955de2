"""How dates read (zh_Hans)."""
