"""Authorization codes and refresh tokens work once; a replay revokes their family (RFC 9700, sections 2.1.1 and 4.14).

A code or refresh token is claimed by one UPDATE, so only one of several simultaneous requests succeeds. The row stays
until the family expires: a second use shows that someone has a copy.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidScopeError
from joserfc.jwk import ECKey
from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute

from ....clock import now
from ....database import AnyRow, transaction
from ....observability import events
from .. import secret_tokens
from ..deletion import delete_expired
from ..events import AUTHN_TOKEN_REUSE
from ..models import AuthorizationCode, RefreshToken, TokenFamily, User
from . import access_tokens, signing_keys, token_families
from .clients import Client

Table = type[AuthorizationCode] | type[RefreshToken]
REVOKED = "The code or token has expired or was revoked."
_FAMILY_COLUMNS = (
    TokenFamily.id.label("family_id"),
    TokenFamily.user_id,
    TokenFamily.client_id,
    TokenFamily.scopes,
    TokenFamily.expires_at,
    TokenFamily.revoked_at,
    User.scopes.label("user_scopes"),
    User.locked_at,
)


def find_code(connection: Connection, code: str, client_id: str) -> AnyRow | None:
    """Return the client's code with its family, even if it was used or has expired; None if it is unknown."""
    expires_at = AuthorizationCode.expires_at.label("code_expires_at")
    columns = (AuthorizationCode.redirect_uri, AuthorizationCode.code_challenge, expires_at)
    return _find(connection, AuthorizationCode, code, client_id, *columns)


def find_refresh(connection: Connection, token: str, client_id: str) -> AnyRow | None:
    """Return the client's refresh token with its family, even if it was used or has expired; None if it is unknown."""
    return _find(connection, RefreshToken, token, client_id)


def is_valid(row: AnyRow) -> bool:
    """Return whether the family of a code or refresh token is valid and its user is not locked."""
    return row.revoked_at is None and row.locked_at is None and row.expires_at > now()


def redeem(table: Table, row: AnyRow, client: Client, scopes: Collection[str]) -> dict[str, Any]:
    """Claim a code or refresh token and return the token response.

    Raises ``InvalidGrantError`` for an invalid one; if it was used before, its family is revoked. Raises
    ``InvalidScopeError`` if the user has lost all of the scopes.
    """
    if not is_valid(row):
        raise InvalidGrantError(REVOKED)
    key = signing_keys.get_signing_key()
    with transaction() as connection:
        if not token_families.lock(connection, client.id, row.family_id):
            raise InvalidGrantError(REVOKED)
        if claim(connection, table, row.digest):
            return _issue(connection, row, client, scopes, key)
    raise revoke_replayed(row)


def revoke_replayed(row: AnyRow) -> InvalidGrantError:
    """Revoke the family of a replayed code or refresh token, and return the error to raise."""
    with transaction() as connection:
        revoked = token_families.revoke(connection, row.family_id)
    if not revoked:
        return InvalidGrantError(REVOKED)
    events.record(
        AUTHN_TOKEN_REUSE,
        "a code or refresh token was used twice",
        credential=row.family_id,
        owner=row.user_id,
        client=row.client_id,
    )
    return InvalidGrantError("The code or token was already used. All tokens of this consent were revoked.")


def _issue(connection: Connection, row: AnyRow, client: Client, scopes: Collection[str], key: ECKey) -> dict[str, Any]:
    """Issue the next tokens of a family, with the requested scopes that both client and user still have."""
    allowed = set(scopes) & client.scopes & row.user_scopes
    if scopes and not allowed:
        raise InvalidScopeError("The user no longer has any of these scopes.")
    response = access_tokens.issue(
        connection,
        key=key,
        client_id=client.id,
        subject=row.user_id,
        scopes=allowed,
        family_id=row.family_id,
        expires_by=row.expires_at,
    )
    if client.check_grant_type("refresh_token"):
        response["refresh_token"] = issue_refresh(connection, row.family_id, row.expires_at)
    return response


def claim(connection: Connection, table: Table, digest: bytes) -> bool:
    """Mark a code or refresh token as used; return False if it was used before."""
    unused = (table.digest == digest, table.used_at.is_(None))
    return connection.execute(update(table).where(*unused).values(used_at=now())).rowcount == 1


def issue_refresh(connection: Connection, family_id: str, expires_at: datetime) -> str:
    """Store and return a new refresh token. Also delete expired ones."""
    token = secret_tokens.generate()
    delete_expired(connection, RefreshToken)
    values = {"digest": secret_tokens.digest(token), "family_id": family_id, "expires_at": expires_at}
    connection.execute(insert(RefreshToken).values(**values))
    return token


def _find(
    connection: Connection,
    table: Table,
    token: str,
    client_id: str,
    *columns: ColumnElement[Any] | InstrumentedAttribute[Any],
) -> AnyRow | None:
    query = (
        select(table.digest, table.used_at, *columns, *_FAMILY_COLUMNS)
        .join(TokenFamily, TokenFamily.id == table.family_id)
        .join(User, User.id == TokenFamily.user_id)
        .where(table.digest == secret_tokens.digest(token), TokenFamily.client_id == client_id)
    )
    return connection.execute(query).first()
