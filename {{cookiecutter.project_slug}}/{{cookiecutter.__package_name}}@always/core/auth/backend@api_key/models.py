"""The tables of owners and their keys."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from ...database import CoreBase, StringSet, UTCDateTime


class Owner(CoreBase):
    """A user who owns keys and data. A name is never reused, so that a later user cannot inherit the data."""

    __tablename__ = "owners"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Key(CoreBase):
    """An API key without its secret; ``digest`` is a hash under the pepper with the id ``pepper_id``."""

    __tablename__ = "keys"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey("owners.name"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    scopes: Mapped[frozenset[str]] = mapped_column(StringSet(1000))
    rate: Mapped[str | None] = mapped_column(String(50))
    # The key that the rate was set for, with which this key shares its rate limit.
    rate_of: Mapped[str | None] = mapped_column(String(12))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32))
    pepper_id: Mapped[str] = mapped_column(String(16))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    not_before: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    # Unique, so that only one of two concurrent rotations succeeds.
    replaces: Mapped[str | None] = mapped_column(String(12), unique=True)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class KeyEvent(CoreBase):
    """An event in the history of a key. Rows are never changed; only rejections are deleted."""

    __tablename__ = "key_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(String(12), index=True)
    event: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class KeyNetwork(CoreBase):
    """A network that a key was used from, with the time of the first use."""

    __tablename__ = "key_networks"

    key_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    network: Mapped[str] = mapped_column(String(43), primary_key=True)
    since: Mapped[datetime] = mapped_column(UTCDateTime)
