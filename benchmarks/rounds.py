"""Measure several subjects alternately, so that a slow phase of the machine affects all of them."""

import statistics
from collections.abc import Callable, Mapping


def interleaved(subjects: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Return the median of each subject; the first round is a warm-up and not counted."""
    for measure in subjects.values():
        measure()
    found: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, measure in subjects.items():
            found[name].append(measure())
    return {name: statistics.median(values) for name, values in found.items()}
