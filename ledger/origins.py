"""What of the people's side enters the figures as records of our own: facts of training and conduct."""

from collections.abc import Iterator

from ledger.happenings import Happened, Origin
from managers.queries import conduct


def _conduct() -> Iterator[Happened]:
    return (Happened(*each) for each in conduct.events())


CONDUCT = Origin(conduct.CODES, _conduct)
