"""The output of commands: tables, or JSON with the option ``--json``."""

import json
from collections.abc import Sequence
from typing import Any

import click

from . import table as columns

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def table(heading: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a heading."""
    columns.show([[columns.text(cell) for cell in row] for row in (heading, *rows)])


def dump(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, default=lambda date: date.isoformat()))
