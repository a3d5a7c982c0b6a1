"""The scopes of an application: what a credential can allow its caller to do."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click
from flask import Flask, current_app
from flask.cli import ScriptInfo

from .. import services
from ..settings import ConfigurationError

F = TypeVar("F", bound=Callable[..., Any])
_SCOPE = re.compile(r"[!#-\[\]-~]+")  # RFC 6749, section 3.3


class Scopes(dict[str, str]):
    """Every scope with the sentence that users see; ``sign_up`` are those that a new user gets."""

    def __init__(self, scopes: Mapping[str, str], sign_up: Sequence[str]) -> None:
        super().__init__(scopes)
        self.sign_up = tuple(sign_up)


def init_app(app: Flask, *, core: Mapping[str, str], service: Mapping[str, str], sign_up: Sequence[str]) -> None:
    """Register the scopes of ``core`` and of the service.

    Raises ``ConfigurationError`` for a name that is invalid or used twice, and for an unknown sign-up scope.
    """
    for scope in service:
        if not _SCOPE.fullmatch(scope):
            raise ConfigurationError(f"Invalid scope {scope!r} in scopes.py: use printable ASCII without spaces.")
        if scope in core:
            raise ConfigurationError(f"Scope {scope!r} in scopes.py is one of core's own; choose another name.")
    scopes = Scopes({**service, **core}, sign_up)
    if unknown := [scope for scope in sign_up if scope not in scopes]:
        raise ConfigurationError(f"Unknown sign-up scope {unknown[0]!r}; define it in scopes.py.")
    services.register(app, scopes)


def current_scopes() -> Scopes:
    """Return the scopes of the current application."""
    return services.get(current_app, Scopes)


def separated(text: str) -> list[str]:
    """Return the scopes in ``text``, which are separated by spaces and nothing else (RFC 6749, section 3.3)."""
    return [scope for scope in text.split(" ") if scope]


def scopes_option(*, meaning: str, required: bool = False) -> Callable[[F], F]:
    """Add the option ``--scopes`` to a command, which gets them as a tuple without duplicates, or None."""
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
