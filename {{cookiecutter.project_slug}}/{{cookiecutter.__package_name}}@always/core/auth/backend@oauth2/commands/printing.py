"""Options and output that the commands share."""

import json
from collections.abc import Sequence
from typing import Any

import click

from ....cli import table as columns

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def line(_context: click.Context, _option: click.Parameter, value: str) -> str:
    """Return the value of an option that a page shows on one line."""
    if not value.strip() or not value.isprintable() or len(value) > 100:
        raise click.BadParameter("enter 1 to 100 printable characters")
    return value


def table(heading: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a heading."""
    columns.show([[columns.text(cell) for cell in row] for row in (heading, *rows)])


def dump(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, default=lambda date: date.isoformat()))
