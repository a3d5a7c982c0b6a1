"""The counters are kept in Valkey, shared by all workers and machines."""

from .backend import Backend

STRATEGIES = ("fixed-window", "moving-window", "sliding-window-counter")
BACKEND = Backend(
    name="valkey",
    shared=True,
    schemes=("valkey", "valkeys", "valkey+sentinel", "valkey+cluster"),
    meaning="where the limiter keeps its counters, with its password",
)
