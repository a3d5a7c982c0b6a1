"""What an anomaly is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Anomaly:
    """More than ``limit`` within ``minutes``.

    ``of`` is what is counted: the events or answers of one caller or network, a number of networks, a share of all
    answers, seconds, or days. A share counts only when more than ``at_least`` answers are in it.
    """

    limit: float
    minutes: int
    of: str
    meaning: str
    action: str
    at_least: int = 0
