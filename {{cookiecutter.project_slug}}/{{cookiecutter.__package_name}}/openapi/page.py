"""``/docs``: the OpenAPI document for people, where calls can be tried.

The page is our own, over the files that ``flask-swagger-ui`` carries: nothing comes from another host, and no script
stands in the page. The settings switch it off.
"""

from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
from flask import Blueprint, Response, abort, current_app, request

from ..auth import identity, public
from ..contract import refuses, writes
from ..settings import Settings, of

OURS = Path(__file__).parent / "page"
THEIRS = Path(str(files("flask_swagger_ui"))) / "dist"
FILES = {
    "favicon-32x32.png": THEIRS,
    "oauth2-redirect.html": THEIRS,
    "oauth2-redirect.js": THEIRS,
    "start.js": OURS,
    "swagger-ui-bundle.js": THEIRS,
    "swagger-ui.css": THEIRS,
}
blueprint = Blueprint("docs", __name__, url_prefix="/docs")


@blueprint.get("")
@public
@refuses("not-found")
@writes("text/html")
def page() -> Response:
    """Read the documentation in a browser, and try calls."""
    return _served(OURS, "index.html")


@blueprint.get("/<name>")
@public
@refuses("not-found")
@writes("text/html")
def file(name: str) -> Response:
    """Read one of the files of the page."""
    return _served(FILES.get(name) or abort(404), name)


@blueprint.get("/client.json")
@public
@refuses("not-found")
@writes("text/html")
def client() -> Response:
    """Read how the page signs people in: the settings of its OAuth client, or null where a credential is pasted."""
    _require_shown()
    return Response(orjson.dumps(identity.docs_client(current_app)), mimetype="application/json")


def _served(folder: Path, name: str) -> Response:
    _require_shown()
    answer = Response((folder / name).read_bytes(), mimetype=guess_type(name)[0])
    answer.headers["Cache-Control"] = "no-cache"  # kept by the browser, and asked for anew by its ETag
    answer.add_etag()
    answer.make_conditional(request)
    elsewhere = _elsewhere(identity.security_schemes(current_app))
    answer.headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            " ".join(("connect-src 'self'", *elsewhere)),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )
    if elsewhere:
        # A window of another origin tells this page how the sign-in went, through its opener.
        redirect = name == "oauth2-redirect.html"
        answer.headers["Cross-Origin-Opener-Policy"] = "unsafe-none" if redirect else "same-origin-allow-popups"
    return answer


def _require_shown() -> None:
    if not of(current_app, Settings).docs_shown:
        abort(404)


def _elsewhere(schemes: dict[str, dict[str, Any]]) -> list[str]:
    """Return the origins of a provider that the page asks for tokens."""
    flows = [flow for scheme in schemes.values() for flow in scheme.get("flows", {}).values()]
    addresses = [flow[name] for flow in flows for name in ("tokenUrl", "refreshUrl") if name in flow]
    addresses += [scheme["openIdConnectUrl"] for scheme in schemes.values() if "openIdConnectUrl" in scheme]
    parts = [urlsplit(address) for address in addresses]
    return sorted({f"{part.scheme}://{part.netloc}" for part in parts if part.netloc})
