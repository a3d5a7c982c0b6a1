"""The table of items."""

from datetime import datetime

from sqlalchemy import Double, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from ..core import Base, UTCDateTime


class Item(Base):
    """Something that a caller keeps. ``version`` counts its changes, for ``If-Match``."""

    __tablename__ = "items"
    __table_args__ = (Index(None, "owner", "id"),)

    # UUIDv7: new rows stand side by side in the index, and nobody guesses the id of another.
    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    owner: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None] = mapped_column(String(2000))
    price: Mapped[float | None] = mapped_column(Double)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
