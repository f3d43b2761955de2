"""The set-wise arithmetic of loan quality, one statement a file."""
