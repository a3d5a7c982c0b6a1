"""The table of items."""

from datetime import datetime

from sqlalchemy import Double, Index, String, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from ..core import Base, UTCDateTime


class Item(Base):
    """An item of a caller. ``version`` is incremented by each change, for ``If-Match``."""

    __tablename__ = "items"
    __table_args__ = (Index(None, "owner", "id"),)

    # UUIDv7: new rows are adjacent in the index, and the random part cannot be guessed.
    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    owner: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None] = mapped_column(String(2000))
    price: Mapped[float | None] = mapped_column(Double)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
