"""The applications that ask for tokens: what each may do, how it is found and kept."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from authlib.oauth2.rfc6749 import ClientMixin
from sqlalchemy import Connection, delete, func, insert, select, update

from ....clock import now
from ....database import AnyRow, connect
from ...scopes import separated
from .. import revocations
from ..models import Client as ClientRow
from . import redirects

GRANTS = ("authorization_code", "refresh_token", "client_credentials")


@dataclass(frozen=True)
class Client(ClientMixin):  # type: ignore[misc]  # Authlib has no types
    """A client, as Authlib asks about it. The methods carry Authlib's names."""

    id: str
    name: str
    secret: bytes | None = field(repr=False)
    grants: frozenset[str]
    redirect_uris: tuple[str, ...]
    scopes: frozenset[str]
    introspects: bool
    rate: str | None
    created_at: datetime

    @property
    def public(self) -> bool:
        """Whether it can keep no secret, as an application in a browser or on a phone."""
        return self.secret is None

    def get_client_id(self) -> str:
        """Return the id."""
        return self.id

    def get_default_redirect_uri(self) -> None:
        """Know none: each request names its redirect URI."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the scopes that are asked for, all of the client's when none is; None if it has not all of them."""
        asked = set(separated(scope)) if scope else self.scopes
        return " ".join(sorted(asked)) if asked and asked <= self.scopes else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Tell whether the redirect URI is registered."""
        return redirects.registered(redirect_uri, self.redirect_uris)

    def check_client_secret(self, client_secret: str) -> bool:
        """Tell whether the secret is right, in constant time."""
        return hmac.compare_digest(digest(client_secret), self.secret or b"")

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Tell whether the client may authenticate by this method: one with a secret must use it."""
        return (method == "none") == self.public

    def check_response_type(self, response_type: str) -> bool:
        """Tell whether the client may ask a person."""
        return response_type == "code" and "authorization_code" in self.grants

    def check_grant_type(self, grant_type: str) -> bool:
        """Tell whether the client may use the grant."""
        return grant_type in self.grants


def digest(text: str) -> bytes:
    """Return what is kept of a secret, code or token; with 256 random bits in it a plain hash is enough."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def find(client_id: str) -> Client | None:
    """Return the client with this id, if there is one."""
    with connect() as connection:
        row = connection.execute(select(ClientRow.__table__).where(ClientRow.id == client_id)).first()
    return None if row is None else from_row(row)


def every(connection: Connection) -> Sequence[Client]:
    """Return all clients, oldest first."""
    return [from_row(row) for row in connection.execute(select(ClientRow.__table__).order_by(ClientRow.created_at))]


def count(connection: Connection) -> int:
    """Return how many clients there are that call for themselves."""
    query = select(func.count()).select_from(ClientRow).where(ClientRow.grants.contains("client_credentials"))
    return connection.scalar(query) or 0


def rates(connection: Connection) -> list[tuple[str, str, str]]:
    """Return id, name and rate of every client that has a rate of its own."""
    return [(one.id, one.name, one.rate) for one in every(connection) if one.rate]


def add(
    connection: Connection,
    *,
    name: str,
    grants: Collection[str],
    redirect_uris: Sequence[str],
    scopes: Collection[str],
    public: bool,
    introspects: bool,
    rate: str | None,
) -> tuple[str, str | None]:
    """Keep a new client and return its id and its secret, which is told here and nowhere else."""
    client_id, secret = secrets.token_hex(11), None if public else secrets.token_urlsafe(32)
    connection.execute(
        insert(ClientRow).values(
            id=client_id,
            name=name,
            secret=secret and digest(secret),
            grants=" ".join(grants),
            redirect_uris=" ".join(redirect_uris),
            scopes=" ".join(sorted(scopes)),
            introspects=introspects,
            rate=rate,
            created_at=now(),
        )
    )
    return client_id, secret


def rotate(connection: Connection, client_id: str) -> str:
    """Give a client another secret and return it; the one before ends now."""
    secret = secrets.token_urlsafe(32)
    connection.execute(update(ClientRow).where(ClientRow.id == client_id).values(secret=digest(secret)))
    return secret


def remove(connection: Connection, client_id: str) -> None:
    """Delete a client, and with it all that it was given."""
    connection.execute(delete(ClientRow).where(ClientRow.id == client_id))
    revocations.bump(connection)


def from_row(row: AnyRow) -> Client:
    """Return the client that a row of the table describes."""
    return Client(
        id=row.id,
        name=row.name,
        secret=row.secret,
        grants=frozenset(row.grants.split()),
        redirect_uris=tuple(row.redirect_uris.split()),
        scopes=frozenset(row.scopes.split()),
        introspects=row.introspects,
        rate=row.rate,
        created_at=row.created_at,
    )
