"""What was issued, how it is claimed and how it ends. Each function takes part in the transaction of its connection.

A code or refresh token is claimed by one UPDATE, which only one of many at the same time can win. It is not deleted:
whoever comes with it again has a copy, and then the whole family ends.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select, update
from uuid_utils import uuid7

from ....clock import now
from ....database import AnyRow
from ....settings import get_settings
from .. import revocations
from ..models import AccessToken, Client, Code, Family, RefreshToken, User
from ..protected_resource import resource
from ..settings import TokenSettings
from .clients import digest
from .signing_keys import ALGORITHM

CODE_LIFETIME = timedelta(seconds=60)
_FAMILY = (
    *(Family.id.label("family_id"), Family.user_id, Family.client_id, Family.scopes, Family.expires_at),
    *(User.scopes.label("user_scopes"), User.locked_at),
)


def begin_family(
    connection: Connection, *, user_id: str, client_id: str, scopes: Collection[str], redirect_uri: str, challenge: str
) -> str:
    """Keep what a person consented to, and return the authorization code for it."""
    at, family_id, code = now(), str(uuid7()), secrets.token_urlsafe(32)
    # What has ended can be used or replayed by nobody to any effect.
    connection.execute(delete(Family).where(Family.expires_at < at))
    lifetime = timedelta(days=get_settings(current_app, TokenSettings).tokens_refresh_days)
    values: dict[str, Any] = {"user_id": user_id, "client_id": client_id, "created_at": at}
    values |= {"scopes": " ".join(sorted(scopes)), "expires_at": at + lifetime}
    connection.execute(insert(Family).values(id=family_id, **values))
    values = {"redirect_uri": redirect_uri, "challenge": challenge, "expires_at": at + CODE_LIFETIME}
    connection.execute(insert(Code).values(digest=digest(code), family_id=family_id, **values))
    return code


def find_code(connection: Connection, code: str, client_id: str) -> AnyRow | None:
    """Return the code with its family, whatever became of it, if it was given to this client."""
    columns = (Code.digest, Code.redirect_uri, Code.challenge, Code.expires_at.label("code_expires_at"), Code.used_at)
    query = select(*columns, *_FAMILY, Family.revoked_at).join(Family, Family.id == Code.family_id)
    query = query.join(User, User.id == Family.user_id)
    return connection.execute(query.where(Code.digest == digest(code), Family.client_id == client_id)).first()


def find_refresh(connection: Connection, token: str, client_id: str) -> AnyRow | None:
    """Return the refresh token with its family, whatever became of it, if it was given to this client."""
    query = select(RefreshToken.digest, RefreshToken.used_at, *_FAMILY, Family.revoked_at)
    query = query.join(Family, Family.id == RefreshToken.family_id).join(User, User.id == Family.user_id)
    return connection.execute(query.where(RefreshToken.digest == digest(token), Family.client_id == client_id)).first()


def is_valid(row: AnyRow) -> bool:
    """Tell whether the family of a code or refresh token lives, and its person is not locked."""
    return row.revoked_at is None and row.locked_at is None and row.expires_at > now()


def hold(connection: Connection, client_id: str, family_id: str | None = None) -> bool:
    """Keep a client, and a family of its, from being deleted in this transaction; tell whether both are in force.

    It comes first in a transaction: who deletes one of them begins there too and goes on to what hangs on it, and two
    that take the same rows in different orders can each wait for the other.
    """
    rows = [select(Client.id).where(Client.id == client_id)]
    if family_id is not None:
        rows.append(select(Family.id).where(Family.id == family_id, Family.revoked_at.is_(None)))
    return all(connection.scalar(row.with_for_update(read=True, key_share=True)) for row in rows)


def claim(connection: Connection, table: type[Code] | type[RefreshToken], claimed: bytes) -> bool:
    """Use a code or refresh token up; tell whether it was still unused. Of any number at once one is told so."""
    used = connection.execute(
        update(table).where(table.digest == claimed, table.used_at.is_(None)).values(used_at=now())
    )
    return used.rowcount == 1


def issue_refresh(connection: Connection, family_id: str) -> str:
    """Keep a refresh token of the family and return it."""
    text = secrets.token_urlsafe(32)
    values = {"digest": digest(text), "family_id": family_id, "created_at": now()}
    connection.execute(insert(RefreshToken).values(**values))
    return text


def issue_access(
    connection: Connection,
    *,
    key: ECKey,
    client_id: str,
    subject: str,
    scopes: Collection[str],
    family_id: str | None = None,
    no_later_than: datetime | None = None,
) -> dict[str, Any]:
    """Keep an access token and return the answer that carries it: a JWT of RFC 9068, for this service."""
    at = now().replace(microsecond=0)
    connection.execute(delete(AccessToken).where(AccessToken.expires_at < at))
    expires_at = at + timedelta(minutes=get_settings(current_app, TokenSettings).tokens_minutes)
    expires_at = min(expires_at, no_later_than) if no_later_than else expires_at
    token_id, scope = str(uuid7()), " ".join(sorted(scopes))
    values: dict[str, Any] = {"client_id": client_id, "family_id": family_id, "scopes": scope}
    values |= {"created_at": at, "expires_at": expires_at}
    connection.execute(insert(AccessToken).values(id=token_id, **values))
    claims: dict[str, Any] = {
        "iss": resource(current_app),
        "aud": resource(current_app),
        "sub": subject,
        "client_id": client_id,
    }
    claims |= {"iat": int(at.timestamp()), "exp": int(expires_at.timestamp()), "jti": token_id, "scope": scope}
    header = {"typ": "at+jwt", "alg": ALGORITHM, "kid": key.kid}
    text = jwt.encode(header, claims, key, algorithms=[ALGORITHM])
    lifetime = int((expires_at - at).total_seconds())
    return {"access_token": text, "token_type": "Bearer", "expires_in": lifetime, "scope": scope}


def find_access(connection: Connection, token_id: str) -> AnyRow | None:
    """Return the access token with what its client and its person may have, unless one of them has ended."""
    query = (
        select(
            *(AccessToken.client_id, AccessToken.scopes),
            *(Client.scopes.label("client_scopes"), Client.rate, User.scopes.label("user_scopes")),
        )
        .join(Client, Client.id == AccessToken.client_id)
        .outerjoin(Family, Family.id == AccessToken.family_id)
        .outerjoin(User, User.id == Family.user_id)
        .where(AccessToken.id == token_id, AccessToken.revoked_at.is_(None))
        .where(Family.revoked_at.is_(None), User.locked_at.is_(None))
    )
    return connection.execute(query).first()


def revoke_access(connection: Connection, token_id: str) -> bool:
    """End one access token; tell whether it had not ended before."""
    return _revoke(connection, AccessToken, AccessToken.id == token_id)


def revoke_family(connection: Connection, family_id: str) -> bool:
    """End all that came of one consent; tell whether it had not ended before."""
    return _revoke(connection, Family, Family.id == family_id)


def withdraw(connection: Connection, user_id: str, client_id: str) -> bool:
    """End all that a person ever consented to for a client; tell whether there was anything."""
    return _revoke(connection, Family, Family.user_id == user_id, Family.client_id == client_id)


def consents(connection: Connection, user_id: str) -> Sequence[AnyRow]:
    """Return what a person consented to and is still in force, newest first."""
    query = select(Family.client_id, Client.name, Family.scopes, Family.created_at, Family.expires_at)
    query = query.join(Client, Client.id == Family.client_id).where(Family.user_id == user_id)
    query = query.where(
        Family.revoked_at.is_(None),
        Family.expires_at > now(),
        exists().where(Code.family_id == Family.id, Code.used_at.is_not(None)),
    )
    return connection.execute(query.order_by(Family.created_at.desc())).all()


def _revoke(connection: Connection, table: type[AccessToken] | type[Family], *which: ColumnElement[bool]) -> bool:
    revoked = connection.execute(update(table).where(*which, table.revoked_at.is_(None)).values(revoked_at=now()))
    if revoked.rowcount:
        revocations.bump(connection)
    return revoked.rowcount > 0
