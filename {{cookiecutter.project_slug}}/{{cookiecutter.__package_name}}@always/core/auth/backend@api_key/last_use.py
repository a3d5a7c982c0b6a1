"""What is noted of a key in passing, while a request is answered: that it was used or refused, and from where.

A note is no reason to refuse a request or to keep it waiting. It is tried at most once a minute, and what cannot be
written at once is not noted.
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

EVERY = 60.0  # seconds
REMEMBERED = 50_000
Write = Callable[[Connection, str], None]


class Notes:
    """When each note was last tried, by this process."""

    def __init__(self) -> None:
        self._tried: LRUCache[tuple[str, str], float] = LRUCache(REMEMBERED)
        self._lock = Lock()

    def due(self, what: str, key_id: str) -> bool:
        """Tell whether a note is to be tried, which it then counts as."""
        at = time.monotonic()
        with self._lock:
            due = at - self._tried.get((what, key_id), float("-inf")) >= EVERY
            if due:
                self._tried[what, key_id] = at
        return due


def init_app(app: Flask) -> None:
    """Begin to take notes."""
    services.register(app, Notes())


def take(what: str, key_id: str, write: Write) -> bool:
    """Note something of a key, unless that was tried a moment ago; tell whether it was noted now."""
    notes = services.get(current_app, Notes)
    if not notes.due(what, key_id):
        return False
    try:
        with best_effort() as connection:
            write(connection, key_id)
    except ServiceUnavailable:
        current_app.logger.warning("%s of the key %s could not be noted", what, key_id)
        return False
    return True
