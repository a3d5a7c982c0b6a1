"""Token families: the consents of users, with the codes and tokens that were issued for them.

Each function runs in the transaction of its connection.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from flask import current_app
from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select, update
from uuid_utils import uuid7

from ....clock import now
from ....database import AnyRow
from ....settings import get_settings
from .. import revocations, secret_tokens
from ..models import AuthorizationCode, Client, TokenFamily
from ..settings import TokenSettings

CODE_LIFETIME = timedelta(seconds=60)


def start(
    connection: Connection,
    *,
    user_id: str,
    client_id: str,
    scopes: Collection[str],
    redirect_uri: str,
    code_challenge: str,
) -> str:
    """Store a consent and return its authorization code. Also deletes expired families."""
    created_at, family_id, code = now(), str(uuid7()), secret_tokens.generate()
    connection.execute(delete(TokenFamily).where(TokenFamily.expires_at < created_at))
    connection.execute(
        insert(TokenFamily).values(
            id=family_id,
            user_id=user_id,
            client_id=client_id,
            scopes=scopes,
            created_at=created_at,
            expires_at=created_at + timedelta(days=get_settings(current_app, TokenSettings).tokens_refresh_days),
        )
    )
    connection.execute(
        insert(AuthorizationCode).values(
            digest=secret_tokens.digest(code),
            family_id=family_id,
            redirect_uri=redirect_uri,
            code_challenge=code_challenge,
            expires_at=created_at + CODE_LIFETIME,
        )
    )
    return code


def lock(connection: Connection, client_id: str, family_id: str | None = None) -> bool:
    """Lock a client, and a family if given, against deletion until the transaction ends; return whether both exist
    and the family is not revoked.

    Call this first in a transaction: deletions lock the same rows first, and a different order could deadlock.
    """
    rows = [select(Client.id).where(Client.id == client_id)]
    if family_id is not None:
        rows.append(select(TokenFamily.id).where(TokenFamily.id == family_id, TokenFamily.revoked_at.is_(None)))
    return all(connection.scalar(row.with_for_update(read=True, key_share=True)) for row in rows)


def revoke(connection: Connection, family_id: str) -> bool:
    """Revoke a family; return whether it was active."""
    return _revoke(connection, TokenFamily.id == family_id)


def revoke_all_of_user(connection: Connection, user_id: str) -> bool:
    """Revoke every family of a user; return whether any was active."""
    return _revoke(connection, TokenFamily.user_id == user_id)


def withdraw_consent(connection: Connection, user_id: str, client_id: str) -> bool:
    """Revoke every family of a user and a client; return whether any was active."""
    return _revoke(connection, TokenFamily.user_id == user_id, TokenFamily.client_id == client_id)


def active_consents(connection: Connection, user_id: str) -> Sequence[AnyRow]:
    """Return the user's active families whose code was redeemed, newest first."""
    query = select(TokenFamily.client_id, Client.name, TokenFamily.scopes, TokenFamily.created_at)
    query = query.join(Client, Client.id == TokenFamily.client_id).where(
        TokenFamily.user_id == user_id,
        TokenFamily.revoked_at.is_(None),
        TokenFamily.expires_at > now(),
        exists().where(AuthorizationCode.family_id == TokenFamily.id, AuthorizationCode.used_at.is_not(None)),
    )
    return connection.execute(query.order_by(TokenFamily.created_at.desc())).all()


def _revoke(connection: Connection, *conditions: ColumnElement[bool]) -> bool:
    active = (*conditions, TokenFamily.revoked_at.is_(None))
    revoked = connection.execute(update(TokenFamily).where(*active).values(revoked_at=now())).rowcount > 0
    if revoked:
        revocations.bump(connection)
    return revoked
