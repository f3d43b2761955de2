"""Refusal: a step that was not taken, with a sentence that says why and what to do."""


class Refusal(ValueError):
    """A step that may not be taken; the text says why and what to do."""
