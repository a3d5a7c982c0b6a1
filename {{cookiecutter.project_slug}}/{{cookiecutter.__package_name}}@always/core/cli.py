"""What commands share: a group that needs the database, checks of arguments, and output as a table or JSON."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import click
from flask.cli import AppGroup
from marshmallow import ValidationError
from marshmallow.fields import Field
from sqlalchemy.exc import ProgrammingError
from werkzeug.exceptions import ServiceUnavailable

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class DatabaseGroup(AppGroup):
    """A group that reports a database without tables, or an unreachable one, in one sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command of the group."""
        try:
            return super().invoke(ctx)
        except (ServiceUnavailable, ProgrammingError):  # which one a missing table raises depends on the driver
            raise click.ClickException(
                "The database is unreachable, not migrated or too slow; a warning above may state the reason. "
                "Start it, run `flask db upgrade`, or try again."
            ) from None


def utf8(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Reject a value that is not valid UTF-8: a shell passes any bytes, a database does not accept them."""
    try:
        (value or "").encode()
    except UnicodeEncodeError:
        raise click.BadParameter("must be valid UTF-8.") from None
    return value


def accepts(field: Field[Any]) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """Return a callback that validates and converts a value as a field of a schema does."""

    def load(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Any:
        try:
            return None if value is None else field.deserialize(value)
        except ValidationError as error:
            raise click.BadParameter(" ".join(map(str, error.messages))) from None

    return load


def print_json(value: Any) -> None:
    """Print a value as JSON, with dates in ISO 8601."""
    click.echo(json.dumps(value, indent=2, default=datetime.isoformat))


def print_records(records: Sequence[Mapping[str, object]], as_json: bool) -> None:
    """Print records of the same fields as JSON, or as a table with a heading."""
    if as_json:
        print_json(records)
    elif records:
        heading = [name.replace("_", " ").upper() for name in records[0]]
        print_table([heading, *([*record.values()] for record in records)])


def print_table(rows: Sequence[Sequence[object]]) -> None:
    """Print rows, each column as wide as its widest cell."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    match value:
        case bool():
            text = "yes" if value else ""
        case datetime():
            text = f"{value:%Y-%m-%d %H:%M}"  # UTC
        case list() | tuple():
            text = " ".join(map(str, value))
        case _:
            text = "" if value is None else str(value)
    return text or "-"
