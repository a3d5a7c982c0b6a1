"""The counters are kept in Redis, shared by all workers and machines."""

from .backend import Backend

STRATEGIES = ("fixed-window", "moving-window", "sliding-window-counter")
BACKEND = Backend(
    name="redis",
    shared=True,
    schemes=("redis", "rediss", "redis+sentinel", "redis+cluster"),
    meaning="where the limiter keeps its counters, with its password",
)
