"""Enum types in migrations on PostgreSQL: created before a column needs them, changed with it, dropped after it.

A column whose type changes is converted with an explicit cast, for example a string to an integer.
"""

from collections.abc import Sequence
from typing import Any, cast

from alembic.ddl.postgresql import PostgresqlImpl
from sqlalchemy import JSON, Column, Connection, Enum, String, Table, Text, literal_column, select, text
from sqlalchemy.dialects.postgresql import ENUM
from sqlalchemy.types import TypeEngine

# The enum types of a table or of one of its columns.
USED = text(
    "SELECT DISTINCT t.oid FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
    " WHERE a.attrelid = to_regclass(:table) AND t.typtype = 'e' AND CAST(:column AS text) IN ('', a.attname)"
)
# The enum types on which nothing depends any more: no column, no array, no function.
UNUSED = text(
    "SELECT t.oid::regtype::text FROM pg_type t WHERE t.oid = ANY(:types) AND NOT EXISTS"
    " (SELECT FROM pg_depend d WHERE d.refobjid IN (t.oid, t.typarray) AND d.deptype = 'n')"
)
LABELS = text("SELECT enumlabel FROM pg_enum WHERE enumtypid = to_regtype(:type) ORDER BY enumsortorder")
COLUMNS = text(
    "SELECT a.attrelid::regclass::text, quote_ident(a.attname), pg_get_expr(d.adbin, d.adrelid)"
    " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')"
    " LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum) WHERE a.atttypid = to_regtype(:type)"
)


class EnumTypesImpl(PostgresqlImpl):
    """Alembic's operations on PostgreSQL; defining the class replaces Alembic's own."""

    __dialect__ = "postgresql"

    def create_table(self, table: Table, **options: Any) -> None:
        """Create the table after its enum types, which another table may share."""
        self._create_types([column.type for column in table.columns])
        super().create_table(table, **options)

    def add_column(self, table_name: str, column: Column[Any], **options: Any) -> None:
        """Add the column after its enum type."""
        self._create_types([column.type])
        super().add_column(table_name, column, **options)

    def drop_table(self, table: Table, **options: Any) -> None:
        """Drop the table and the enum types that only it used."""
        types = self._used(table.name)
        super().drop_table(table, **options)
        self._drop_unused(types)

    def drop_column(self, table_name: str, column: Column[Any], **options: Any) -> None:
        """Drop the column and the enum type that only it used."""
        types = self._used(table_name, column.name)
        super().drop_column(table_name, column, **options)
        self._drop_unused(types)

    def alter_column(
        self, table_name: str, column_name: str, *, type_: TypeEngine[Any] | None = None, **options: Any
    ) -> None:
        """Alter the column; an enum type with other labels is replaced in every column that has it."""
        types = self._used(table_name, column_name) if type_ is not None else []
        if isinstance(type_, Enum) and type_.native_enum:
            labels = self._labels(type_)
            if labels and labels != type_.enums:
                self._replace(type_)
            self._create_types([type_])
            options.setdefault("postgresql_using", f"{self._quote(column_name)}::text::{self._quote(type_.name)}")
        elif type_ is not None and not isinstance(type_, String):  # a cast to a string could cut it off
            options.setdefault("postgresql_using", f"{self._quote(column_name)}::{type_.compile(self.dialect)}")
        super().alter_column(table_name, column_name, type_=type_, **options)
        self._drop_unused(types)

    def compare_type(self, inspector_column: Column[Any], metadata_column: Column[Any]) -> bool:
        """Return whether the types differ; of native enum types, whether the name or the labels differ."""
        found, wanted = inspector_column.type, metadata_column.type
        if isinstance(found, Enum) and isinstance(wanted, Enum) and wanted.native_enum:
            return (found.name, found.enums) != (wanted.name, wanted.enums)
        return super().compare_type(inspector_column, metadata_column)

    def compare_server_default(
        self, inspector_column: Column[Any], metadata_column: Column[Any], wanted: str | None, found: str | None
    ) -> bool:
        """Return whether the defaults differ; Alembic's comparison fails for quotes, JSON and new labels of an enum."""
        default = getattr(metadata_column.server_default, "arg", None)
        if found is not None and isinstance(default, str):
            if self._bind.scalar(select(literal_column(found).cast(Text) == default)):
                return False
            if isinstance(metadata_column.type, String | JSON):
                return True
        arguments = inspector_column, metadata_column, wanted, found
        return bool(super().compare_server_default(*arguments))  # type: ignore[no-untyped-call]

    def _create_types(self, types: Sequence[TypeEngine[Any]]) -> None:
        for each in types:
            native = each.dialect_impl(self.dialect)
            if isinstance(native, ENUM):
                native.create(self._bind, checkfirst=True)
                # CREATE TABLE would create the type again, unless the memo records that it exists.
                self.memo.setdefault(f"pg_{native.__visit_name__}", set()).add((native.schema, native.name))

    def _drop_unused(self, types: Sequence[int]) -> None:
        for name in self._bind.scalars(UNUSED, {"types": types}).all() if types else ():
            self._bind.exec_driver_sql(f"DROP TYPE {name}")

    def _replace(self, enum: Enum) -> None:
        name = self._quote(enum.name)
        columns = self._bind.execute(COLUMNS, {"type": name}).all()
        self._bind.exec_driver_sql(f"ALTER TYPE {name} RENAME TO {self._quote(f'{enum.name}_old')}")
        enum.create(self._bind)
        for table, column, default in columns:
            self._bind.exec_driver_sql(f"ALTER TABLE {table} ALTER {column} DROP DEFAULT")
            self._bind.exec_driver_sql(f"ALTER TABLE {table} ALTER {column} TYPE {name} USING {column}::text::{name}")
            # If the enum does not contain the old default any more, the same migration sets another one.
            if default is not None and default.split("'")[1] in enum.enums:
                self._bind.exec_driver_sql(f"ALTER TABLE {table} ALTER {column} SET DEFAULT {default}")
        self._bind.exec_driver_sql(f"DROP TYPE {self._quote(f'{enum.name}_old')}")

    def _used(self, table: str, column: str = "") -> list[int]:
        return list(self._bind.scalars(USED, {"table": self._quote(table), "column": column}))

    def _labels(self, enum: Enum) -> list[str]:
        return list(self._bind.scalars(LABELS, {"type": self._quote(enum.name)}))

    def _quote(self, name: str | None) -> str:
        return self.dialect.identifier_preparer.quote(name or "")

    @property
    def _bind(self) -> Connection:
        return cast(Connection, self.connection)
