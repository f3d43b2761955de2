"""An invented city bank, written as extract bundles: pure, deterministic, without a database."""

from cmbank.demo.bank import CastMember, DemoBank, build
from cmbank.demo.cast import DemoUser

__all__ = ["CastMember", "DemoBank", "DemoUser", "build"]
