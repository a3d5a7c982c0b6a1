"""A cache of authenticated callers.

Verifying the credential of every request would cost more than the rest of the pipeline. The cache keeps a caller for a
few seconds, but never after its credential expires. A backend that revokes credentials clears it. Entries expire by the
monotonic clock: setting the system clock back does not keep an expired credential alive.
"""

import time
from collections.abc import Callable
from hashlib import blake2b
from secrets import token_bytes
from threading import RLock
from typing import NamedTuple

from cachetools import LRUCache

from ..request.caller import Caller

TTL = 4.0  # seconds; a revocation takes effect in every process within 5
MAX_ENTRIES = 4096


class _Entry(NamedTuple):
    caller: Caller
    until: float  # on the monotonic clock


class CallerCache:
    """A bounded cache from credentials to callers.

    ``revocation_counter`` returns a number that changes whenever any process revokes a credential.
    """

    def __init__(self, revocation_counter: Callable[[], int] = lambda: 0) -> None:
        self._revocation_counter = revocation_counter
        self._counter = 0
        self._entries: LRUCache[bytes, _Entry] = LRUCache(MAX_ENTRIES)
        self._generation = 0  # changes whenever the cache is cleared
        self._lock = RLock()
        self._hash_key = token_bytes(32)

    def get_or_load(self, credential: str, load: Callable[[str], Caller]) -> Caller:
        """Return the cached caller of a credential, or call ``load`` and cache the caller that it returns.

        Exceptions of ``load`` are raised and not cached. A caller that was loaded while the cache was cleared is not
        cached either: its credential may just have been revoked.
        """
        digest = blake2b(credential.encode(), key=self._hash_key, digest_size=32).digest()
        counter = self._revocation_counter()
        with self._lock:
            if counter != self._counter:
                self._counter = counter
                self.clear()
            entry, generation = self._entries.get(digest), self._generation
        if entry is not None and time.monotonic() < entry.until:
            return entry.caller
        caller = load(credential)
        until = time.monotonic() + min(TTL, caller.expires_at.timestamp() - time.time())
        with self._lock:
            if generation == self._generation:
                self._entries[digest] = _Entry(caller, until)
        return caller

    def clear(self) -> None:
        """Remove every entry, because this process has revoked a credential."""
        with self._lock:
            self._entries.clear()
            self._generation += 1
