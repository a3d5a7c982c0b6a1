"""Token families: the consents of users, with the codes and tokens that were issued for them.

A function with a connection runs in its transaction.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta

from flask import current_app
from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select, update
from uuid_utils import uuid7

from ....clock import now
from ....database import AnyRow, connect, transaction
from ....settings import get_settings
from .. import revocations, secret_tokens
from ..deletion import delete_expired, delete_in_batches
from ..models import AccessToken, AuthorizationCode, Client, RefreshToken, TokenFamily
from ..settings import TokenSettings

CODE_LIFETIME = timedelta(seconds=60)
FAMILIES = 100  # that one transaction of a command deletes


def start(
    connection: Connection,
    *,
    user_id: str,
    client_id: str,
    scopes: Collection[str],
    redirect_uri: str,
    code_challenge: str,
) -> str:
    """Store a consent and return its authorization code. Also delete expired families."""
    created_at, family_id, code = now(), str(uuid7()), secret_tokens.generate()
    delete_expired(connection, RefreshToken)
    # A family can have thousands of refresh tokens, which would be deleted with it: those are deleted first.
    delete_expired(connection, TokenFamily, ~exists().where(RefreshToken.family_id == TokenFamily.id))
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
    """Lock a client, and a family if given, against deletion until the transaction ends; return whether both exist,
    the client is not locked by an operator and the family is not revoked.

    Call this first in a transaction: deletions lock the same rows first, and a different order could deadlock.
    """
    rows = [select(Client.id).where(Client.id == client_id, Client.locked_at.is_(None))]
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


def remove_all(condition: ColumnElement[bool]) -> None:
    """Delete families with all their tokens, in many transactions. Revoke them before."""
    query = select(TokenFamily.id).where(condition).limit(FAMILIES)
    while True:
        with connect() as connection:
            ids = connection.scalars(query).all()
        if not ids:
            return
        delete_in_batches(RefreshToken, RefreshToken.family_id.in_(ids))
        delete_in_batches(AccessToken, AccessToken.family_id.in_(ids))
        with transaction() as connection:
            connection.execute(delete(TokenFamily).where(TokenFamily.id.in_(ids)))


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
