"""Make, rotate and revoke keys, by whoever may: the routes and the commands both come here."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app
from sqlalchemy import Connection

from ...clock import now
from ...database import AnyRow
from ...observability import events
from ...settings import get_settings
from . import callers, key_format, queries
from .events import AUTHN_TOKEN_CREATED, AUTHN_TOKEN_REVOKED
from .settings import KeySettings


class NeverValid(Exception):
    """The key would end before it begins."""


class Issued(NamedTuple):
    """A key at the only moment when its text is known."""

    id: str
    text: str
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
) -> Issued:
    """Make a key for an owner, who is made when there is none of that name yet.

    It lives ``days``, the usual number when that is None, and never beyond ``no_later_than``. A ``rate`` is its own,
    unless it is ``rate_of`` another key, on whose budget it then counts. Raises ``NeverValid``.
    """
    if not callers.exists(connection, owner):
        callers.add(connection, owner)
    settings = get_settings(current_app, KeySettings)
    lifetime = min(days or settings.keys_days, settings.keys_days_at_most)
    expires_at = now() + timedelta(days=lifetime)
    if no_later_than is not None:
        expires_at = min(expires_at, no_later_than)
    if not_before is not None and not_before >= expires_at:
        raise NeverValid
    key_id, text = key_format.generate()
    queries.add(
        connection,
        key_id=key_id,
        digest=key_format.digest(text),
        owner=owner,
        name=name,
        scopes=scopes,
        rate=rate,
        rate_of=(rate_of or key_id) if rate else None,
        created_by=by,
        not_before=not_before,
        expires_at=expires_at,
        replaces=replaces,
    )
    events.record(AUTHN_TOKEN_CREATED, "a key was made", credential=key_id, owner=owner, by=by)
    return Issued(key_id, text, expires_at)


def rotate(
    connection: Connection,
    old: AnyRow,
    *,
    by: str,
    overlap_hours: int | None = None,
    no_later_than: datetime | None = None,
) -> Issued:
    """Make a key that replaces ``old`` and lives as long; the old one lives on for the overlap."""
    settings = get_settings(current_app, KeySettings)
    lifetime = max(1, round((old.expires_at - old.created_at) / timedelta(days=1)))
    new = issue(
        connection,
        owner=old.owner,
        name=old.name,
        scopes=old.scopes.split(),
        by=by,
        days=lifetime,
        no_later_than=no_later_than,
        not_before=old.not_before,
        rate=old.rate,
        rate_of=old.rate_of,
        replaces=old.id,
    )
    overlap = settings.keys_overlap_hours if overlap_hours is None else overlap_hours
    queries.expire(connection, old.id, now() + timedelta(hours=overlap), by)
    return new


def revoke(connection: Connection, key_id: str, *, by: str) -> None:
    """Revoke a key and record the security event."""
    if queries.revoke(connection, key_id, by):
        events.record(AUTHN_TOKEN_REVOKED, "a key was revoked", credential=key_id, by=by)
