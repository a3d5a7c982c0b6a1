"""The database from which ``flask db copy`` reads, if it is one like that of the service."""

from types import ModuleType

from sqlalchemy import Connection, Engine, NullPool, Table, create_engine, func, select


def open_source(engine: ModuleType, url: str) -> Engine:
    """Return an engine whose transactions read one snapshot of all tables, without time limits.

    ``engine`` is the module of core that opens databases.
    """
    return create_engine(
        engine.session_url(url, {}),
        hide_parameters=True,
        poolclass=NullPool,
        connect_args={"prepare_threshold": None},
        isolation_level="REPEATABLE READ",
    )


def continue_sequence(connection: Connection, table: Table) -> None:
    """Continue the ids of a table, if the database generates them, after the highest one."""
    column = table.autoincrement_column
    if column is None:
        return
    sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
    highest = connection.scalar(select(func.max(column)))
    if sequence and highest:
        connection.execute(select(func.setval(sequence, highest)))
