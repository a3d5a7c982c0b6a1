"""The option ``--scopes`` of commands."""

from collections.abc import Callable
from typing import Any, TypeVar

import click
from flask.cli import ScriptInfo

from .. import services
from .scopes import Scopes, separated

F = TypeVar("F", bound=Callable[..., Any])


def scopes_option(*, meaning: str, required: bool = False) -> Callable[[F], F]:
    """Add the option ``--scopes``: names separated by spaces, passed as a tuple without duplicates, or None."""
    return click.option("--scopes", required=required, callback=_parse, help=meaning)


def _parse(context: click.Context, _option: click.Parameter, text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    # Options are parsed before Flask pushes the application context of the command.
    known = services.get(context.ensure_object(ScriptInfo).load_app(), Scopes)
    named = tuple(dict.fromkeys(separated(text)))
    if not named or not set(named) <= known.keys():
        raise click.BadParameter(f"must be one or more of {', '.join(known)}")
    return named
