"""What happens to people and portfolios, one function a step."""

from managers.services.people import amend, write_pinyin

__all__ = ["amend", "write_pinyin"]
