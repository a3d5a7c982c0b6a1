"""Fill the SQLite database of a service with keys and items; write some of them to files.

It runs in the environment of a rendered service with API keys. Each key has an owner of its own;
all items belong to one owner. ``keys.txt`` contains usable keys, ``items.txt`` the paths of items.
"""

import argparse
import importlib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import wsgi
from sqlalchemy import Connection, insert, text

PACKAGE = wsgi.create_app.__module__
USABLE_KEYS = 100_000
PATHS = 10_000
NOW = datetime.now(UTC)
# SQLite generates the owners, the items and the keys that no request uses: seconds, not minutes.
NUMBERS = """
    WITH RECURSIVE numbers(n) AS (
        SELECT {first} UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}
    )
"""
OWNERS = "INSERT INTO owners (name, created_at) {numbers} SELECT 'owner-' || n, :now FROM numbers"
KEYS = """
    INSERT INTO keys (
        id, owner, name, scopes, digest, pepper_id, created_by, created_at, not_before, expires_at
    )
    {numbers}
    SELECT lower(hex(randomblob(6))), 'owner-' || n, name, scopes, randomblob(32), pepper_id,
        created_by, created_at, not_before, expires_at
    FROM numbers, (SELECT * FROM keys WHERE owner = 'owner-1')
"""
ITEMS = """
    INSERT INTO items (id, owner, name, description, price, version, created_at, updated_at)
    {numbers}
    SELECT lower(hex(randomblob(16))), :owner, 'Item ' || n, 'Black tea', 4.5, 1, :now, :now
    FROM numbers
"""


def keys(number: int, usable: list[str]) -> Iterator[dict[str, object]]:
    """Yield the rows of usable keys, and append the keys to ``usable``."""
    key_format = importlib.import_module(f"{PACKAGE}.core.auth.backend.key_format")
    for index in range(1, number + 1):
        key_id, key = key_format.generate()
        digest = key_format.digest(key)
        usable.append(key)
        yield {
            "id": key_id,
            "owner": f"owner-{index}",
            "name": "bench",
            "scopes": {"items:read"},
            "digest": digest.value,
            "pepper_id": digest.pepper_id,
            "created_by": "bench",
            "created_at": NOW,
            "not_before": NOW,
            "expires_at": NOW + timedelta(days=30),
        }


def execute(connection: Connection, statement: str, first: int, last: int, **values: str) -> None:
    """Insert the rows with these numbers."""
    if first <= last:
        numbers = NUMBERS.format(first=first, last=last)
        now = NOW.strftime("%Y-%m-%d %H:%M:%S.%f")
        connection.execute(text(statement.format(numbers=numbers)), {"now": now, **values})


def main(number: int, owner: str, folder: Path) -> None:
    """Fill the tables and write the files."""
    transaction = importlib.import_module(f"{PACKAGE}.core").transaction
    models = importlib.import_module(f"{PACKAGE}.core.auth.backend.models")
    usable: list[str] = []
    with wsgi.create_app().app_context(), transaction() as connection:
        execute(connection, OWNERS, 1, number)
        connection.execute(insert(models.Key), list(keys(min(number, USABLE_KEYS), usable)))
        execute(connection, KEYS, USABLE_KEYS + 1, number)
        execute(connection, ITEMS, 1, number, owner=owner)
        every = max(1, number // PATHS)
        ids = connection.scalars(text(f"SELECT id FROM items WHERE rowid % {every} = 0")).all()  # noqa: S608
    (folder / "keys.txt").write_text("".join(f"{key}\n" for key in usable), encoding="utf-8")
    paths = (f"/api/v1/items/{uuid.UUID(item)}\n" for item in ids)
    (folder / "items.txt").write_text("".join(paths), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("number", type=int)
    parser.add_argument("owner")
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    main(given.number, given.owner, given.folder)
