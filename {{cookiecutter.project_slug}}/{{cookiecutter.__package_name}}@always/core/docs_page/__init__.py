"""``/docs``: the OpenAPI document in Swagger UI, where users read it and try calls.

All files come from this service. No script is inline, so the Content-Security-Policy is strict. The setting
``docs_enabled`` enables the page. To remove it, delete this folder, its tests and its name in ``core/app.py``.
"""

from flask import Blueprint, Response, abort

from ..declare import errors, produces, public
from ..declare.declaration import ANY, HTML
from ..features import Feature
from . import sign_in
from .files import PAGE, SWAGGER_UI, send

FILES = {
    "favicon-32x32.png": SWAGGER_UI,
    "start.js": PAGE,
    "swagger-ui-bundle.js": SWAGGER_UI,
    "swagger-ui.css": SWAGGER_UI,
    **dict.fromkeys(sign_in.SCRIPTS, SWAGGER_UI),
}
blueprint = Blueprint("docs", __name__, url_prefix="/docs")
FEATURE = Feature((blueprint, *sign_in.blueprints))


@blueprint.get("")
@public
@errors("not-found")
@produces(HTML, documented=False)
def page() -> Response:
    """Return the page."""
    return sign_in.send_page(PAGE / "index.html")


@blueprint.get("/<name>")
@public
@errors("not-found")
@produces(ANY, documented=False)
def file(name: str) -> Response:
    """Return a file that the page loads."""
    return send((FILES.get(name) or abort(404)) / name)
