"""``flask db copy``: copy the rows of another database, which is how a service moves to another database server."""

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from alembic.util import CommandError
from sqlalchemy import Connection, Engine, NullPool, Table, create_engine, delete, func, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from .source_database import continue_sequence, open_source

BATCH = 1000  # rows


def copy_rows(engine: ModuleType, branches: Any, source_url: str) -> dict[str, int]:
    """Copy the tables of both branches in one transaction; return the number of rows of each table.

    ``engine`` is the module of core that opens databases.

    Raises ``CommandError``, and copies nothing, if a database lacks a migration, the target contains rows, or the
    number of rows of the source changes meanwhile.
    """
    source = _opened(engine, source_url, branches.url)
    if make_url(source_url) == make_url(branches.url):
        raise CommandError("The source is the database of this service. Pass the URL of the other one")
    tables = [table for branch in branches.values() for table in branch.metadata.sorted_tables]
    try:
        with source.connect() as old, engine.for_migrations(branches.url).begin() as new:
            for name, connection in (("source", old), ("target", new)):
                if found := branches.differences(connection):
                    raise CommandError(f"The {name} is not ready: {found[0]}")
            for table in tables:
                if table.info.get("filled_by_migration"):
                    new.execute(delete(table))
                elif _count(new, table):
                    raise CommandError(f"The target is not empty: the table {table.name} contains rows")
            copied = {table.name: sum(_copy(old, new, table)) for table in tables}
            old.rollback()  # ends the snapshot, in which no number could differ
            for table in tables:
                continue_sequence(new, table)
                if not copied[table.name] == _count(old, table) == _count(new, table):
                    raise CommandError(
                        f"The table {table.name} has changed meanwhile. Stop the service, and copy again"
                    )
    finally:
        source.dispose()
    return copied


def _opened(engine: ModuleType, url: str, target_url: str) -> Engine:
    try:
        if make_url(url).get_backend_name() == make_url(target_url).get_backend_name():
            return open_source(engine, url)
        return create_engine(url, hide_parameters=True, poolclass=NullPool)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise CommandError(f"Cannot open the source: {error}") from None


def _copy(old: Connection, new: Connection, table: Table) -> Iterator[int]:
    """Copy a table, and yield the number of rows of each batch."""
    query = select(table).execution_options(yield_per=BATCH)  # the whole table may not fit into the memory
    for rows in old.execute(query).mappings().partitions():
        new.execute(insert(table), [dict(row) for row in rows])
        yield len(rows)


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0
