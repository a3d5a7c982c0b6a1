"""Writes about a key during a request: its last use, a rejection, a new network.

They never fail or delay the request: each is tried at most once a minute per key, if the database can write at once.
"""

import time
from collections.abc import Callable
from threading import Lock

from cachetools import TTLCache
from flask import current_app
from sqlalchemy import Connection
from werkzeug.exceptions import ServiceUnavailable

from ... import services
from ...database import best_effort

INTERVAL = 60.0  # seconds
MAX_ENTRIES = 50_000
Write = Callable[[Connection, str], None]


class Attempts(TTLCache[tuple[str, str], None]):
    """The kinds of writes that this process attempted for each key within ``INTERVAL``."""

    def __init__(self) -> None:
        super().__init__(MAX_ENTRIES, INTERVAL, timer=lambda: time.monotonic())  # tests replace the function
        self.lock = Lock()


def is_due(kind: str, key_id: str) -> bool:
    """Return whether the last attempt is at least ``INTERVAL`` ago, and start a new interval if it is."""
    attempts = services.get(current_app, Attempts)
    with attempts.lock:
        due = (kind, key_id) not in attempts
        if due:
            attempts[kind, key_id] = None
    return due


def attempt(kind: str, key_id: str, write: Write) -> bool:
    """Call ``write`` in a transaction if it is due; return whether it succeeded."""
    if not is_due(kind, key_id):
        return False
    try:
        with best_effort() as connection:
            write(connection, key_id)
    except ServiceUnavailable:
        current_app.logger.warning("could not record %s for the key %s: the database is unavailable", kind, key_id)
        return False
    return True
