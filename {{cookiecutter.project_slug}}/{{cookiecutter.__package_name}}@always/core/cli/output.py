"""The output of commands: a table, or JSON with the option ``--json``."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


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
