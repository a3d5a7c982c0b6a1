"""Issue, find and revoke access tokens. Each function runs in the transaction of its connection."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import Connection, insert, select, update
from uuid_utils import uuid7

from ....clock import now
from ....database import AnyRow
from ....settings import get_settings
from .. import revocations
from ..deletion import delete_expired
from ..models import AccessToken, Client, TokenFamily, User
from ..protected_resource import resource
from ..settings import TokenSettings
from .signing_keys import ALGORITHM


def issue(
    connection: Connection,
    *,
    key: ECKey,
    client_id: str,
    subject: str,
    scopes: Collection[str],
    family_id: str | None = None,
    expires_by: datetime | None = None,
) -> dict[str, Any]:
    """Store a new access token (a JWT as in RFC 9068) and return the token response. Also delete expired tokens."""
    issued_at = now().replace(microsecond=0)
    delete_expired(connection, AccessToken)
    expires_at = issued_at + timedelta(minutes=get_settings(current_app, TokenSettings).tokens_minutes)
    expires_at = min(expires_at, expires_by) if expires_by else expires_at
    token_id, scope = str(uuid7()), " ".join(sorted(scopes))
    connection.execute(
        insert(AccessToken).values(
            id=token_id,
            client_id=client_id,
            family_id=family_id,
            scopes=scopes,
            created_at=issued_at,
            expires_at=expires_at,
        )
    )
    claims: dict[str, Any] = {
        "iss": resource(current_app),
        "aud": resource(current_app),
        "sub": subject,
        "client_id": client_id,
        "iat": int(issued_at.timestamp()),
        "exp": int(expires_at.timestamp()),
        "jti": token_id,
        "scope": scope,
    }
    header = {"typ": "at+jwt", "alg": ALGORITHM, "kid": key.kid}
    token = jwt.encode(header, claims, key, algorithms=[ALGORITHM])
    lifetime = int((expires_at - issued_at).total_seconds())
    return {"access_token": token, "token_type": "Bearer", "expires_in": lifetime, "scope": scope}


def find(connection: Connection, token_id: str) -> AnyRow | None:
    """Return the access token with the scopes of its client and user, or None if it is unknown or revoked."""
    query = (
        select(
            AccessToken.client_id,
            AccessToken.scopes,
            Client.scopes.label("client_scopes"),
            Client.rate,
            User.scopes.label("user_scopes"),
        )
        .join(Client, Client.id == AccessToken.client_id)
        .outerjoin(TokenFamily, TokenFamily.id == AccessToken.family_id)
        .outerjoin(User, User.id == TokenFamily.user_id)
        .where(AccessToken.id == token_id, AccessToken.revoked_at.is_(None))
        .where(TokenFamily.revoked_at.is_(None), User.locked_at.is_(None), Client.locked_at.is_(None))
    )
    return connection.execute(query).first()


def revoke(connection: Connection, token_id: str) -> bool:
    """Revoke an access token; return whether it was active."""
    active = (AccessToken.id == token_id, AccessToken.revoked_at.is_(None))
    revoked = connection.execute(update(AccessToken).where(*active).values(revoked_at=now())).rowcount > 0
    if revoked:
        revocations.bump(connection)
    return revoked
