"""Measure several subjects alternately, so that a slow phase of the machine affects all of them."""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Measured:
    """The results of one subject, one for each round."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median of all rounds."""
        return statistics.median(self.values)

    @property
    def spread(self) -> str:
        """The difference between the highest and the lowest result, in percent of the median."""
        return f"{(max(self.values) - min(self.values)) / self.median:.0%}"


def interleaved(
    subjects: Mapping[str, Callable[[], float]], rounds: int, *, warm_up: bool = True
) -> dict[str, Measured]:
    """Return the results of each subject; those of a warm-up round are not counted."""
    if warm_up:
        for measure in subjects.values():
            measure()
    found: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, measure in subjects.items():
            found[name].append(measure())
    return {name: Measured(tuple(values)) for name, values in found.items()}
