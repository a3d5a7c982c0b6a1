"""The tables and queries of the frameworks that use SQLAlchemy."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock
from typing import Any, NamedTuple

import sqlalchemy as sql
from cachetools import TTLCache, cached
from uuid_utils import uuid7

from .options import DATABASE, KEY_SECONDS, KEYS

engine = sql.create_engine(f"sqlite:///{DATABASE}")
metadata = sql.MetaData()
keys = sql.Table(
    "keys",
    metadata,
    sql.Column("digest", sql.LargeBinary(32), primary_key=True),
    sql.Column("caller", sql.String(64)),
    sql.Column("scopes", sql.String(1000)),
)
items = sql.Table(
    "items",
    metadata,
    sql.Column("id", sql.Uuid(as_uuid=False), primary_key=True),
    sql.Column("owner", sql.String(255)),
    sql.Column("name", sql.String(100)),
    sql.Column("description", sql.String(2000)),
    sql.Column("price", sql.Double),
    sql.Column("created_at", sql.DateTime),
    sql.Column("updated_at", sql.DateTime),
)


class Caller(NamedTuple):
    """The owner of a key, and the scopes of the key."""

    id: str
    scopes: list[str]


@sql.event.listens_for(engine, "connect")
def configure(connection: Any, _record: object) -> None:
    """Do not wait for the disk in each transaction: in write-ahead mode, that is safe."""
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -512")


@cached(TTLCache(KEYS, KEY_SECONDS), lock=Lock())
def find_caller(key: str) -> Caller | None:
    """Return the caller with a key; the result is cached for a few seconds."""
    query = sql.select(keys).where(keys.c.digest == sha256(key.encode()).digest())
    with engine.connect() as connection:
        row = connection.execute(query).first()
    return Caller(row.caller, row.scopes.split()) if row else None


def find_item(owner: str, item_id: str) -> dict[str, Any] | None:
    """Return an item of this owner."""
    query = sql.select(items).where(items.c.id == item_id, items.c.owner == owner)
    with engine.connect() as connection:
        row = connection.execute(query).first()
    return dict(row._mapping) if row else None


def add_item(owner: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Insert an item and return it."""
    now = datetime.now(UTC).replace(tzinfo=None)
    row = {"id": str(uuid7()), "owner": owner, **fields, "created_at": now, "updated_at": now}
    with engine.begin() as connection:
        connection.execute(sql.insert(items), row)
    return row
