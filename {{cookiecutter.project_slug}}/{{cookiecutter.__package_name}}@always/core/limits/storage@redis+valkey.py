"""Count on the limiter server, with one Lua script and one round trip for all hits of a request that come together.

A limit of a client is one key, which is on one node of a cluster. Windows follow the server's clock, so the clocks of
the workers' machines may differ.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import storage_from_string

from ..settings import Settings
from .circuit_breaker import CircuitBreaker
from .client import NO_CLIENT_INFO, NO_CLUSTER_RETRY, NoBackoff, NoScriptError, ResponseError, Retry
from .result import PROBE, Hit, LimitResult, Notify, Storage, sliding
from .scripts import SCRIPTS


def open_storage(settings: Settings, notify: Notify) -> Storage:
    """Return the storage; it connects when the first request is counted."""
    timeout = settings.limits_timeout_ms / 1000

    def connect() -> Storage:
        client = _client(settings.limiter_uri, timeout)
        return ScriptStorage(client, settings.limits_strategy, one_node="+cluster:" not in settings.limiter_uri)

    return CircuitBreaker(connect, settings, notify)


def _client(uri: str, timeout: float) -> Any:
    """Return the client for a server, for Sentinels or for a cluster; ``timeout`` in seconds holds for each call.

    The client never retries, which could take seconds; the circuit breaker tries again in the background.
    """
    parts = urlsplit(uri)
    timeouts = {"socket_connect_timeout": timeout, "socket_timeout": timeout}
    options = {**timeouts, **NO_CLIENT_INFO, "retry": Retry(NoBackoff(), 0)}
    if parts.scheme.endswith(("+sentinel", "+cluster")):
        # limits ignores the query of these, and does not unquote the user and the password.
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


class ScriptStorage(Storage):
    """Counts with the Lua script of a strategy, which runs for several keys at once if they are on ``one_node``."""

    rejects = False
    shared = True

    def __init__(self, client: Any, strategy: str, *, one_node: bool = True) -> None:
        self._client = client
        self._script, self._sha = SCRIPTS[strategy]
        # Strategies store different types, so the strategy is part of the key and can be changed at any time.
        self._prefix = f"{strategy}:"
        self._slides = strategy == "sliding-window-counter"
        self._one_node = one_node

    def hit(self, hit: Hit) -> LimitResult:
        """Add the cost if the rate admits it."""
        return self._run(hit)[0]

    def hit_all(self, hits: Sequence[Hit]) -> list[LimitResult]:
        """Make the hits in turn until one is rejected, and return their results."""
        if self._one_node:
            try:
                return self._run(*hits)
            except ResponseError as error:
                if "same slot" not in str(error):
                    raise
                self._one_node = False  # the server is a proxy of a cluster
        return super().hit_all(hits)

    def _run(self, *hits: Hit) -> list[LimitResult]:
        keys = [self._prefix + hit.key for hit in hits]
        numbers = chain.from_iterable((hit.rate.amount, hit.rate.get_expiry() * 1000, hit.cost) for hit in hits)
        arguments = (len(keys), *keys, *numbers)
        try:
            answers = self._client.evalsha(self._sha, *arguments)
        except NoScriptError:
            # EVAL also caches the script on the node that has the key; SCRIPT LOAD would need every node of a cluster.
            answers = self._client.eval(self._script, *arguments)
        return [self._result(*pair) for pair in zip(hits, answers, strict=False)]

    def _result(self, hit: Hit, answer: tuple[int, int, int, int]) -> LimitResult:
        admitted, current, milliseconds, previous = answer
        if self._slides:
            return sliding(hit.rate, hit.cost, current, previous, milliseconds / 1000, admitted=bool(admitted))
        return LimitResult(hit.rate, bool(admitted), max(0, hit.rate.amount - current), milliseconds / 1000)

    def clear(self, key: str, rate: RateLimitItem) -> None:
        """Delete the hits under the key."""
        self._client.delete(self._prefix + key)

    def check(self) -> None:
        """Run the script in both ways, which need different rights, and delete its keys, some on each node."""
        for number in range(64):
            key, rate = f"limits:{{check-{number}}}", RateLimitItemPerMinute(1_000_000)
            self.clear(key, rate)
            self._client.eval(self._script, 1, self._prefix + key, rate.amount, rate.get_expiry() * 1000, 1)
            self.hit(Hit(key, rate))
            self.clear(key, rate)

    def is_available(self) -> bool:
        """Count a hit: a replica, a full server or one without the necessary rights answers a ping."""
        return self.hit(Hit("limits:{probe}", PROBE)).admitted
