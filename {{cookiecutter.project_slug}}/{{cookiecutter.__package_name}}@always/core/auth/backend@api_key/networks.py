"""The networks from which keys are used. The use of a key from a new network is a security event: it may be a copy.

A network is the /24 of an IPv4 or the /48 of an IPv6 address, which usually contains a client's next address too.
"""

from functools import partial

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import ServiceUnavailable

from ...clock import now
from ...database import connect
from ...limits import network as network_of
from ...observability import events
from . import throttled_writes
from .events import AUTHN_NEW_NETWORK
from .models import KeyNetwork

MAX_NETWORKS = 50  # stored for each key; a new one replaces the oldest
MAX_LENGTH = 43  # of the column


def network(address: str) -> str:
    """Return the network of an address."""
    return network_of(address, 24, 48)[:MAX_LENGTH]


def record(key_id: str, owner: str, network: str) -> None:
    """Store the network of a use, and record a security event if the key was used before, but never from there.

    Each network of a key is looked up at most once a minute. A failure does not affect the request.
    """
    if not throttled_writes.is_due(f"the lookup of {network}", key_id):
        return
    try:
        stored = stored_networks(key_id)
        write = partial(_add, network=network, stored=stored)
        if network in stored or not throttled_writes.attempt(f"the network {network}", key_id, write):
            return
    except ServiceUnavailable:
        return
    except IntegrityError:
        pass  # another worker stored it first; both record the event
    if stored:
        message = "the key is used from a new network"
        events.record(AUTHN_NEW_NETWORK, message, caller=owner, credential=key_id, network=network)


def stored_networks(key_id: str) -> list[str]:
    """Return the networks of a key, oldest first."""
    query = select(KeyNetwork.network).where(KeyNetwork.key_id == key_id).order_by(KeyNetwork.since)
    with connect() as connection:
        return list(connection.scalars(query))


def _add(connection: Connection, key_id: str, *, network: str, stored: list[str]) -> None:
    for oldest in stored[: max(0, len(stored) - MAX_NETWORKS + 1)]:
        connection.execute(delete(KeyNetwork).where(KeyNetwork.key_id == key_id, KeyNetwork.network == oldest))
    connection.execute(insert(KeyNetwork).values(key_id=key_id, network=network, since=now()))
