"""Create, rotate and revoke keys: the operations that the routes and the commands share."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from ...clock import now
from ...database import AnyRow, on_commit, transaction
from ...observability import events
from ...settings import get_settings
from . import key_format, queries
from .events import AUTHN_TOKEN_CREATED, AUTHN_TOKEN_REVOKED
from .models import Key
from .settings import KeySettings

NOT_ROTATABLE = "The key is revoked, has expired or was rotated already."


class NotIssuable(Exception):
    """The key cannot be created or rotated; the message is the reason, as a sentence."""


class IssuedKey(NamedTuple):
    """A new key. The service stores only its hash, so this is the only copy."""

    id: str
    key: str
    expires_at: datetime


def issue(
    connection: Connection,
    *,
    owner: str,
    name: str,
    scopes: Collection[str],
    by: str,
    days: int | None = None,
    no_later_than: datetime | None = None,
    not_before: datetime | None = None,
    rate: str | None = None,
    rate_of: str | None = None,
    replaces: str | None = None,
) -> IssuedKey:
    """Create a key, and its owner if the name is new. Also deletes old records of other keys.

    The key expires after ``days`` (by default the setting), but not after ``no_later_than``. A key with a ``rate`` has
    its own rate limit, or shares that of the key ``rate_of``. Raises ``NotIssuable``.
    """
    if not queries.owner_exists(connection, owner):
        queries.add_owner(connection, owner)
    settings = get_settings(current_app, KeySettings)
    created_at = now()
    expires_at = created_at + timedelta(days=min(days or settings.keys_default_days, settings.keys_max_days))
    if no_later_than is not None:
        expires_at = min(expires_at, no_later_than)
    if not_before is not None and not_before >= expires_at:
        raise NotIssuable("The new key would expire before it becomes valid.")
    key_id, key = key_format.generate()
    digest = key_format.digest(key)
    connection.execute(
        insert(Key).values(
            id=key_id,
            owner=owner,
            name=name,
            scopes=scopes,
            rate=rate,
            rate_of=(rate_of or key_id) if rate else None,
            digest=digest.value,
            pepper_id=digest.pepper_id,
            created_by=by,
            created_at=created_at,
            not_before=not_before or created_at,
            expires_at=expires_at,
            replaces=replaces,
        )
    )
    queries.add_event(connection, key_id, "created", by)
    queries.delete_old_records(connection)
    on_commit(
        connection,
        lambda: events.record(AUTHN_TOKEN_CREATED, "a key was created", credential=key_id, owner=owner, by=by),
    )
    return IssuedKey(key_id, key, expires_at)


def rotate(
    connection: Connection,
    old: AnyRow,
    *,
    by: str,
    overlap_hours: int | None = None,
    no_later_than: datetime | None = None,
) -> IssuedKey:
    """Create a key that replaces ``old``, with the same lifetime; ``old`` expires after the overlap.

    Raises ``NotIssuable``.
    """
    if old.revoked_at is not None or old.expires_at <= now() or queries.is_replaced(connection, old.id):
        raise NotIssuable(NOT_ROTATABLE)
    try:
        new = issue(
            connection,
            owner=old.owner,
            name=old.name,
            scopes=old.scopes,
            by=by,
            days=max(1, round((old.expires_at - old.created_at) / timedelta(days=1))),
            no_later_than=no_later_than,
            not_before=old.not_before,
            rate=old.rate,
            rate_of=old.rate_of,
            replaces=old.id,
        )
    except IntegrityError:  # another rotation of the same key was committed first
        raise NotIssuable(NOT_ROTATABLE) from None
    overlap = get_settings(current_app, KeySettings).keys_overlap_hours if overlap_hours is None else overlap_hours
    queries.expire(connection, old.id, now() + timedelta(hours=overlap), by)
    return new


def revoke(connection: Connection, key_id: str, *, by: str) -> None:
    """Revoke a key, and record the security event after the commit."""
    if owner := queries.revoke(connection, key_id, by):
        on_commit(
            connection,
            lambda: events.record(AUTHN_TOKEN_REVOKED, "a key was revoked", credential=key_id, owner=owner, by=by),
        )


def revoke_exposed(credential: str) -> None:
    """Revoke a key that was sent over plain HTTP; see ``Backend.revoke_exposed``."""
    if get_settings(current_app, KeySettings).keys_revoke_exposed:
        with transaction() as connection:
            revoke(connection, credential, by="plain HTTP")
