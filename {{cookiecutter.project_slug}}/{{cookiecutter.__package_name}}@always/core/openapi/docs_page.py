"""``/docs``: the OpenAPI document for people, where calls can be tried.

The page is our own, over the files that ``flask-swagger-ui`` carries: nothing comes from another host, and no script
stands in the page. The settings switch it off.
"""

from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, request

from ..declare import errors, produces, public, query
from ..declare.declaration import ANY, HTML
from ..settings import Settings, get_settings
from . import sign_in

OURS = Path(__file__).parent / "page"
THEIRS = Path(str(files("flask_swagger_ui"))) / "dist"
FILES = {
    "favicon-32x32.png": THEIRS,
    "start.js": OURS,
    "swagger-ui-bundle.js": THEIRS,
    "swagger-ui.css": THEIRS,
    **dict.fromkeys(sign_in.FILES, THEIRS),
}
blueprint = Blueprint("docs", __name__, url_prefix="/docs")


@blueprint.get("")
@public
@errors("not-found")
@produces(HTML, documented=False)
def page() -> Response:
    """Read the documentation in a browser, and try calls."""
    return _served(OURS, "index.html")


@blueprint.get("/<name>")
@public
@query(sign_in.Query)
@errors("not-found")
@produces(ANY, documented=False)
def file(name: str, **_query: Any) -> Response:
    """Read one of the files of the page."""
    return _served(FILES.get(name) or abort(404), name)


def _served(folder: Path, name: str) -> Response:
    if not get_settings(current_app, Settings).docs_shown:
        abort(404)
    answer = Response((folder / name).read_bytes(), mimetype=guess_type(name)[0])
    answer.headers["Cache-Control"] = "no-cache"  # kept by the browser, and asked for anew by its ETag
    answer.add_etag()
    answer.make_conditional(request)
    answer.headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            " ".join(("connect-src 'self'", *sign_in.elsewhere(current_app))),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
    answer.headers.update(sign_in.opening(current_app, name))
    return answer
