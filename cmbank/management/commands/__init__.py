"""One file a command, each one call inward."""
