"""What is done about loans after they were granted: classes, inspections, maturity notices, endings."""
