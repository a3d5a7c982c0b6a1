"""Counters that belong to a service itself."""

from dataclasses import dataclass

from flask import current_app

from .. import services
from .metrics import Metrics


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter, such as ``Counter("orders", "Orders.", ("country",))``; ``create_app`` takes it as one of ``metrics``.

    Each label must have few values: never an address, a caller or a path.
    """

    name: str
    documentation: str
    labels: tuple[str, ...] = ()

    def increment(self, *label_values: str) -> None:
        """Add one, in the series of these label values."""
        services.get(current_app, Metrics).increment(self.name, label_values)
