"""The OpenAPI document, built from what the views declare: ``GET /openapi.json`` and ``flask openapi``."""

import json
from pathlib import Path
from typing import Any

import click
import orjson
from flask import Blueprint, Flask, Response, current_app
from flask.cli import with_appcontext

from .. import services
from ..declare import produces, public
from ..declare.declaration import JSON
from .document import build

blueprint = Blueprint("openapi", __name__)


class Document(dict[str, Any]):
    """The OpenAPI document of an application."""


def document(app: Flask) -> Document:
    """Return the document of ``app``; the first call builds it."""
    try:
        return services.get(app, Document)
    except KeyError:
        with app.app_context():
            return services.register(app, Document(build(app)))


@blueprint.get("/openapi.json")
@public
@produces(JSON)
def openapi() -> Response:
    """Return this document."""
    return Response(orjson.dumps(document(current_app)), mimetype=JSON)


@click.command("openapi")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def command(file: Path | None) -> None:
    """Print the OpenAPI document, or write it to FILE.

    \b
    flask openapi openapi.json
    """
    text = json.dumps(document(current_app), indent=2, ensure_ascii=False) + "\n"
    if file is None:
        click.echo(text, nl=False)
        return
    try:
        file.write_text(text, "utf-8", newline="\n")
    except OSError as error:
        raise click.FileError(str(file), error.strerror) from None


__all__ = ["blueprint", "command", "document"]
