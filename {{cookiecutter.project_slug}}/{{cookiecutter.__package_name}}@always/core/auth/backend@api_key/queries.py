"""The SQL of keys and their owners. Each function uses the transaction of its connection."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from ...clock import now
from ...database import AnyRow
from ...request.caller import OwnRate
from . import revocations
from .models import Key, KeyEvent, KeyNetwork, Owner

LAST_USE_INTERVAL = timedelta(minutes=1)
RETENTION = timedelta(days=90)
Event = Literal["created", "first_used", "rotated", "revoked", "denied"]
_ALL = select(Key.__table__)
_BY_ID = _ALL.where(Key.id == bindparam("id"))


def find(connection: Connection, key_id: str) -> AnyRow | None:
    """Return the key with this id, or None."""
    return connection.execute(_BY_ID, {"id": key_id}).first()


def list_keys(
    connection: Connection, owner: str | None, limit: int, after: str | None, *, revoked: bool
) -> Sequence[AnyRow]:
    """Return up to ``limit`` keys with an id greater than ``after``, ordered by id.

    Without an ``owner``, keys of all owners are included; revoked keys are included if ``revoked`` is true.
    """
    query = _ALL.order_by(Key.id).limit(limit)
    if owner is not None:
        query = query.where(Key.owner == owner)
    if after is not None:
        query = query.where(Key.id > after)
    if not revoked:
        query = query.where(Key.revoked_at.is_(None))
    return connection.execute(query).all()


def own_rates(connection: Connection) -> list[tuple[str, str, OwnRate]]:
    """Return id, owner and rate of every active key with a rate of its own; see ``Backend.own_rates``."""
    query = select(Key.id, Key.owner, Key.rate, Key.rate_of).where(Key.rate.is_not(None), Key.revoked_at.is_(None))
    rows = connection.execute(query.where(Key.expires_at > now()).order_by(Key.owner, Key.id))
    return [(row.id, row.owner, OwnRate(row.rate, row.rate_of)) for row in rows]


def expire(connection: Connection, key_id: str, at: datetime, by: str) -> None:
    """Set the expiry of a rotated key to ``at``, unless it expires sooner."""
    connection.execute(update(Key).where(Key.id == key_id, Key.expires_at > at).values(expires_at=at))
    add_event(connection, key_id, "rotated", by)
    revocations.bump(connection)


def revoke(connection: Connection, key_id: str, by: str) -> str | None:
    """Revoke a key and return its owner, or None if it is revoked already."""
    active = update(Key).where(Key.id == key_id, Key.revoked_at.is_(None))
    owner: str | None = connection.scalar(active.values(revoked_at=now()).returning(Key.owner))
    if owner is not None:
        add_event(connection, key_id, "revoked", by)
        revocations.bump(connection)
    return owner


def record_use(connection: Connection, key_id: str) -> None:
    """Update the time of the last use if the stored time is older than ``LAST_USE_INTERVAL``."""
    at = now()
    first = connection.execute(update(Key).where(Key.id == key_id, Key.last_used_at.is_(None)).values(last_used_at=at))
    if first.rowcount == 1:
        add_event(connection, key_id, "first_used", key_id)
        return
    connection.execute(
        update(Key).where(Key.id == key_id, Key.last_used_at < at - LAST_USE_INTERVAL).values(last_used_at=at)
    )


def delete_old_records(connection: Connection) -> None:
    """Delete rejections, and the networks of keys that expired or were revoked, after the ``RETENTION``."""
    before = now() - RETENTION
    ended = select(Key.id).where(or_(Key.expires_at < before, Key.revoked_at < before))
    connection.execute(delete(KeyNetwork).where(KeyNetwork.key_id.in_(ended)))
    connection.execute(delete(KeyEvent).where(KeyEvent.event == "denied", KeyEvent.at < before))


def add_event(connection: Connection, key_id: str, event: Event, by: str) -> None:
    """Add an event to the history of a key."""
    connection.execute(insert(KeyEvent).values(key_id=key_id, event=event, by=by, at=now()))


def is_replaced(connection: Connection, key_id: str) -> bool:
    """Return whether a rotation has replaced the key."""
    return connection.execute(select(Key.id).where(Key.replaces == key_id)).first() is not None


def count_owners(connection: Connection) -> int:
    """Return the number of owners."""
    return connection.scalar(select(func.count()).select_from(Owner)) or 0


def owner_exists(connection: Connection, name: str, *, registered: bool = False) -> bool:
    """Return whether there is an owner of this name, or one who has registered."""
    condition = Owner.email.is_not(None) if registered else Owner.name == name
    return connection.execute(select(Owner.name).where(Owner.name == name, condition)).first() is not None


def add_owner(connection: Connection, name: str, email: str | None = None) -> None:
    """Insert a new owner. Raises ``IntegrityError`` if the name is taken."""
    connection.execute(insert(Owner).values(name=name, email=email, created_at=now()))


def caller_id(_connection: Connection, name: str) -> str:
    """Return the caller id of an owner, which is the name itself."""
    return name
