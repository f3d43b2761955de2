"""What happens to people and portfolios, one function a step."""

from managers.services.careers import record_postings
from managers.services.people import amend, write_pinyin

__all__ = ["amend", "record_postings", "write_pinyin"]
