"""The OpenAPI document, built from what the views declare: ``GET /openapi.json`` and ``flask openapi``."""

import json
from typing import Any, BinaryIO

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
@click.argument("file", type=click.File("wb"), default="-")
@with_appcontext
def command(file: BinaryIO) -> None:
    """Print the OpenAPI document, or write it to FILE.

    \b
    flask openapi openapi.json
    """
    file.write(json.dumps(document(current_app), indent=2, ensure_ascii=False).encode() + b"\n")


__all__ = ["blueprint", "command", "document"]
