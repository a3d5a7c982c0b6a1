"""A rendered service that is measured with several settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rounds import interleaved


@dataclass(frozen=True)
class Run:
    """A rendered service, and how long to measure."""

    service: Path
    rounds: int
    seconds: float
    sizes: tuple[int, ...]

    def settings(self, name: str) -> dict[str, str]:
        """Return settings with which several processes can serve from one folder."""
        var = self.service / "var" / name
        var.mkdir(parents=True, exist_ok=True)
        return {
            "APP_DATABASE_URL": f"sqlite:///{var / 'service.db'}",
            "APP_METRICS_FOLDER": str(var / "metrics"),
        }

    def speeds(self, subjects: Mapping[str, Callable[[], float]]) -> dict[str, float]:
        """Return the median of the requests per second of each subject."""
        found = interleaved(subjects, self.rounds)
        return {name: measured.median for name, measured in found.items()}
