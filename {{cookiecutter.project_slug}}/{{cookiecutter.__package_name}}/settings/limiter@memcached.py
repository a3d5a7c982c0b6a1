"""The counters are kept in memcached, shared by all workers and machines. It has no moving window."""

from .backend import Backend

STRATEGIES = ("fixed-window", "sliding-window-counter")
BACKEND = Backend(
    schemes=("memcached",),
    shared=True,
    # A frozen server must not hold a request for longer than this, in seconds.
    options={"connect_timeout": 0.25, "timeout": 0.25},
)
