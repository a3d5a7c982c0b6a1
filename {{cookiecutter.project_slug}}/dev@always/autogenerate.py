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
    ExecuteSQLOp,
    MigrateOperation,
    ModifyTableOps,
)
from alembic.runtime.migration import MigrationContext
from sqlalchemy import JSON, Column, Enum, Interval, String, UniqueConstraint, Uuid
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


@_rewriter.rewrites(ModifyTableOps)
def _fill_new_columns(context: MigrationContext, _revision: Any, table: ModifyTableOps) -> list[MigrateOperation]:
    """Make a new NOT NULL column fit tables that have rows: add it as nullable, fill it, then forbid NULL."""
    name, schema, quote = table.table_name, table.schema, context.dialect.identifier_preparer.quote
    added: list[MigrateOperation] = []
    filled: list[MigrateOperation] = []
    for index, op in enumerate(table.ops):
        if not isinstance(op, AddColumnOp) or op.column.nullable or op.column.server_default is not None:
            continue
        column, value = op.column, _value(op.column)
        if value is None:
            log.warning("%s.%s has no default: write an UPDATE for existing rows", name, column.name)
        else:
            log.warning("%s.%s has no server default: existing rows get %s", name, column.name, value)
            filled.append(ExecuteSQLOp(" ".join(("UPDATE", quote(name), "SET", quote(column.name), "=", value))))
        added.append(AddColumnOp(name, Column(column.name, column.type), schema=schema))
        table.ops[index] = AlterColumnOp(
            name, column.name, schema=schema, existing_type=column.type, existing_nullable=True, modify_nullable=False
        )
    dropped = ", ".join(op.column_name for op in table.ops if isinstance(op, DropColumnOp))
    if dropped and (added or any(isinstance(op, AddColumnOp) for op in table.ops)):
        log.warning(
            "the migration drops %s.%s with its values; to rename a column, use op.alter_column(new_column_name=...)",
            name,
            dropped,
        )
    return [ModifyTableOps(name, added, schema=schema), *filled, table] if added else [table]


def _value(column: Column[Any]) -> str | None:
    """Return the model's default or a neutral value, as SQL; None where each row needs a value of its own."""
    kind: TypeEngine[Any] = column.type
    if isinstance(kind, TypeDecorator) and not isinstance(kind, Interval):
        kind = kind.impl_instance
    default: Any = column.default
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
