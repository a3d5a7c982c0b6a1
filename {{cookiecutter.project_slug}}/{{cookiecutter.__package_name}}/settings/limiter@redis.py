"""The counters are kept in Redis, shared by all workers and machines."""

from .backend import Backend

STRATEGIES = ("fixed-window", "moving-window", "sliding-window-counter")
BACKEND = Backend(
    schemes=("redis", "rediss", "redis+sentinel", "redis+cluster"),
    shared=True,
    # A frozen server must not hold a request for longer than this, in seconds.
    options={"socket_connect_timeout": 0.25, "socket_timeout": 0.25},
)
