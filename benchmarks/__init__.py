"""Benchmarks: what is said to be fast, measured as ratios within one run on one machine."""
