"""Count on the limiter server, with one Lua script and one round trip for each hit.

A limit of a client is one key, which is on one node of a cluster. Windows follow the server's clock, so the clocks of
the workers' machines may differ.
"""

from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import storage_from_string

from ..settings import Settings
from .circuit_breaker import CircuitBreaker
from .client import NO_CLIENT_INFO, NO_CLUSTER_RETRY, NoBackoff, NoScriptError, Retry
from .result import LimitResult, Notify, Storage, sliding
from .scripts import SCRIPTS


def open_storage(settings: Settings, notify: Notify) -> Storage:
    """Return the storage; it connects when the first request is counted."""
    timeout = settings.limits_timeout_ms / 1000

    def connect() -> Storage:
        return ScriptStorage(_client(settings.limiter_uri, timeout), settings.limits_strategy)

    return CircuitBreaker(connect, settings, notify)


def _client(uri: str, timeout: float) -> Any:
    """Return the client for a server, for Sentinels or for a cluster; ``timeout`` in seconds holds for each call.

    The client never retries, which could take seconds: the circuit breaker does.
    """
    parts = urlsplit(uri)
    timeouts = {"socket_connect_timeout": timeout, "socket_timeout": timeout}
    options = {**timeouts, **NO_CLIENT_INFO, "retry": Retry(NoBackoff(), 0)}
    if "+" in parts.scheme:  # limits ignores the query of these, and does not unquote the user and the password
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        tls = {name: query[name] for name in ("ssl", "ssl_ca_certs") if name in query}
        user = {name: unquote(getattr(parts, name) or "") or None for name in ("username", "password")}
        options |= tls | user
    if parts.scheme.endswith("+sentinel"):
        if "sentinel_password" in query:
            user = {"username": query.get("sentinel_username"), "password": query["sentinel_password"] or None}
        options["sentinel_kwargs"] = timeouts | tls | user
    elif parts.scheme.endswith("+cluster"):
        options |= NO_CLUSTER_RETRY
    return cast(Any, storage_from_string(uri, **options)).get_connection()


class ScriptStorage:
    """Counts with the Lua script of a strategy."""

    rejects = False
    shared = True

    def __init__(self, client: Any, strategy: str) -> None:
        self._client = client
        self._script, self._sha = SCRIPTS[strategy]
        # Strategies store different types, so the strategy is part of the key and can be changed at any time.
        self._prefix = f"{strategy}:"
        self._slides = strategy == "sliding-window-counter"

    def hit(self, key: str, rate: RateLimitItem, cost: int = 1, *, strict: bool = False) -> LimitResult:
        """Add ``cost`` if the rate admits it."""
        arguments = (1, self._prefix + key, rate.amount, rate.get_expiry() * 1000, cost)
        try:
            answer = self._client.evalsha(self._sha, *arguments)
        except NoScriptError:
            # EVAL also caches the script on the node that has the key; SCRIPT LOAD would need every node of a cluster.
            answer = self._client.eval(self._script, *arguments)
        admitted, current, milliseconds, previous = answer
        if self._slides:
            return sliding(rate, cost, current, previous, milliseconds / 1000, admitted=bool(admitted))
        return LimitResult(rate, bool(admitted), max(0, rate.amount - current), milliseconds / 1000)

    def clear(self, key: str, rate: RateLimitItem) -> None:
        """Delete the hits under the key."""
        self._client.delete(self._prefix + key)

    def check(self) -> None:
        """Ping, run the script in both ways, which need different rights, and delete its keys, some on each node."""
        self.is_available()
        for number in range(64):
            key, rate = f"limits:{{check-{number}}}", RateLimitItemPerMinute(1_000_000)
            self.clear(key, rate)
            self._client.eval(self._script, 1, self._prefix + key, rate.amount, rate.get_expiry() * 1000, 1)
            self.hit(key, rate)
            self.clear(key, rate)

    def is_available(self) -> bool:
        """Return whether the server responds."""
        return bool(self._client.ping())
