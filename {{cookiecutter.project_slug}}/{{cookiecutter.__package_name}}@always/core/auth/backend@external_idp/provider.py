"""The keys of the provider, by discovery (OpenID Connect Discovery 1.0, section 4) and its key set (RFC 7517).

They are fetched by a thread of its own, one at a time. A request whose key is known never waits; one whose key is
unknown causes a fetch, at most one in a while, and waits for it a little. While the provider is away the known keys
keep working and unknown ones are nobody's.
"""

import logging
import time
from collections.abc import Callable, Mapping
from threading import Event, Lock, Thread
from typing import Any

from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from .fetching import Unreachable

log = logging.getLogger(__name__)
RETRY = 10.0  # seconds between two fetches, however many tokens name unknown keys
PATIENCE = 3.0  # seconds that a request waits for a fetch
PROBE_PATIENCE = 0.5  # seconds that a probe waits for the first one
MAX_KEYS = 100
_WEAK_MODULUS = 341  # characters; 2048 bits take 342
_KINDS: dict[str, type[RSAKey | ECKey | OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
Fetch = Callable[[str], dict[str, Any]]


class Provider:
    """The keys that an issuer publishes."""

    def __init__(self, issuer: str, metadata: str, fetch: Fetch, refresh: float) -> None:
        self._issuer = issuer
        self._metadata = metadata
        self._fetch = fetch
        self._refresh = refresh
        self._keys: Mapping[str, Key] = {}
        self._tried = float("-inf")
        self._away = False
        self._under_way: Event | None = None
        self._lock = Lock()

    def find(self, kid: str) -> Key | None:
        """Return the issuer's key of this name, if it has one; the longest that this takes is ``PATIENCE``."""
        if key := self._keys.get(kid):
            self._begin(self._refresh)
            return key
        before = self._away
        fetch, ours = self._begin(RETRY)
        # In an outage one request finds out whether it is over; the others need not wait for that.
        if fetch is not None and (ours or not before):
            fetch.wait(PATIENCE)
        return self._keys.get(kid)

    def answers(self) -> bool:
        """Tell whether the last fetch worked; it is repeated behind the scenes when it is old."""
        fetch, _ = self._begin(RETRY if self._away else self._refresh)
        if fetch is not None and not self._keys:
            fetch.wait(PROBE_PATIENCE)
        return bool(self._keys) and not self._away

    def _begin(self, age: float) -> tuple[Event | None, bool]:
        """Fetch unless that was done less than ``age`` seconds ago.

        Return the fetch that is under way, if any, and whether this call began it.
        """
        with self._lock:
            if self._under_way is not None:
                return self._under_way, False
            if time.monotonic() - self._tried < age:
                return None, False
            self._tried = time.monotonic()
            done = self._under_way = Event()
        Thread(target=self._renew, args=(done,), name="provider", daemon=True).start()
        return done, True

    def _renew(self, done: Event) -> None:
        try:
            self._keys = self.published()
            if self._away:
                log.warning("the identity provider answers again")
            self._away = False
        except Unreachable as error:
            if not self._away:
                log.warning("the identity provider is away, its known keys are kept (%s)", error)
            self._away = True
        finally:
            self._under_way = None
            done.set()

    def published(self) -> Mapping[str, Key]:
        """Return the keys that the provider publishes at this moment. Raises ``Unreachable``."""
        metadata = self._fetch(self._metadata)
        if metadata.get("issuer") != self._issuer:
            raise Unreachable(f"{self._metadata} describes another issuer: {metadata.get('issuer')!a}")
        published = self._fetch(str(metadata.get("jwks_uri"))).get("keys")
        several = published[:MAX_KEYS] if isinstance(published, list) else []
        keys = {str(key.kid): key for key in map(_usable, reversed(several)) if key is not None}
        if not keys:
            raise Unreachable(f"{metadata.get('jwks_uri')!a} has no key to check signatures with")
        return keys


def _usable(published: Any) -> Key | None:
    """Return a published key that can check signatures, else None; a set may hold others beside."""
    if not isinstance(published, dict) or published.get("use", "sig") != "sig":
        return None
    kind, kid = _KINDS.get(str(published.get("kty"))), published.get("kid")
    if kind is None or not isinstance(kid, str):
        return None
    if kind is RSAKey and len(str(published.get("n"))) <= _WEAK_MODULUS:
        return None
    try:
        return kind.import_key(published)
    except Exception:  # whatever the libraries make of a broken key
        return None
