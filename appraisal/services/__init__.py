"""What the procedure does: open a cycle, measure it, and take each appraisal from step to step."""

from appraisal.services.cycles import Opened, open_cycle
from appraisal.services.measuring import Measured, appraise, measure
from appraisal.services.moves import (
    clear,
    clear_unflagged,
    decide,
    publish,
    publish_many,
    send_back,
    submit,
    submit_many,
)
from appraisal.services.refusals import Refusal

__all__ = [
    "Measured",
    "Opened",
    "Refusal",
    "appraise",
    "clear",
    "clear_unflagged",
    "decide",
    "measure",
    "open_cycle",
    "publish",
    "publish_many",
    "send_back",
    "submit",
    "submit_many",
]
