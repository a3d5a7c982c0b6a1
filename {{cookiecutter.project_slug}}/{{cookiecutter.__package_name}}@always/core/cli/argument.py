"""Callbacks that validate an argument or option of a command."""

from collections.abc import Callable

import click

Callback = Callable[[click.Context, click.Parameter, str | None], str | None]


def utf8(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Reject a value that is not valid UTF-8: a shell passes any bytes, a database does not accept them."""
    try:
        (value or "").encode()
    except UnicodeEncodeError:
        raise click.BadParameter("must be valid UTF-8.") from None
    return value


def line(max_length: int) -> Callback:
    """Return a callback that accepts one line of printable characters."""

    def check(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
        if value is not None and (not value.strip() or not value.isprintable() or len(value) > max_length):
            raise click.BadParameter(f"must be 1 to {max_length} printable characters.")
        return value

    return check
