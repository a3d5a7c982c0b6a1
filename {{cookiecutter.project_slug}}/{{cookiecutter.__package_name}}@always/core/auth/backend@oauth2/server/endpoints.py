"""``/oauth2/token``, ``/oauth2/revoke`` and ``/oauth2/introspect``.

They accept a form in a POST request and respond with the JSON of RFC 6749, also for errors.
"""

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError, OAuth2Error
from flask import Blueprint, Response, current_app, g, jsonify
from werkzeug.exceptions import HTTPException

from ....database import connect, transaction
from ....declare import errors, guarded_by, produces, raw_body
from ....declare.declaration import FORM, JSON
from ....limits import SettingRate, get_remote_address, limiter
from ....observability import events
from ...errors import AuthenticationError
from .. import authentication, parameters
from ..events import AUTHN_TOKEN_REVOKED
from ..protected_resource import resource
from . import access_tokens, one_time_tokens, schemas, token_families
from .authlib_server import Request, server
from .clients import Client

MAX_DESCRIPTION = 200  # characters; it may contain a parameter that the client sent
blueprint = Blueprint("oauth2", __name__, url_prefix="/oauth2")


@blueprint.post("/token")
@guarded_by("client")
@limiter.shared_limit(SettingRate("tokens"), scope="tokens", key_func=get_remote_address)
@produces(JSON)
@errors("unauthenticated", schema=schemas.OAuthErrorSchema)
@raw_body(FORM, schemas.TokenForm)
def token() -> Response:
    """Issue tokens for an authorization code, a refresh token or client credentials (RFC 6749, section 3.2)."""
    form = parameters.form()
    if "grant_type" not in form:
        raise InvalidRequestError("The grant_type is missing.")
    return jsonify(server.create_token_response(Request("POST", form)))


@blueprint.post("/revoke")
@guarded_by("client")
@produces(JSON)
@errors("unauthenticated", schema=schemas.OAuthErrorSchema)
@raw_body(FORM, schemas.TokenQuery)
def revoke() -> Response:
    """Revoke an access token, or a refresh token with its whole family. An unknown token returns 200 (RFC 7009).

    The type hint is ignored: both token types are always searched.
    """
    sent, client = _token(), _client()
    with transaction() as connection:
        if refresh := one_time_tokens.find_refresh(connection, sent, client.id):
            revoked = token_families.revoke(connection, refresh.family_id)
        else:
            access = _introspect_access(sent)
            revoked = (
                access is not None
                and access["client_id"] == client.id
                and access_tokens.revoke(connection, access["jti"])
            )
    if revoked:
        events.record(AUTHN_TOKEN_REVOKED, "a client revoked a token", client=client.id)
    return jsonify({})


@blueprint.post("/introspect")
@guarded_by("client")
@produces(JSON)
@errors("unauthenticated", schema=schemas.OAuthErrorSchema)
@raw_body(FORM, schemas.TokenQuery)
def introspect() -> Response:
    """Return the state of a token (RFC 7662) to the client that owns it, or to a resource server."""
    sent, client = _token(), _client()
    if client.is_public:
        raise InvalidClientError("Public clients may not introspect tokens.", status_code=401)
    found = _introspect_access(sent) or _introspect_refresh(sent, client)
    if found is None or not (client.introspects or found["client_id"] == client.id):
        return jsonify({"active": False})
    return jsonify({"active": True, **found})


@blueprint.errorhandler(OAuth2Error)
def respond_to_oauth_error(error: OAuth2Error) -> Response:
    """Return an OAuth error (RFC 6749, section 5.2)."""
    body = {"error": error.error, "error_description": _description(error.get_error_description() or "")}
    response = jsonify({name: value for name, value in body.items() if value})
    response.status_code = error.status_code
    if error.status_code == 401:
        response.headers["WWW-Authenticate"] = f'Basic realm="{current_app.name}"'
    return response


@blueprint.errorhandler(HTTPException)
def respond_to_http_error(error: HTTPException) -> Response:
    """Return any other error in the same format, with its headers, for example ``Retry-After``."""
    status = error.code or 500
    code = "server_error" if status == 500 else "temporarily_unavailable" if status in (429, 503) else "invalid_request"
    response = jsonify({"error": code, "error_description": _description(error.description or "")})
    response.status_code = status
    headers = getattr(error, "headers", None) or error.get_headers()
    response.headers.extend((name, value) for name, value in headers if name.lower() != "content-type")
    return response


@blueprint.after_request
def disable_http_1_0_caches(response: Response) -> Response:
    """Add ``Pragma: no-cache`` (RFC 6749, section 5.1). Every response already has ``Cache-Control: no-store``."""
    response.headers["Pragma"] = "no-cache"
    return response


def _token() -> str:
    sent = parameters.form().get("token")
    if sent is None:
        raise InvalidRequestError("The token is missing.")
    return sent


def _client() -> Client:
    client: Client = g.client
    return client


def _introspect_access(sent: str) -> dict[str, Any] | None:
    """Return the introspection response for a valid access token, otherwise None."""
    try:
        valid = authentication.validate(sent)
    except AuthenticationError:
        return None
    found = {"scope": " ".join(sorted(valid.scopes)), "client_id": valid.client_id, "token_type": "Bearer"}
    claims = valid.claims.content
    return found | {name: claims[name] for name in ("sub", "aud", "iss", "jti", "iat", "exp")}


def _introspect_refresh(sent: str, client: Client) -> dict[str, Any] | None:
    """Return the introspection response for a valid refresh token of this client, otherwise None."""
    with connect() as connection:
        row = one_time_tokens.find_refresh(connection, sent, client.id)
    if row is None or not one_time_tokens.is_valid(row) or row.used_at is not None:
        return None
    scopes = row.scopes & client.scopes & row.user_scopes  # those of the next access token
    found = {"scope": " ".join(sorted(scopes)), "client_id": row.client_id, "sub": row.user_id}
    return found | {"iss": resource(current_app), "exp": int(row.expires_at.timestamp())}


def _description(text: str) -> str:
    """Shorten the description and remove the characters that it must not contain (RFC 6749, section 5.2)."""
    allowed = (character for character in text if " " <= character <= "~" and character not in '"\\')
    return "".join(allowed)[:MAX_DESCRIPTION]
