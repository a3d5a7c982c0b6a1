"""The database from which ``flask db copy`` reads, if it is one like that of the service."""

from types import ModuleType

from sqlalchemy import Connection, Engine, Table


def open_source(engine: ModuleType, url: str) -> Engine:
    """Return an engine that reads the database; ``engine`` is the module of core that opens databases."""
    reader: Engine = engine.create(url, threads=1)[0]
    return reader


def continue_sequence(_connection: Connection, _table: Table) -> None:
    """Do nothing: the next id of a table is the highest one plus one."""
