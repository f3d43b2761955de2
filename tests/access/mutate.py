"""python -m tests.access.mutate: take every `visible_to` away in turn; each must turn the access test red."""

import os
import sys

import pytest

if __name__ == "__main__":
    os.environ["MUTANTS"] = "all"
    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "tests/access/test_mutants.py", "-k", "survives"]))
