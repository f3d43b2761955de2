"""What the procedure does: open a cycle, measure it, and take each appraisal from step to step."""

from appraisal.services.appeals import appeal, withdraw_appeal
from appraisal.services.cycles import Opened, open_cycle
from appraisal.services.letters import (
    print_handover,
    print_letter,
    print_minutes,
)
from appraisal.services.measuring import Measured, appraise, measure
from appraisal.services.moves import (
    clear,
    clear_unflagged,
    close_many,
    publish,
    publish_many,
    reopen,
    resume,
    send_back,
)
from appraisal.services.papers import Printed, papers_of, print_paper
from appraisal.services.preparing import (
    answer_issue,
    finish_scores,
    raise_issue,
    review,
    review_many,
    score,
    skip_statement,
    state,
    submit,
    submit_many,
)
from appraisal.services.refusals import Refusal
from appraisal.services.voting import close_vote, decide

__all__ = [
    "Measured",
    "Opened",
    "Printed",
    "Refusal",
    "answer_issue",
    "appeal",
    "appraise",
    "clear",
    "clear_unflagged",
    "close_many",
    "close_vote",
    "decide",
    "finish_scores",
    "measure",
    "open_cycle",
    "papers_of",
    "print_handover",
    "print_letter",
    "print_minutes",
    "print_paper",
    "publish",
    "publish_many",
    "raise_issue",
    "reopen",
    "resume",
    "review",
    "review_many",
    "score",
    "send_back",
    "skip_statement",
    "state",
    "submit",
    "submit_many",
    "withdraw_appeal",
]
