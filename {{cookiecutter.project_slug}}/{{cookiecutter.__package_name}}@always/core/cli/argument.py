"""What an argument of a command may be."""

from collections.abc import Callable

import click


def text(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Return an argument that is a text: a shell hands over bytes that are none as well, and no database takes them."""
    try:
        (value or "").encode()
    except UnicodeEncodeError:
        raise click.BadParameter("it is no text in UTF-8") from None
    return value


def line(max_length: int) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """Return a callback that accepts one line of printable characters."""

    def check(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
        if value is not None and (not value.strip() or not value.isprintable() or len(value) > max_length):
            raise click.BadParameter(f"must be 1 to {max_length} printable characters")
        return value

    return check
