"""What an argument of a command may be."""

import click


def text(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    """Return an argument that is a text: a shell hands over bytes that are none as well, and no database takes them."""
    try:
        (value or "").encode()
    except UnicodeEncodeError:
        raise click.BadParameter("it is no text in UTF-8") from None
    return value
