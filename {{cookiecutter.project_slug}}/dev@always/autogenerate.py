"""How Alembic writes a migration: how it renders types, and which value existing rows get."""

import logging
import re
from datetime import date, datetime, time
from decimal import Decimal
from json import dumps
from typing import Any, Literal
from uuid import UUID

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.rewriter import Rewriter
from alembic.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    DropColumnOp,
    DropTableOp,
    ExecuteSQLOp,
    MigrateOperation,
    ModifyTableOps,
    UpgradeOps,
)
from alembic.runtime.migration import MigrationContext
from sqlalchemy import JSON, Column, Enum, Interval, MetaData, String, Table, UniqueConstraint, Uuid
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.types import TypeDecorator, TypeEngine

log = logging.getLogger(__name__)
PORTABLE = DefaultDialect()
# The value of existing rows in a new NOT NULL column without a default, as SQL that any database accepts.
NEUTRAL = {str: "''", bool: "false", int: "0", float: "0", Decimal: "0", list: "'{}'"}
NEUTRAL |= {datetime: "CURRENT_TIMESTAMP", date: "CURRENT_DATE", time: "'00:00:00'"}
_rewriter = Rewriter()


def _render_type(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Render a type that is not SQLAlchemy's, with its import; False: Alembic renders it.

    A ``TypeDecorator`` changes values, not columns: the type below it is rendered, so that migrations do not depend on
    where the code keeps the decorator.
    """
    if kind != "type":
        return False
    if isinstance(item, TypeDecorator) and type(item).load_dialect_impl is TypeDecorator.load_dialect_impl:
        item = item.impl_instance
        if type(item).__module__.startswith("sqlalchemy.sql."):
            return f"sa.{item!r}"
    elif not type(item).__module__.startswith("sqlalchemy."):
        context.imports.add(f"import {type(item).__module__}")
    # Alembic renders a type inside a variant without its module.
    context.imports |= {f"from sqlalchemy import {name}" for name in re.findall(r"(?<=[(=])[A-Z]\w+(?=\()", repr(item))}
    return False


@_rewriter.rewrites(UpgradeOps)
def _report_dropped_tables(_context: MigrationContext, _revision: Any, upgrade: UpgradeOps) -> UpgradeOps:
    """Report tables whose rows the migration deletes, such as that of a model with another ``__tablename__``."""
    for op in upgrade.ops:
        if isinstance(op, DropTableOp):
            name = op.table_name
            log.warning("the migration drops %s with its rows; to rename a table, use op.rename_table()", name)
    return upgrade


@_rewriter.rewrites(ModifyTableOps)
def _fill_required_columns(context: MigrationContext, _revision: Any, table: ModifyTableOps) -> list[MigrateOperation]:
    """Make a NOT NULL column fit tables that have rows: add it as nullable, replace NULL, then forbid NULL."""
    name, schema = table.table_name, table.schema
    added: list[MigrateOperation] = []
    filled: list[MigrateOperation] = []
    for index, op in enumerate(table.ops):
        if isinstance(op, AddColumnOp) and not op.column.nullable and op.column.server_default is None:
            column = op.column
            added.append(AddColumnOp(name, Column(column.name, column.type), schema=schema))
            table.ops[index] = AlterColumnOp(
                name,
                column.name,
                schema=schema,
                existing_type=column.type,
                existing_nullable=True,
                modify_nullable=False,
            )
            filled += _fill(context, name, column, "%s.%s has no server default: existing rows get %s")
        elif isinstance(op, AlterColumnOp) and op.modify_nullable is False:
            column = context.opts["target_metadata"].tables[f"{schema}.{name}" if schema else name].c[op.column_name]
            if op.modify_type is not None:  # the rows are filled before the type changes
                (column,) = Table(name, MetaData(), Column(op.column_name, op.existing_type)).columns
            filled += _fill(
                context, name, column, "%s.%s: NULL becomes %s before the column becomes NOT NULL", where_null=True
            )
    dropped = ", ".join(op.column_name for op in table.ops if isinstance(op, DropColumnOp))
    if dropped and (added or any(isinstance(op, AddColumnOp) for op in table.ops)):
        log.warning(
            "the migration drops %s.%s with its values; to rename a column, use op.alter_column(new_column_name=...)",
            name,
            dropped,
        )
    return [*([ModifyTableOps(name, added, schema=schema)] if added else []), *filled, table]


def _fill(
    context: MigrationContext, table: str, column: Column[Any], message: str, *, where_null: bool = False
) -> list[MigrateOperation]:
    """Return the UPDATE that sets the column of existing rows, and report its value or that it has none."""
    value, quote = _value(column), context.dialect.identifier_preparer.quote
    if value is None:
        log.warning("%s.%s has no default: write an UPDATE for existing rows", table, column.name)
        return []
    log.warning(message, table, column.name, value)
    name = quote(column.name)
    condition = ("WHERE", name, "IS NULL") if where_null else ()
    return [ExecuteSQLOp(" ".join(("UPDATE", quote(table), "SET", name, "=", value, *condition)))]


def _value(column: Column[Any]) -> str | None:
    """Return the model's default or a neutral value, as SQL; None where each row needs a value of its own."""
    kind: TypeEngine[Any] = column.type
    if isinstance(kind, TypeDecorator) and not isinstance(kind, Interval):
        kind = kind.impl_instance
    default: Any = column.default
    server_default: Any = getattr(column.server_default, "arg", None)
    if server_default is not None:
        return _literal(String(), server_default) if isinstance(server_default, str) else str(server_default)
    value = default.arg if default is not None and default.is_scalar else None
    if isinstance(kind, JSON):
        made = default.arg(None) if default is not None and default.is_callable else value
        return _literal(String(), dumps({} if made is None else made))
    if isinstance(value, bool):
        return str(value).lower()
    if value is not None:
        return _literal(column.type, value)
    unique = column.primary_key or any(
        isinstance(each, UniqueConstraint) and list(each.columns) == [column] for each in column.table.constraints
    )
    if unique or column.foreign_keys:
        return None
    if isinstance(kind, Enum):
        return _literal(String(), kind.enums[0])
    if isinstance(kind, Uuid):
        return f"'{UUID(int=0).hex}'"
    try:
        return NEUTRAL.get(kind.python_type)
    except NotImplementedError:
        return None


def _literal(kind: TypeEngine[Any], value: Any) -> str | None:
    literal = kind.dialect_impl(PORTABLE).literal_processor(PORTABLE)
    return re.sub(r":(?=\w)", r"\:", literal(value)) if literal else None  # op.execute() takes :x for a parameter


# Options of Alembic's ``context.configure``.
OPTIONS: dict[str, Any] = {
    "render_as_batch": True,  # some databases change a column by rebuilding its table
    "render_item": _render_type,
    "process_revision_directives": _rewriter,
}
