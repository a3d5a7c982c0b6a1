"""The networks that keys are used from. The use of a key from a new network is a security event: it may be a copy.

A network is the /24 of an IPv4 address or the /48 of an IPv6 address: within them, the address of a client changes.
"""

from threading import Lock

from cachetools import LRUCache
from flask import Flask, current_app
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import ServiceUnavailable

from ... import services
from ...clock import now
from ...database import connect
from ...limits import network as network_of
from ...observability import events
from . import throttled_writes
from .events import AUTHN_NEW_NETWORK
from .models import KeyNetwork

MAX_ENTRIES = 50_000
MAX_NETWORKS = 50  # stored for each key; a new one replaces the oldest
MAX_LENGTH = 43  # of the column


class KnownUses:
    """The pairs of key and address that need no database query, because their network is stored."""

    def __init__(self) -> None:
        self._uses: LRUCache[tuple[str, str], bool] = LRUCache(MAX_ENTRIES)
        self._lock = Lock()

    def __contains__(self, use: tuple[str, str]) -> bool:
        return use in self._uses

    def add(self, key_id: str, address: str) -> None:
        """Add a pair."""
        with self._lock:
            self._uses[key_id, address] = True


def init_app(app: Flask) -> None:
    """Register the known uses."""
    services.register(app, KnownUses())


def record(key_id: str, owner: str, address: str) -> None:
    """Store the network of a use, and record a security event if the key was used from other networks only.

    A failure does not affect the request.
    """
    known_uses = services.get(current_app, KnownUses)
    if (key_id, address) in known_uses:
        return
    network = network_of(address, 24, 48)[:MAX_LENGTH]
    try:
        stored = stored_networks(key_id)
        is_new = network not in stored
        if is_new and not throttled_writes.attempt(f"network {network}", key_id, _insert(network, stored)):
            return
    except ServiceUnavailable:
        return
    except IntegrityError:
        pass  # another worker stored it first; both record the event
    known_uses.add(key_id, address)
    if stored and is_new:
        events.record(
            AUTHN_NEW_NETWORK,
            "the key is used from a new network",
            caller=owner,
            credential=key_id,
            network=network,
        )


def stored_networks(key_id: str) -> list[str]:
    """Return the networks of a key, oldest first."""
    query = select(KeyNetwork.network).where(KeyNetwork.key_id == key_id).order_by(KeyNetwork.since)
    with connect() as connection:
        return list(connection.scalars(query))


def _insert(network: str, stored: list[str]) -> throttled_writes.Write:
    """Return a function that adds a network to the stored ones of a key."""

    def insert_network(connection: Connection, key_id: str) -> None:
        for oldest in stored[: max(0, len(stored) - MAX_NETWORKS + 1)]:
            connection.execute(delete(KeyNetwork).where(KeyNetwork.key_id == key_id, KeyNetwork.network == oldest))
        connection.execute(insert(KeyNetwork).values(key_id=key_id, network=network, since=now()))

    return insert_network
