"""What an anomaly is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Anomaly:
    """More than ``limit`` within ``minutes``, in the words of ``told``; what it means, and what to do.

    The limit of a share holds only when more than ``at_least`` answers are in that share. ``event`` is set where each
    occurrence is one such security event of a credential.
    """

    limit: float
    minutes: int
    told: str
    meaning: str
    action: str
    at_least: int = 0
    event: str = ""

    @property
    def summary(self) -> str:
        """The anomaly in a sentence, with its numbers."""
        return self.told.format(limit=self.limit, minutes=self.minutes, at_least=self.at_least)
