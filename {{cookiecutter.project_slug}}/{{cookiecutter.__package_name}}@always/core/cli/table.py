"""Print rows in columns."""

from collections.abc import Sequence
from datetime import datetime

import click


def show(rows: Sequence[Sequence[str]]) -> None:
    """Print the rows, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def text(cell: object) -> str:
    """Return what stands in a column for a value: a moment in UTC to the minute, a dash for nothing."""
    if cell is None:
        return "-"
    return f"{cell:%Y-%m-%d %H:%M}" if isinstance(cell, datetime) else str(cell)
