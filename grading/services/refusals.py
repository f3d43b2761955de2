"""Refusal: an act of grading that was not done, with a sentence that says why and what to do."""

from managers.services import stepping


class Refusal(stepping.Refusal):
    """What may not be done now; nothing changed."""
