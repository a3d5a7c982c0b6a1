"""Rebuilt tables in migrations on SQLite: their values, triggers and indexes are kept."""

from typing import Any, cast

from alembic.ddl.sqlite import SQLiteImpl
from sqlalchemy import Column, Connection, Date, DateTime, Table, Time, func, text
from sqlalchemy.types import TypeEngine

# What Alembic does not create again: triggers, and indexes with an expression (cid -2).
NOT_REFLECTED = text(
    "SELECT sql FROM sqlite_master AS m WHERE tbl_name = :table AND (type = 'trigger'"
    " OR type = 'index' AND EXISTS (SELECT 1 FROM pragma_index_info(m.name) WHERE cid = -2))"
)


class RebuiltTablesImpl(SQLiteImpl):
    """Alembic's operations on SQLite; defining the class replaces Alembic's own."""

    __dialect__ = "sqlite"

    def drop_table(self, table: Table, **options: Any) -> None:
        """Drop the table; remember what ``rename_table`` has to create again."""
        bind = cast(Connection, self.connection)
        self.memo[table.name] = bind.scalars(NOT_REFLECTED, {"table": table.name}).all()
        super().drop_table(table, **options)

    def rename_table(self, old_table_name: str, new_table_name: str, schema: str | None = None) -> None:
        """Rename the table; the new copy of a table gets the triggers and indexes of the old one."""
        super().rename_table(old_table_name, new_table_name, schema)
        for statement in self.memo.pop(new_table_name, ()) if old_table_name.startswith("_alembic_tmp_") else ():
            cast(Connection, self.connection).exec_driver_sql(statement)

    def cast_for_batch_migrate(
        self, existing: Column[Any], existing_transfer: dict[str, Any], new_type: TypeEngine[Any]
    ) -> None:
        """Copy a date or a time as its string: CAST would return the number at its start, such as the year."""
        match new_type.dialect_impl(self.dialect):
            case Date():
                existing_transfer["expr"] = func.substr(existing_transfer["expr"], 1, 10)
            case DateTime() | Time():
                pass
            case _:
                super().cast_for_batch_migrate(existing, existing_transfer, new_type)

    def compare_server_default(
        self, inspector_column: Column[Any], metadata_column: Column[Any], wanted: str | None, found: str | None
    ) -> bool:
        """Return whether the defaults differ; Alembic does not compare empty strings and quotes correctly."""
        default = getattr(metadata_column.server_default, "arg", None)
        literal = "'{}'".format(default.replace("'", "''")) if isinstance(default, str) else None
        if found is not None and found in (literal, f"({literal})"):
            return False
        return super().compare_server_default(inspector_column, metadata_column, wanted, found)
