"""The counters are kept in Memcached, shared by all workers and machines. It has no moving window."""

from .backend import Backend

STRATEGIES = ("fixed-window", "sliding-window-counter")
BACKEND = Backend(name="memcached", shared=True, schemes=("memcached",))
