"""Callers that were identified a moment ago.

A look-up or a signature check for each request costs more than the rest of the pipeline. So the result is kept for a
few seconds under a digest of the credential, never past its expiry, and forgotten when a revocation is seen. The
seconds are those of a clock that nobody sets: one that is set back must not keep a revoked credential alive.
"""

import time
from collections.abc import Callable
from hashlib import blake2b
from secrets import token_bytes
from threading import Lock
from typing import NamedTuple

from cachetools import LRUCache

from ..request.caller import Caller

SECONDS = 4.0  # with this, a revocation is in force everywhere within 5 seconds
ENTRIES = 10_000


class _Entry(NamedTuple):
    caller: Caller
    until: float


class CallerCache:
    """A bounded memory of callers, by the digest of their credential.

    ``revocations`` returns a number that moves when anything is revoked.
    """

    def __init__(self, revocations: Callable[[], int] = lambda: 0) -> None:
        self._revocations = revocations
        self._entries: LRUCache[bytes, _Entry] = LRUCache(ENTRIES)
        self._epoch = 0
        self._generation = 0
        self._lock = Lock()
        self._key = token_bytes(32)

    def digest(self, credential: str) -> bytes:
        """Return the name of a credential in this memory: a hash that is keyed anew with each process."""
        return blake2b(credential.encode(), key=self._key, digest_size=32).digest()

    def get(self, digest: bytes) -> Caller | None:
        """Return the caller that was identified by this credential, unless something was revoked since."""
        epoch = self._revocations()
        with self._lock:
            if epoch != self._epoch:
                self._epoch = epoch
                self._forget()
                return None
            entry = self._entries.get(digest)
        return entry.caller if entry and time.monotonic() < entry.until else None

    def generation(self) -> int:
        """Return a number to hand to ``put``; take it before the credential is looked up."""
        return self._generation

    def put(self, digest: bytes, caller: Caller, generation: int) -> None:
        """Keep the caller, unless something was revoked while it was looked up."""
        until = time.monotonic() + min(SECONDS, caller.expires_at.timestamp() - time.time())
        with self._lock:
            if generation == self._generation:
                self._entries[digest] = _Entry(caller, until)

    def forget(self) -> None:
        """Forget everyone; this process has revoked something."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._entries.clear()
        self._generation += 1
