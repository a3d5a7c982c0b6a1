"""How Alembic writes a migration: which tables it compares, how it renders types, which value existing rows get."""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    DropColumnOp,
    ExecuteSQLOp,
    MigrateOperation,
    MigrationScript,
    ModifyTableOps,
)
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Dialect, Enum, UniqueConstraint
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from .branches import Branch

log = logging.getLogger(__name__)
PORTABLE = DefaultDialect()
# The value of existing rows in a new NOT NULL column without a default, as SQL that any database accepts.
NEUTRAL = {str: "''", bool: "false", int: "0", float: "0", Decimal: "0", dict: "'{}'"}
NEUTRAL |= {datetime: "CURRENT_TIMESTAMP", date: "CURRENT_DATE"}


def options(branch: Branch, others: Sequence[Branch]) -> dict[str, Any]:
    """Return the options of Alembic's ``context.configure`` for comparing the models of one branch."""
    return {
        "target_metadata": branch.metadata,
        "include_name": _tables_of(branch, others),
        "compare_type": _compare_type,
        "compare_server_default": True,
        "render_as_batch": True,  # some databases change a column by rebuilding its table
        "render_item": _render_type,
        "process_revision_directives": _fill_new_columns,
    }


def _tables_of(branch: Branch, others: Sequence[Branch]) -> Callable[..., bool]:
    """Accept the tables that belong to the branch: others, such as those of an extension, are never dropped."""
    names = branch.created_tables() - {name for other in others for name in other.metadata.tables}
    names |= branch.metadata.tables.keys()
    return lambda name, kind, _parents: kind != "table" or name in names


def _compare_type(
    _context: MigrationContext, _reflected: Column[Any], _column: Column[Any], found: Any, wanted: Any
) -> bool | None:
    """Return whether a native enum type has other labels than the model; None: Alembic compares."""
    if isinstance(found, Enum) and isinstance(wanted, Enum) and wanted.native_enum:
        return found.enums != wanted.enums
    return None


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
    return False


def _fill_new_columns(context: MigrationContext, _revision: Any, scripts: list[MigrationScript]) -> None:
    """Let a new NOT NULL column fit tables that have rows: add it as nullable, fill it, forbid NULL."""
    for script in scripts:
        for operations in (script.upgrade_ops, script.downgrade_ops):
            if operations is not None:
                operations.ops = [new for op in operations.ops for new in _split(op, context.dialect)]


def _split(operation: MigrateOperation, dialect: Dialect) -> Iterator[MigrateOperation]:
    if not isinstance(operation, ModifyTableOps):
        yield operation
        return
    dropped = [op.column_name for op in operation.ops if isinstance(op, DropColumnOp)]
    if dropped and any(isinstance(op, AddColumnOp) for op in operation.ops):
        lost = f"{operation.table_name}.{', '.join(dropped)}"
        log.warning(
            "the migration drops %s with its values; to rename a column, use op.alter_column(new_column_name=...)", lost
        )
    added = [op for op in operation.ops if isinstance(op, AddColumnOp) and _needs_value(op.column)]
    name, schema, quote = operation.table_name, operation.schema, dialect.identifier_preparer.quote
    if added:
        nullable = [AddColumnOp(name, Column(op.column.name, op.column.type), schema=schema) for op in added]
        yield ModifyTableOps(name, nullable, schema=schema)
    for op in added:
        value = _value(op.column)
        if value is None:
            log.warning("%s.%s has no default: write an UPDATE for existing rows", name, op.column.name)
        else:
            log.warning("%s.%s has no server default: existing rows get %s", name, op.column.name, value)
            yield ExecuteSQLOp(" ".join(("UPDATE", quote(name), "SET", quote(op.column.name), "=", value)))
    required = {id(op): _require(op) for op in added}
    operation.ops = [required.get(id(op), op) for op in operation.ops]
    yield operation


def _needs_value(column: Column[Any]) -> bool:
    return not column.nullable and column.server_default is None


def _require(op: AddColumnOp) -> AlterColumnOp:
    return AlterColumnOp(
        op.table_name,
        op.column.name,
        schema=op.schema,
        existing_type=op.column.type,
        existing_nullable=True,
        modify_nullable=False,
    )


def _value(column: Column[Any]) -> str | None:
    """Return the model's default or a neutral value, as SQL; None where each row needs a value of its own."""
    kind: TypeEngine[Any] = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    default = getattr(column.default, "arg", None) if column.default is not None and column.default.is_scalar else None
    if isinstance(default, bool):
        return str(default).lower()
    if default is not None:
        literal = column.type.dialect_impl(PORTABLE).literal_processor(PORTABLE)
        return re.sub(r":(?=\w)", r"\:", literal(default)) if literal else None  # op.execute() takes :x for a parameter
    unique = column.primary_key or any(
        isinstance(each, UniqueConstraint) and list(each.columns) == [column] for each in column.table.constraints
    )
    if unique or column.foreign_keys:
        return None
    if isinstance(kind, Enum):
        return f"'{kind.enums[0]}'"
    try:
        return NEUTRAL.get(kind.python_type)
    except NotImplementedError:
        return None
