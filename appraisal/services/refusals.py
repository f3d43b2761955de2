"""Refusal: a step that was not taken, with a sentence that says why and what to do."""

from appraisal import messages
from grading import services as grading


class Refusal(grading.Refusal):
    """A step that may not be taken now; nothing changed. `code` is of `messages.REFUSALS`."""

    def __init__(self, code: str, **words: object) -> None:
        self.code = code
        super().__init__(str(messages.REFUSALS[code]) % words)
