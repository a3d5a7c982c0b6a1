"""The OpenAPI document, from the marks and contracts of the views: ``GET /openapi.json`` and ``flask openapi``.

``/docs`` shows it to people.
"""

import json
from pathlib import Path
from typing import Any

import click
import orjson
from flask import Blueprint, Flask, Response, current_app
from flask.cli import with_appcontext

from ..auth import public
from ..contract import writes
from . import sign_in
from .document import describe
from .page import blueprint as page

blueprint = Blueprint("openapi", __name__)
blueprints = (blueprint, page, *sign_in.blueprints)


def document(app: Flask) -> dict[str, Any]:
    """Return the document of ``app``; it is made once, when it is first asked for."""
    if "openapi" not in app.extensions:
        app.extensions["openapi"] = describe(app)
    made: dict[str, Any] = app.extensions["openapi"]
    return made


@blueprint.get("/openapi.json")
@public
@writes("application/json")
def openapi() -> Response:
    """Read this document."""
    return Response(orjson.dumps(document(current_app)), mimetype="application/json")


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


__all__ = ["blueprints", "command", "document"]
