"""Credit's pure arithmetic: quality ratios."""
