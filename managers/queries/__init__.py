"""What is read about people and their accounts, one module a subject."""
