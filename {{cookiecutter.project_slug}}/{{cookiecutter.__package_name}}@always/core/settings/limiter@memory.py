"""The counters are kept in this process's memory: exact for one worker, gone at a restart."""

from .backend import Backend

STRATEGIES = ("fixed-window", "moving-window", "sliding-window-counter")
BACKEND = Backend(name="memory", shared=False)
