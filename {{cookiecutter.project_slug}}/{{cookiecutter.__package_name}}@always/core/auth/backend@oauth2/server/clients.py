"""OAuth clients: queries, and the permissions that Authlib asks for."""

import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import ClientMixin
from flask import current_app
from sqlalchemy import Connection, delete, insert, select, update

from .... import services
from ....clock import now
from ....database import connect, transaction
from ...scopes import separated
from ...user_deletion import UserDeletedCallbacks
from .. import revocations, secret_tokens
from ..deletion import delete_in_batches
from ..models import AccessToken, TokenFamily
from ..models import Client as ClientRow
from . import redirect_uris, token_families

GRANTS = ("authorization_code", "refresh_token", "client_credentials")


@dataclass(frozen=True)
class Client(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """An OAuth client. Authlib calls the methods, which implement its ``ClientMixin``."""

    id: str
    name: str
    secret_digest: bytes | None = field(repr=False)
    grants: frozenset[str]
    redirect_uris: frozenset[str]
    scopes: frozenset[str]
    introspects: bool
    rate: str | None
    created_at: datetime
    locked_at: datetime | None

    @property
    def is_public(self) -> bool:
        """Whether the client cannot keep a secret, such as an application in a browser or on a phone."""
        return self.secret_digest is None

    def get_client_id(self) -> str:
        """Return the id."""
        return self.id

    def get_default_redirect_uri(self) -> None:
        """Return None: each request must contain its redirect URI."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the requested scopes (by default all scopes of the client), or None if the client lacks one."""
        requested = set(separated(scope)) if scope else self.scopes
        return " ".join(sorted(requested)) if requested <= self.scopes and (requested or not scope) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Return whether the redirect URI is registered."""
        return redirect_uris.is_registered(redirect_uri, self.redirect_uris)

    def check_client_secret(self, client_secret: str) -> bool:
        """Return whether the secret is correct, in constant time."""
        return hmac.compare_digest(secret_tokens.digest(client_secret), self.secret_digest or b"")

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Return whether the client may use this authentication method: a confidential client must send its secret."""
        return (method == "none") == self.is_public

    def check_response_type(self, response_type: str) -> bool:
        """Return whether the client may send authorization requests."""
        return response_type == "code" and "authorization_code" in self.grants

    def check_grant_type(self, grant_type: str) -> bool:
        """Return whether the client may use the grant."""
        return grant_type in self.grants


def find(client_id: str) -> Client | None:
    """Return the client with this id, or None if it is unknown or locked."""
    with connect() as connection:
        known = select(ClientRow.__table__).where(ClientRow.id == client_id, ClientRow.locked_at.is_(None))
        row = connection.execute(known).first()
    return None if row is None else Client(**row._mapping)


def find_all(connection: Connection) -> Sequence[Client]:
    """Return all clients, oldest first."""
    rows = connection.execute(select(ClientRow.__table__).order_by(ClientRow.created_at))
    return [Client(**row._mapping) for row in rows]


def count_service_clients(connection: Connection) -> int:
    """Return the number of clients that may call the service without a user."""
    return sum(client.check_grant_type("client_credentials") for client in find_all(connection))


def add(
    connection: Connection,
    *,
    name: str,
    grants: Collection[str],
    redirect_uris: Collection[str],
    scopes: Collection[str],
    public: bool,
    introspects: bool,
    rate: str | None,
) -> tuple[str, str | None]:
    """Store a new client and return its id and secret. Only the digest of the secret is stored."""
    client_id, secret = secrets.token_hex(11), None if public else secret_tokens.generate()
    connection.execute(
        insert(ClientRow).values(
            id=client_id,
            name=name,
            secret_digest=secret and secret_tokens.digest(secret),
            grants=grants,
            redirect_uris=redirect_uris,
            scopes=scopes,
            introspects=introspects,
            rate=rate,
            created_at=now(),
        )
    )
    return client_id, secret


def rotate_secret(connection: Connection, client_id: str) -> str:
    """Replace the client's secret and return the new one. The old secret stops working immediately."""
    secret = secret_tokens.generate()
    digest = secret_tokens.digest(secret)
    connection.execute(update(ClientRow).where(ClientRow.id == client_id).values(secret_digest=digest))
    return secret


def change(connection: Connection, client_id: str, **values: Any) -> None:
    """Change columns of the client. This also limits tokens that were issued before."""
    this = ClientRow.id == client_id
    connection.execute(select(ClientRow.id).where(this).with_for_update())  # wait for those that issue tokens
    connection.execute(update(ClientRow).where(this).values(**values))
    revocations.bump(connection)


def remove(client_id: str) -> None:
    """Delete the client with all its consents and tokens, in many transactions. The first one locks the client.

    The service's ``on_user_deleted`` handles the data that the client itself owns in the last one.
    """
    with transaction() as connection:
        change(connection, client_id, locked_at=now())
    token_families.remove_all(TokenFamily.client_id == client_id)
    delete_in_batches(AccessToken, AccessToken.client_id == client_id)
    with transaction() as connection:
        for callback in services.get(current_app, UserDeletedCallbacks):
            callback(connection, client_id)
        connection.execute(delete(ClientRow).where(ClientRow.id == client_id))
