"""The baseline: the service's endpoints in plain Flask, without security controls.

The tables, queries and SQLite settings are the same as the service's, so that only the controls
differ.
"""

import os
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sql
from flask import Flask, request
from uuid_utils import uuid7

engine = sql.create_engine(os.environ["BARE_DATABASE_URL"])
metadata = sql.MetaData()
items = sql.Table(
    "bare_items",
    metadata,
    sql.Column("id", sql.Uuid(as_uuid=False), primary_key=True),
    sql.Column("owner", sql.String(255)),
    sql.Column("name", sql.String(100)),
    sql.Column("description", sql.String(2000)),
    sql.Column("price", sql.Double),
    sql.Column("created_at", sql.DateTime),
    sql.Column("updated_at", sql.DateTime),
    sql.Index("ix_bare_items_owner_id", "owner", "id"),
)
one = sql.select(
    *(items.c[name] for name in ("id", "name", "description", "price", "created_at", "updated_at"))
).where(items.c.id == sql.bindparam("id"), items.c.owner == sql.bindparam("owner"))


def configure(connection: Any, _record: object) -> None:
    """Apply the service's SQLite settings."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -512")


if engine.dialect.name == "sqlite":
    sql.event.listen(engine, "connect", configure)
metadata.create_all(engine)
app = Flask(__name__)


@app.get("/api/v1/me")
def me() -> dict[str, Any]:
    """Return a small JSON object."""
    return {"id": "someone", "scopes": ["items:read", "items:write"]}


@app.get("/api/v1/items/<item_id>")
def get_item(item_id: str) -> tuple[dict[str, Any], int]:
    """Return one row by its key."""
    with engine.connect() as connection:
        row = connection.execute(one, {"id": item_id, "owner": "someone"}).first()
    return (dict(row._mapping), 200) if row else ({}, 404)


@app.post("/api/v1/items")
def create_item() -> tuple[dict[str, Any], int]:
    """Insert one row."""
    body = request.get_json()
    now = datetime.now(UTC).replace(tzinfo=None)
    row = {
        "id": str(uuid7()),
        "owner": "someone",
        "name": body["name"],
        "description": body.get("description"),
        "price": body.get("price"),
        "created_at": now,
        "updated_at": now,
    }
    with engine.begin() as connection:
        connection.execute(sql.insert(items), row)
    return row, 201
