"""The SQL of items. Every query filters by owner, so another owner's item looks like one that does not exist.

The queries select columns with SQLAlchemy Core, which takes half the time of loading ORM objects.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from uuid_utils import uuid7

from ..core import AnyRow, now
from .models import Item

_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}")
_COLUMNS = (Item.id, Item.name, Item.description, Item.price, Item.version, Item.created_at, Item.updated_at)
_ONE = select(*_COLUMNS).where(Item.id == bindparam("id"), Item.owner == bindparam("owner"))
# Locks the row until the transaction ends, where the database has row locks.
_ONE_FOR_UPDATE = _ONE.with_for_update()
_INSERT = insert(Item)


def find(connection: Connection, owner: str, item_id: str, *, for_update: bool = False) -> AnyRow | None:
    """Return the owner's item, or None. ``for_update`` locks the row until the transaction ends."""
    if not _UUID.fullmatch(item_id):
        return None
    return connection.execute(_ONE_FOR_UPDATE if for_update else _ONE, {"id": item_id, "owner": owner}).first()


def exists(connection: Connection, item_id: str) -> bool:
    """Return whether any owner has an item with this id."""
    return (
        bool(_UUID.fullmatch(item_id))
        and connection.execute(select(Item.id).where(Item.id == item_id)).first() is not None
    )


def page(
    connection: Connection, owner: str, *, limit: int, after: str | None, search: str | None
) -> tuple[Sequence[AnyRow], str | None]:
    """Return up to ``limit`` items in the order of creation, and the last id if there are more."""
    query = select(*_COLUMNS).where(Item.owner == owner).order_by(Item.id).limit(limit + 1)
    if after is not None:
        query = query.where(Item.id > after)
    if search is not None:
        query = query.where(Item.name.icontains(search, autoescape=True))
    rows = connection.execute(query).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def add(connection: Connection, owner: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Insert an item and return it."""
    created_at = now()
    row = {
        "id": str(uuid7()),
        "owner": owner,
        "name": fields["name"],
        "description": fields.get("description"),
        "price": fields.get("price"),
        "version": 1,
        "created_at": created_at,
        "updated_at": created_at,
    }
    connection.execute(_INSERT, row)
    return row


def change(connection: Connection, owner: str, item_id: str, fields: Mapping[str, Any]) -> None:
    """Update fields of an item and increment its version."""
    connection.execute(
        update(Item)
        .where(Item.id == item_id, Item.owner == owner)
        .values(**fields, version=Item.version + 1, updated_at=now())
    )


def remove(connection: Connection, owner: str, item_id: str) -> None:
    """Delete the item."""
    connection.execute(delete(Item).where(Item.id == item_id, Item.owner == owner))


def delete_of_owner(connection: Connection, owner: str) -> None:
    """Delete all items of an owner, for example of a user that was deleted."""
    connection.execute(delete(Item).where(Item.owner == owner))


def count(connection: Connection) -> int:
    """Return the number of items of all owners."""
    return connection.scalar(select(func.count()).select_from(Item)) or 0
