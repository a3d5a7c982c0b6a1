"""Fill the database of a service with keys and items; write some of them to files.

It runs in the environment of a rendered service with API keys. Each key has an owner of its own;
all items belong to one owner. ``keys.txt`` contains usable keys, ``items.txt`` the paths of items.
"""

import argparse
import importlib
import secrets
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import wsgi
from sqlalchemy import Table, insert
from uuid_utils import uuid7

PACKAGE = wsgi.create_app.__module__
USABLE_KEYS = 100_000
PATHS = 10_000
BATCH = 10_000
NOW = datetime.now(UTC)


def keys(number: int, usable: list[str]) -> Iterator[dict[str, object]]:
    """Yield rows of keys; the others than the first ones have digests that no key has."""
    key_format = importlib.import_module(f"{PACKAGE}.core.auth.backend.key_format")
    for index in range(number):
        if index < USABLE_KEYS:
            key_id, key = key_format.generate()
            digest = key_format.digest(key)
            usable.append(key)
            pepper = digest.pepper_id
        key_id = key_id if index < USABLE_KEYS else secrets.token_hex(6)
        yield {
            "id": key_id,
            "owner": f"owner-{index}",
            "name": "bench",
            "scopes": {"items:read"},
            "digest": digest.value,
            "pepper_id": pepper,
            "created_by": "bench",
            "created_at": NOW,
            "not_before": NOW,
            "expires_at": NOW + timedelta(days=30),
        }


def owners(number: int) -> Iterator[dict[str, object]]:
    """Yield rows of owners."""
    for index in range(number):
        yield {"name": f"owner-{index}", "created_at": NOW}


def items(number: int, owner: str, paths: list[str]) -> Iterator[dict[str, object]]:
    """Yield rows of items; the paths are evenly distributed."""
    for index in range(number):
        item_id = str(uuid7())
        if index % max(1, number // PATHS) == 0:
            paths.append(f"/api/v1/items/{item_id}")
        yield {
            "id": item_id,
            "owner": owner,
            "name": f"Item {index}",
            "description": "Black tea with bergamot",
            "price": 4.5,
            "version": 1,
            "created_at": NOW,
            "updated_at": NOW,
        }


def add(table: Table, rows: Iterable[dict[str, object]]) -> None:
    """Insert rows in batches."""
    transaction = importlib.import_module(f"{PACKAGE}.core").transaction
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        with transaction() as connection:
            connection.execute(insert(table), batch)


def main(number: int, owner: str, folder: Path) -> None:
    """Fill the tables and write the files."""
    models = importlib.import_module(f"{PACKAGE}.core.auth.backend.models")
    item = importlib.import_module(f"{PACKAGE}.items.models").Item
    usable: list[str] = []
    paths: list[str] = []
    with wsgi.create_app().app_context():
        add(models.Owner.__table__, owners(number))
        add(models.Key.__table__, keys(number, usable))
        add(item.__table__, items(number, owner, paths))
    (folder / "keys.txt").write_text("".join(f"{key}\n" for key in usable), encoding="utf-8")
    (folder / "items.txt").write_text("".join(f"{path}\n" for path in paths), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("number", type=int)
    parser.add_argument("owner")
    parser.add_argument("folder", type=Path)
    given = parser.parse_args(sys.argv[1:])
    main(given.number, given.owner, given.folder)
