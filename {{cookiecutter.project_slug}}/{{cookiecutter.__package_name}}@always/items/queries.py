"""How items are kept and found. Every query names the owner: another's item is no item.

Core selects of columns: they cost half of what the ORM takes for a row.
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
# Who else would change the item waits for the end of this transaction, where the database does not see to that itself.
_ONE_TO_CHANGE = _ONE.with_for_update()
_INSERT = insert(Item)


def find(connection: Connection, owner: str, item_id: str, *, to_change: bool = False) -> AnyRow | None:
    """Return the owner's item with this id, if there is one; ``to_change`` keeps it as it is until it is changed."""
    if not _UUID.fullmatch(item_id):
        return None
    return connection.execute(_ONE_TO_CHANGE if to_change else _ONE, {"id": item_id, "owner": owner}).first()


def exists(connection: Connection, item_id: str) -> bool:
    """Tell whether there is such an item, whoever owns it."""
    return (
        bool(_UUID.fullmatch(item_id))
        and connection.execute(select(Item.id).where(Item.id == item_id)).first() is not None
    )


def page(
    connection: Connection, owner: str, *, limit: int, after: str | None, name_has: str | None
) -> tuple[Sequence[AnyRow], str | None]:
    """Return up to ``limit`` items in the order they were made, and the id to go on after, if there are more."""
    query = select(*_COLUMNS).where(Item.owner == owner).order_by(Item.id).limit(limit + 1)
    if after is not None:
        query = query.where(Item.id > after)
    if name_has is not None:
        query = query.where(Item.name.icontains(name_has, autoescape=True))
    rows = connection.execute(query).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def add(connection: Connection, owner: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Keep a new item and return it."""
    made = now()
    row = {
        "id": str(uuid7()),
        "owner": owner,
        "name": fields["name"],
        "description": fields.get("description"),
        "price": fields.get("price"),
        "version": 1,
        "created_at": made,
        "updated_at": made,
    }
    connection.execute(_INSERT, row)
    return row


def change(connection: Connection, owner: str, item_id: str, fields: Mapping[str, Any]) -> None:
    """Change the item, which makes it another version."""
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


def count_owners(connection: Connection) -> int:
    """Return the number of owners that have an item."""
    return connection.scalar(select(func.count(Item.owner.distinct()))) or 0
