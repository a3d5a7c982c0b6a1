"""Tables for users, sessions, clients, tokens and signing keys.

Session cookies, client secrets, codes and refresh tokens are stored as digests; access tokens by their ``jti`` only.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...database import CoreBase, StringSet, UTCDateTime


class User(CoreBase):
    """A user account. Owned objects refer to ``id``, so a new user with the same name does not inherit them."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    password_hash: Mapped[str] = mapped_column(String(200))
    scopes: Mapped[frozenset[str]] = mapped_column(StringSet(1000))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    locked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Session(CoreBase):
    """A signed-in browser."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    user_agent: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class Client(CoreBase):
    """An OAuth client. A client without a secret is public (RFC 6749, section 2.1).

    ``introspects`` marks a resource server: it may introspect the tokens of other clients.
    """

    __tablename__ = "clients"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    secret_digest: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    grants: Mapped[frozenset[str]] = mapped_column(StringSet(100))
    redirect_uris: Mapped[frozenset[str]] = mapped_column(StringSet)
    scopes: Mapped[frozenset[str]] = mapped_column(StringSet(1000))
    introspects: Mapped[bool]
    rate: Mapped[str | None] = mapped_column(String(50))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    locked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ConsentRequest(CoreBase):
    """An authorization request that is shown on a consent page. The user can answer it once."""

    __tablename__ = "consent_requests"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    parameters: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class TokenFamily(CoreBase):
    """The code, refresh tokens and access tokens of one consent. They are revoked together."""

    __tablename__ = "token_families"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    scopes: Mapped[frozenset[str]] = mapped_column(StringSet(1000))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AuthorizationCode(CoreBase):
    """An authorization code. The row stays after its use, to detect a replay."""

    __tablename__ = "authorization_codes"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    family_id: Mapped[str] = mapped_column(ForeignKey("token_families.id", ondelete="CASCADE"), index=True)
    redirect_uri: Mapped[str] = mapped_column(Text)
    code_challenge: Mapped[str] = mapped_column(String(43))
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RefreshToken(CoreBase):
    """A refresh token. The row stays until its family expires, to detect a replay."""

    __tablename__ = "refresh_tokens"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    family_id: Mapped[str] = mapped_column(ForeignKey("token_families.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class AccessToken(CoreBase):
    """An access token; ``id`` is its ``jti``. A token of the client_credentials grant has no family."""

    __tablename__ = "access_tokens"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    family_id: Mapped[str | None] = mapped_column(ForeignKey("token_families.id", ondelete="CASCADE"), index=True)
    scopes: Mapped[frozenset[str]] = mapped_column(StringSet(1000))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class SigningKey(CoreBase):
    """A key pair that signs access tokens; ``id`` is its thumbprint (RFC 7638), the private key is encrypted.

    It is published until ``retires_at``, which is None until a newer key replaces it.
    """

    __tablename__ = "signing_keys"

    id: Mapped[str] = mapped_column(String(43), primary_key=True)
    public_jwk: Mapped[str] = mapped_column(Text)
    encrypted_private_key: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    signs_from: Mapped[datetime] = mapped_column(UTCDateTime)
    retires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
