"""The tables of callers and their keys."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from ...database import Base, UTCDateTime


class Owner(Base):
    """Who keys and items belong to. The name is taken for good, so nobody inherits what another one left."""

    __tablename__ = "owners"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Key(Base):
    """An API key, without its secret: ``digest`` is a hash under the pepper that ``pepper_id`` names."""

    __tablename__ = "keys"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey("owners.name"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    scopes: Mapped[str] = mapped_column(String(1000))
    rate: Mapped[str | None] = mapped_column(String(50))
    # The key that the rate was given to, on whose budget this one counts.
    rate_of: Mapped[str | None] = mapped_column(String(12))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    pepper_id: Mapped[str] = mapped_column(String(16))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    not_before: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Unique: of two rotations at the same time one loses.
    replaces: Mapped[str | None] = mapped_column(String(12), unique=True)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class KeyEvent(Base):
    """What happened to a key. Rows are only ever added; the id of the key, never its secret."""

    __tablename__ = "key_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(String(12), index=True)
    event: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class KeyNetwork(Base):
    """A network that a key was used from, and since when."""

    __tablename__ = "key_networks"

    key_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    network: Mapped[str] = mapped_column(String(43), primary_key=True)
    since: Mapped[datetime] = mapped_column(UTCDateTime)
