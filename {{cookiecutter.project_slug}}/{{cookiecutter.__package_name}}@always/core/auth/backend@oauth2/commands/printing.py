"""What the commands share: lists of scopes on the way in, tables and JSON on the way out."""

import json
from collections.abc import Sequence
from typing import Any

import click

from ....cli import table as columns
from ...scopes import SCOPES, separated

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def scopes(_context: click.Context, _option: click.Parameter, text: str) -> tuple[str, ...]:
    """Return the scopes that an option names, each once."""
    found = tuple(dict.fromkeys(separated(text)))
    if not found or not set(found) <= set(SCOPES):
        raise click.BadParameter(f"choose from {', '.join(SCOPES)}")
    return found


def line(_context: click.Context, _option: click.Parameter, text: str) -> str:
    """Return a text that fits on one line of a page."""
    if not text.strip() or not text.isprintable() or len(text) > 100:
        raise click.BadParameter("give 1 to 100 printable characters")
    return text


def table(heading: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under a heading."""
    columns.show([[columns.text(cell) for cell in row] for row in (heading, *rows)])


def dump(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, default=lambda moment: moment.isoformat()))
