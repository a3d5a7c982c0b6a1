"""What clients must know of the authorization server: its endpoints (RFC 8414) and its keys (RFC 7517).

Addresses come from the settings, never from the Host header of a request.
"""

import json
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

from ....database import connect
from ....declare import produces
from ....declare.access_rule import public
from ....declare.declaration import JSON
from ...scopes import SCOPES
from ..protected_resource import resource
from . import signing_keys
from .client_guard import METHODS
from .clients import GRANTS

blueprint = Blueprint("metadata", __name__, url_prefix="/.well-known")


@blueprint.get("/oauth-authorization-server")
@public
@produces(JSON)
def authorization_server() -> Response:
    """Tell where the endpoints are and what they can do."""
    return jsonify(_document(resource(current_app)))


@blueprint.get("/jwks.json")
@public
@produces(JSON)
def jwks() -> Response:
    """Tell the public keys of the access tokens, those that sign and those that will or did."""
    signing_keys.signing()
    with connect() as connection:
        rows = signing_keys.published(connection)
    return jsonify({"keys": [json.loads(row.public) for row in rows]})


def _document(address: str) -> dict[str, Any]:
    return {
        "issuer": address,
        "authorization_endpoint": f"{address}/oauth2/authorize",
        "token_endpoint": f"{address}/oauth2/token",
        "revocation_endpoint": f"{address}/oauth2/revoke",
        "introspection_endpoint": f"{address}/oauth2/introspect",
        "jwks_uri": f"{address}/.well-known/jwks.json",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANTS),
        "token_endpoint_auth_methods_supported": list(METHODS),
        "revocation_endpoint_auth_methods_supported": list(METHODS),
        "introspection_endpoint_auth_methods_supported": [method for method in METHODS if method != "none"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "protected_resources": [address],
    }
