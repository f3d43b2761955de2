"""Papers: the one place where the bank's documents become PDF/A, with the type they need inside them."""

from managers.printing.typesetting import Frame, typeset

__all__ = ["Frame", "typeset"]
