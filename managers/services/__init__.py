"""What happens to people and portfolios, one function a step."""

from managers.services.people import write_pinyin

__all__ = ["write_pinyin"]
