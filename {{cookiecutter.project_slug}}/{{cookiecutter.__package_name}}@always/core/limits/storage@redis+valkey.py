"""Where the counters are: on a server, where one script counts and tells the standing in one round trip.

Each budget of a caller is one key, so that a cluster finds all of it on one node. The server's clock counts, so that
machines whose clocks differ count alike.
"""

from typing import Any

from limits import RateLimitItem

from ..settings import Settings
from . import client
from .circuit_breaker import CircuitBreaker
from .result import LimitResult, Notify, Storage, sliding
from .scripts import SCRIPTS


def open_storage(settings: Settings, notify: Notify) -> Storage:
    """Return the counters; the server is first asked when the first request is counted."""
    patience = settings.limits_timeout_ms / 1000

    def connect() -> Storage:
        return RedisStorage(client.connect(settings.limiter_uri, patience), settings.limits_strategy)

    return CircuitBreaker(connect, settings, notify)


class RedisStorage:
    """Counts by a script on the server."""

    rejects = False
    shared = True

    def __init__(self, connection: Any, strategy: str) -> None:
        self._connection = connection
        self._script, self._sha = SCRIPTS[strategy]
        # Each strategy keeps something else under its keys, so that another one can be chosen at any time.
        self._prefix = f"{strategy}:"
        self._slides = strategy == "sliding-window-counter"

    def hit(self, key: str, rate: RateLimitItem, cost: int = 1, *, strict: bool = False) -> LimitResult:
        """Take ``cost`` from the budget if it has that much."""
        arguments = (1, self._prefix + key, rate.amount, rate.get_expiry() * 1000, cost)
        try:
            answer = self._connection.evalsha(self._sha, *arguments)
        except client.ScriptUnknown:
            # EVAL also keeps the script, on the node that has the key; SCRIPT LOAD would need every node of a cluster.
            answer = self._connection.eval(self._script, *arguments)
        admitted, current, milliseconds, previous = answer
        if self._slides:
            return sliding(rate, cost, current, previous, milliseconds / 1000, admitted=bool(admitted))
        return LimitResult(rate, bool(admitted), max(0, rate.amount - current), milliseconds / 1000)

    def clear(self, key: str, rate: RateLimitItem) -> None:
        """Forget what was counted under the key."""
        self._connection.delete(self._prefix + key)

    def is_available(self) -> bool:
        """Whether the server answers."""
        return bool(self._connection.ping())
