"""The shipped regulations as data, one TOML file each."""
