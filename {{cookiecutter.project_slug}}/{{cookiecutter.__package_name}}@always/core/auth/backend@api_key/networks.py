"""From where keys are used: a key that comes from a network new to it may have been copied, and is told as an event.

A network is the /24 of an IPv4 address and the /48 of an IPv6 one: within those, addresses change by themselves.
"""

from ipaddress import ip_address, ip_network
from threading import Lock

from cachetools import LRUCache
from flask import Flask, current_app
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import ServiceUnavailable

from ... import services
from ...clock import now
from ...database import connect
from ...observability import events
from . import throttled_writes
from .events import AUTHN_NEW_NETWORK
from .models import KeyNetwork

REMEMBERED = 50_000  # pairs of key and address that need no look into the database
MOST = 50  # networks that are kept of a key; the oldest goes


class Networks:
    """What is known of the networks of keys."""

    def __init__(self) -> None:
        self._known: LRUCache[tuple[str, str], bool] = LRUCache(REMEMBERED)
        self._lock = Lock()

    def note(self, key_id: str, owner: str, address: str) -> None:
        """Note that a key was used from an address; nothing that happens here is a reason to refuse the request."""
        if (key_id, address) in self._known:
            return
        network = network_of(address)
        try:
            others = _networks(key_id)
            if network not in others and not throttled_writes.attempt(
                f"the network {network}", key_id, _adding(network, others)
            ):
                return
        except ServiceUnavailable:
            return
        except IntegrityError:
            pass  # another worker was first, and each tells what it saw
        with self._lock:
            self._known[key_id, address] = True
        if others and network not in others:
            events.record(
                AUTHN_NEW_NETWORK,
                "the key is used from a network that is new to it",
                caller=owner,
                credential=key_id,
                network=network,
            )


def init_app(app: Flask) -> None:
    """Begin to look."""
    services.register(app, Networks())


def record(key_id: str, owner: str, address: str) -> None:
    """Record that a key was used from an address."""
    networks = services.get(current_app, Networks)
    networks.note(key_id, owner, address)


def network_of(address: str) -> str:
    """Return the network that an address belongs to."""
    try:
        given = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:43]
    given = getattr(given, "ipv4_mapped", None) or given
    return str(ip_network(f"{given}/{24 if given.version == 4 else 48}", strict=False))


def _networks(key_id: str) -> list[str]:
    """Return the networks of a key, the oldest first."""
    query = select(KeyNetwork.network).where(KeyNetwork.key_id == key_id).order_by(KeyNetwork.since)
    with connect() as connection:
        return list(connection.scalars(query))


def _adding(network: str, others: list[str]) -> throttled_writes.Write:
    """Return what adds a network to the others of a key."""

    def add(connection: Connection, key_id: str) -> None:
        for oldest in others[: max(0, len(others) - MOST + 1)]:
            connection.execute(delete(KeyNetwork).where(KeyNetwork.key_id == key_id, KeyNetwork.network == oldest))
        connection.execute(insert(KeyNetwork).values(key_id=key_id, network=network, since=now()))

    return add
