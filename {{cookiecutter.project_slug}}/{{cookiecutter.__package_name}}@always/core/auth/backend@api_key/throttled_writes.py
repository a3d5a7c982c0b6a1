"""Best-effort writes about keys during a request: the last use, a rejection, a new network.

Such a write never fails or delays the request. It is attempted at most once a minute per key, and skipped if the
database cannot write immediately.
"""

import time
from collections.abc import Callable
from threading import Lock

from cachetools import LRUCache
from flask import Flask, current_app
from sqlalchemy import Connection
from werkzeug.exceptions import ServiceUnavailable

from ... import services
from ...database import best_effort

INTERVAL = 60.0  # seconds
MAX_ENTRIES = 50_000
Write = Callable[[Connection, str], None]


class WriteThrottle:
    """When this process last attempted each kind of write for each key."""

    def __init__(self) -> None:
        self._attempts: LRUCache[tuple[str, str], float] = LRUCache(MAX_ENTRIES)
        self._lock = Lock()

    def acquire(self, kind: str, key_id: str) -> bool:
        """Return whether a write of this kind is due, and record the attempt if it is."""
        now = time.monotonic()
        with self._lock:
            due = now - self._attempts.get((kind, key_id), float("-inf")) >= INTERVAL
            if due:
                self._attempts[kind, key_id] = now
        return due


def init_app(app: Flask) -> None:
    """Register the throttle."""
    services.register(app, WriteThrottle())


def attempt(kind: str, key_id: str, write: Write) -> bool:
    """Call ``write`` in a transaction, unless it was attempted within the interval; return whether it succeeded."""
    if not services.get(current_app, WriteThrottle).acquire(kind, key_id):
        return False
    try:
        with best_effort() as connection:
            write(connection, key_id)
    except ServiceUnavailable:
        current_app.logger.warning("could not record %s of key %s", kind, key_id)
        return False
    return True
