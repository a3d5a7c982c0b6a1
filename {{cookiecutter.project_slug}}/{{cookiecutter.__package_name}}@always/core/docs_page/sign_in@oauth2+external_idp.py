"""How users of the page authenticate: they sign in in a new window, and the page fetches a token."""

from pathlib import Path
from urllib.parse import urljoin, urlsplit

import orjson
from flask import Blueprint, Response, current_app, request

from ..auth import backend
from ..auth.backend import documentation
from ..declare import errors, produces, public, raw_query
from ..declare.declaration import HTML, JSON
from .files import SWAGGER_UI, require_enabled, send

SCRIPTS = ("oauth2-redirect.js",)
blueprint = Blueprint("docs_sign_in", __name__, url_prefix="/docs")
blueprints = (blueprint,)


def send_page(path: Path) -> Response:
    """Return the page, which may fetch tokens and open the window of a sign-in."""
    return _send(path, "same-origin-allow-popups")


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
    """Return the OAuth2 client with which the page signs users in, or null if users paste a token."""
    require_enabled()
    redirect_uri = urljoin(request.host_url, "/docs/oauth2-redirect.html")
    return Response(orjson.dumps(documentation.docs_client(current_app, redirect_uri)), mimetype=JSON)


def _send(path: Path, opener_policy: str) -> Response:
    origins = _token_origins()
    return send(path, connect_sources=origins, opener_policy=opener_policy if origins else None)


def _token_origins() -> list[str]:
    """Return the other origins from which the page fetches tokens; none if this service issues them."""
    schemes = backend.security_schemes(current_app).values()
    flows = [flow for scheme in schemes for flow in scheme.get("flows", {}).values()]
    urls = [flow[name] for flow in flows for name in ("tokenUrl", "refreshUrl") if name in flow]
    urls += [scheme["openIdConnectUrl"] for scheme in schemes if "openIdConnectUrl" in scheme]
    urls += documentation.token_origins(current_app)
    parts = [urlsplit(url) for url in urls]
    own = f"{request.scheme}://{request.host}"
    return sorted({f"{part.scheme}://{part.netloc}" for part in parts if part.netloc} - {own})
