"""Print rows in columns."""

from collections.abc import Sequence

import click


def show(rows: Sequence[Sequence[str]]) -> None:
    """Print the rows, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
