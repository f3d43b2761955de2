"""Which grade managers hold on a day: told by whoever keeps grades, registered as deadlines are."""

from collections.abc import Callable, Collection, Mapping
from datetime import date

#: Reads the codes of the grades that managers (ids) hold on a day; whoever holds none is left out.
Reader = Callable[[date, Collection[int]], Mapping[int, str]]
_READERS: list[Reader] = []


def register(reader: Reader) -> None:
    """Name the keeper of grades; called from `AppConfig.ready`."""
    _READERS[:] = [reader]


def held_on(on: date, managers: Collection[int]) -> Mapping[int, str]:
    """The grades held on a day; empty where nobody keeps any."""
    return _READERS[0](on, managers) if _READERS else {}
