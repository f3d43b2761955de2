"""Where an act came from: the network address and what the browser calls itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """Address and agent of a request, both empty where there was none."""

    address: str = ""
    agent: str = ""

    def facts(self) -> dict[str, object]:
        """As the log keeps it."""
        return {"address": self.address, "agent": self.agent}
