"""How keys are kept, found and ended. Each function takes part in the transaction of its connection."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, bindparam, insert, select, update

from ...clock import now
from ...database import AnyRow
from ...request.caller import OwnRate
from . import revocations
from .key import Digest
from .models import Key, KeyEvent

USED_AT_MOST_EVERY = timedelta(minutes=1)
Event = Literal["created", "first_used", "rotated", "revoked", "denied"]
_SHOWN = (
    Key.id,
    Key.owner,
    Key.name,
    Key.scopes,
    Key.rate,
    Key.rate_of,
    Key.created_by,
    Key.created_at,
    Key.not_before,
    Key.expires_at,
    Key.revoked_at,
    Key.replaces,
    Key.last_used_at,
)
_ONE = select(*_SHOWN, Key.digest, Key.pepper_id).where(Key.id == bindparam("id"))


def find(connection: Connection, key_id: str) -> AnyRow | None:
    """Return the key with this id, if there is one."""
    return connection.execute(_ONE, {"id": key_id}).first()


def of_owner(
    connection: Connection, owner: str | None, limit: int, after: str | None, *, revoked: bool
) -> Sequence[AnyRow]:
    """Return up to ``limit`` keys of an owner, of all owners when it is None, by id from ``after`` on.

    ``revoked`` tells whether those that were revoked are among them.
    """
    query = select(*_SHOWN).order_by(Key.id).limit(limit)
    if owner is not None:
        query = query.where(Key.owner == owner)
    if after is not None:
        query = query.where(Key.id > after)
    if not revoked:
        query = query.where(Key.revoked_at.is_(None))
    return connection.execute(query).all()


def own_rates(connection: Connection) -> list[tuple[str, str, OwnRate]]:
    """Return id, owner and rate of every key that has a rate of its own and may still be used."""
    query = select(Key.id, Key.owner, Key.rate, Key.rate_of).where(Key.rate.is_not(None), Key.revoked_at.is_(None))
    rows = connection.execute(query.where(Key.expires_at > now()).order_by(Key.owner, Key.id))
    return [(row.id, row.owner, OwnRate(row.rate, row.rate_of)) for row in rows]


def add(
    connection: Connection,
    *,
    key_id: str,
    digest: Digest,
    owner: str,
    name: str,
    scopes: Collection[str],
    rate: str | None,
    rate_of: str | None,
    created_by: str,
    not_before: datetime | None,
    expires_at: datetime,
    replaces: str | None = None,
) -> None:
    """Keep a new key."""
    made = now()
    connection.execute(
        insert(Key).values(
            id=key_id,
            owner=owner,
            name=name,
            scopes=" ".join(sorted(scopes)),
            rate=rate,
            rate_of=rate_of,
            digest=digest.value,
            pepper_id=digest.pepper_id,
            created_by=created_by,
            created_at=made,
            not_before=not_before or made,
            expires_at=expires_at,
            replaces=replaces,
        )
    )
    note(connection, key_id, "created", created_by)


def end_at(connection: Connection, key_id: str, moment: datetime, by: str) -> None:
    """Let a rotated key end at ``moment``, unless it would end sooner."""
    connection.execute(update(Key).where(Key.id == key_id, Key.expires_at > moment).values(expires_at=moment))
    note(connection, key_id, "rotated", by)
    revocations.bump(connection)


def revoke(connection: Connection, key_id: str, by: str) -> bool:
    """End a key now; tell whether it was still alive."""
    ended = connection.execute(update(Key).where(Key.id == key_id, Key.revoked_at.is_(None)).values(revoked_at=now()))
    if ended.rowcount != 1:
        return False
    note(connection, key_id, "revoked", by)
    revocations.bump(connection)
    return True


def used(connection: Connection, key_id: str) -> None:
    """Note that a key was used, at most once a minute."""
    at = now()
    first = connection.execute(update(Key).where(Key.id == key_id, Key.last_used_at.is_(None)).values(last_used_at=at))
    if first.rowcount == 1:
        note(connection, key_id, "first_used", key_id)
        return
    connection.execute(
        update(Key).where(Key.id == key_id, Key.last_used_at < at - USED_AT_MOST_EVERY).values(last_used_at=at)
    )


def denied(connection: Connection, key_id: str) -> None:
    """Note that a key was refused that is no longer valid, or not yet."""
    note(connection, key_id, "denied", key_id)


def note(connection: Connection, key_id: str, event: Event, by: str) -> None:
    """Add a row to the history of a key."""
    connection.execute(insert(KeyEvent).values(key_id=key_id, event=event, by=by, at=now()))


def replaced(connection: Connection, key_id: str) -> bool:
    """Tell whether a key was rotated already."""
    return connection.execute(select(Key.id).where(Key.replaces == key_id)).first() is not None
