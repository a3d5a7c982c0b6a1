"""How a person at the page ``/docs`` gets a token: by signing in, in a window of its own."""

from urllib.parse import urljoin, urlsplit

import orjson
from flask import Blueprint, Flask, Response, abort, current_app, request
from marshmallow import EXCLUDE, Schema

from ..auth import backend
from ..declare import errors, produces, public
from ..settings import Settings, get_settings

FILES = ("oauth2-redirect.html", "oauth2-redirect.js")
# The types of security schemes whose scopes stand in the document.
SCOPED = frozenset({"oauth2", "openIdConnect"})
blueprint = Blueprint("docs_client", __name__)
blueprints = (blueprint,)


class Query(Schema):
    """What stands behind the address when a sign-in comes back to the page: its script reads it, nothing here does."""

    class Meta:
        """Let anything stand there."""

        unknown = EXCLUDE


@blueprint.get("/docs/client.json")
@public
@errors("not-found")
@produces("application/json", documented=False)
def client() -> Response:
    """Read the OAuth client of the page, or null when there is none."""
    if not get_settings(current_app, Settings).docs_shown:
        abort(404)
    found = backend.docs_client(current_app, urljoin(request.host_url, "/docs/oauth2-redirect.html"))
    return Response(orjson.dumps(found), mimetype="application/json")


def elsewhere(app: Flask) -> list[str]:
    """Return the other origins that the page asks for tokens; none where this service issues them."""
    schemes = backend.security_schemes(app).values()
    flows = [flow for scheme in schemes for flow in scheme.get("flows", {}).values()]
    addresses = [flow[name] for flow in flows for name in ("tokenUrl", "refreshUrl") if name in flow]
    addresses += [scheme["openIdConnectUrl"] for scheme in schemes if "openIdConnectUrl" in scheme]
    parts = [urlsplit(address) for address in addresses]
    own = f"{request.scheme}://{request.host}"
    return sorted({f"{part.scheme}://{part.netloc}" for part in parts if part.netloc} - {own})


def opening(app: Flask, name: str) -> dict[str, str]:
    """Return the headers of a file with which a window of another origin tells the page how the sign-in went."""
    if not elsewhere(app):
        return {}
    return {"Cross-Origin-Opener-Policy": "unsafe-none" if name in FILES else "same-origin-allow-popups"}
