"""``/docs``: the OpenAPI document in Swagger UI, where users read it and try calls.

All files come from this service: its own page and script, and those in the package ``flask-swagger-ui``. No script is
inline, so the Content-Security-Policy is strict. The setting ``docs_enabled`` switches the page on or off.
"""

from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import orjson
from flask import Blueprint, Response, abort, current_app, request

from ..auth import backend
from ..declare import errors, produces, public, raw_query
from ..declare.declaration import ANY, HTML, JSON
from ..settings import Settings, get_settings

PAGE = Path(__file__).parent
SWAGGER_UI = Path(str(files("flask_swagger_ui"))) / "dist"
FILES = {
    "favicon-32x32.png": SWAGGER_UI,
    "oauth2-redirect.js": SWAGGER_UI,
    "start.js": PAGE,
    "swagger-ui-bundle.js": SWAGGER_UI,
    "swagger-ui.css": SWAGGER_UI,
}
blueprint = Blueprint("docs", __name__, url_prefix="/docs")


@blueprint.get("")
@public
@errors("not-found")
@produces(HTML, documented=False)
def page() -> Response:
    """Return the page."""
    return _send(PAGE / "index.html", "same-origin-allow-popups")


@blueprint.get("/<name>")
@public
@errors("not-found")
@produces(ANY, documented=False)
def file(name: str) -> Response:
    """Return a file that the page loads."""
    return _send((FILES.get(name) or abort(404)) / name)


@blueprint.get("/oauth2-redirect.html")
@public
@raw_query
@errors("not-found")
@produces(HTML, documented=False)
def sign_in_result() -> Response:
    """Return the page at which a sign-in ends. Its script passes the query to the page that opened the window."""
    return _send(SWAGGER_UI / "oauth2-redirect.html", "unsafe-none")


@blueprint.get("/client.json")
@public
@errors("not-found")
@produces(JSON, documented=False)
def client() -> Response:
    """Return the OAuth2 client with which the page signs users in, or null if users paste a credential."""
    _require_enabled()
    redirect_uri = urljoin(request.host_url, "/docs/oauth2-redirect.html")
    return Response(orjson.dumps(backend.docs_client(current_app, redirect_uri)), mimetype=JSON)


def _require_enabled() -> None:
    if not get_settings(current_app, Settings).docs_shown:
        abort(404)


def _send(path: Path, opener_policy: str | None = None) -> Response:
    """Return the file; ``opener_policy`` is its Cross-Origin-Opener-Policy if users sign in at another origin."""
    _require_enabled()
    origins = _token_origins()
    connect_sources = " ".join(("'self'", *origins))
    response = Response(path.read_bytes(), mimetype=guess_type(path.name)[0])
    response.headers["Cache-Control"] = "no-cache"  # browsers keep the file and revalidate it by its ETag
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src {connect_sources}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    if origins and opener_policy:
        response.headers["Cross-Origin-Opener-Policy"] = opener_policy
    response.add_etag()
    response.make_conditional(request)
    return response


def _token_origins() -> list[str]:
    """Return the other origins from which the page fetches tokens; none if this service issues them."""
    schemes = backend.security_schemes(current_app).values()
    flows = [flow for scheme in schemes for flow in scheme.get("flows", {}).values()]
    urls = [flow[name] for flow in flows for name in ("tokenUrl", "refreshUrl") if name in flow]
    urls += [scheme["openIdConnectUrl"] for scheme in schemes if "openIdConnectUrl" in scheme]
    parts = [urlsplit(url) for url in urls]
    own = f"{request.scheme}://{request.host}"
    return sorted({f"{part.scheme}://{part.netloc}" for part in parts if part.netloc} - {own})
