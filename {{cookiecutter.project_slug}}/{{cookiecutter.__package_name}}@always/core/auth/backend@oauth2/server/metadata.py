"""Authorization server metadata (RFC 8414) and public keys (RFC 7517).

Addresses come from the settings, never from the Host header.
"""

import json
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from ....database import connect
from ....declare import produces, public
from ....declare.declaration import JSON
from ...scopes import current_scopes
from ..protected_resource import resource
from . import signing_keys
from .client_authentication import METHODS
from .clients import GRANTS

blueprint = Blueprint("metadata", __name__, url_prefix="/.well-known")


@blueprint.get("/oauth-authorization-server")
@public
@produces(JSON)
def authorization_server() -> Response:
    """Return the endpoints and capabilities of the authorization server (RFC 8414)."""
    return jsonify(_metadata(resource(current_app)))


@blueprint.get("/jwks.json")
@public
@produces(JSON)
def jwks() -> Response:
    """Return the public keys of current, future and previous signing keys (RFC 7517)."""
    signing_keys.get_signing_key()  # creates the first key
    with connect() as connection:
        rows = signing_keys.find_published(connection)
    return jsonify({"keys": [json.loads(row.public_jwk) for row in rows]})


def _metadata(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth2/authorize",
        "token_endpoint": f"{issuer}/oauth2/token",
        "revocation_endpoint": f"{issuer}/oauth2/revoke",
        "introspection_endpoint": f"{issuer}/oauth2/introspect",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "scopes_supported": list(current_scopes()),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANTS),
        "token_endpoint_auth_methods_supported": list(METHODS),
        "revocation_endpoint_auth_methods_supported": list(METHODS),
        "introspection_endpoint_auth_methods_supported": [method for method in METHODS if method != "none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "protected_resources": [issuer],
    }
