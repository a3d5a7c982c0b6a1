"""``/oauth2/token``, ``/oauth2/revoke`` and ``/oauth2/introspect``: where clients speak to the authorization server.

They take a posted form and answer in the JSON of RFC 6749, errors too.
"""

from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError, OAuth2Error
from flask import Blueprint, Response, current_app, g, jsonify
from werkzeug.exceptions import HTTPException

from ....database import connect, transaction
from ....declare import errors, produces, raw_body
from ....declare.access_rule import guarded_by
from ....declare.declaration import FORM, JSON
from ....limits import SettingRate, get_remote_address, limiter
from ....observability import events
from ...errors import AuthenticationError
from .. import authentication, cache, parameters
from ..protected_resource import resource
from . import forms, tokens
from .authlib_server import Request, server
from .clients import Client

blueprint = Blueprint("oauth2", __name__, url_prefix="/oauth2")


@blueprint.post("/token")
@guarded_by("client")
@limiter.shared_limit(SettingRate("tokens"), scope="tokens", key_func=get_remote_address)
@produces(JSON)
@errors("unauthenticated", schema=forms.ProtocolError)
@raw_body(FORM, forms.TokenForm)
def token() -> Response:
    """Give tokens for a code, a refresh token or a client's own credentials (RFC 6749, section 3.2)."""
    form = parameters.form()
    if "grant_type" not in form:
        raise InvalidRequestError("The grant_type is missing.")
    return jsonify(server.create_token_response(Request("POST", form)))


@blueprint.post("/revoke")
@guarded_by("client")
@produces(JSON)
@errors("unauthenticated", schema=forms.ProtocolError)
@raw_body(FORM, forms.TokenQuestion)
def revoke() -> Response:
    """End a token; a refresh token ends its whole family. An unknown one is no error (RFC 7009).

    A hint about its type changes nothing: both kinds are always looked for.
    """
    text, client = _token(), _client()
    with transaction() as connection:
        if refresh := tokens.find_refresh(connection, text, client.id):
            revoked = tokens.revoke_family(connection, refresh.family_id)
        else:
            access = _access(text)
            revoked = (
                access is not None
                and access["client_id"] == client.id
                and tokens.revoke_access(connection, access["jti"])
            )
    if revoked:
        cache.forget()
        events.record("authn_token_revoked", "a client revoked a token")
    return jsonify({})


@blueprint.post("/introspect")
@guarded_by("client")
@produces(JSON)
@errors("unauthenticated", schema=forms.ProtocolError)
@raw_body(FORM, forms.TokenQuestion)
def introspect() -> Response:
    """Tell what a token is worth (RFC 7662): to the client it was given to, and to protected resources."""
    text, client = _token(), _client()
    if client.public:
        raise InvalidClientError("A public client may not introspect.", status_code=401)
    found = _access(text) or _refresh(text, client)
    if found is None or not (client.introspects or found["client_id"] == client.id):
        return jsonify({"active": False})
    return jsonify({"active": True, **found})


@blueprint.errorhandler(OAuth2Error)
def answer_oauth_error(error: OAuth2Error) -> Response:
    """Answer an error of the protocol (RFC 6749, section 5.2)."""
    told = {"error": error.error, "error_description": _plain(error.get_error_description() or "")}
    response = jsonify({name: value for name, value in told.items() if value})
    response.status_code = error.status_code
    if error.status_code == 401:
        response.headers["WWW-Authenticate"] = f'Basic realm="{current_app.name}"'
    return response


@blueprint.errorhandler(HTTPException)
def answer_http_error(error: HTTPException) -> Response:
    """Answer an error of the service in the same form; headers such as ``Retry-After`` stay."""
    status = error.code or 500
    code = "server_error" if status == 500 else "temporarily_unavailable" if status in (429, 503) else "invalid_request"
    response = jsonify({"error": code, "error_description": _plain(error.description or "")})
    response.status_code = status
    headers = getattr(error, "headers", None) or error.get_headers()
    response.headers.extend((name, value) for name, value in headers if name.lower() != "content-type")
    return response


@blueprint.after_request
def keep_nowhere(response: Response) -> Response:
    """Forbid the oldest caches to keep an answer; the header for all others stands on every one (RFC 6749, 5.1)."""
    response.headers["Pragma"] = "no-cache"
    return response


def _token() -> str:
    text = parameters.form().get("token")
    if text is None:
        raise InvalidRequestError("The token is missing.")
    return text


def _client() -> Client:
    client: Client = g.client
    return client


def _access(text: str) -> dict[str, Any] | None:
    """Return what introspection tells of an access token that is in force."""
    try:
        checked = authentication.check(text)
    except AuthenticationError:
        return None
    told = {"scope": " ".join(sorted(checked.scopes)), "client_id": checked.client_id, "token_type": "Bearer"}
    claims = checked.claims.content
    return told | {name: claims[name] for name in ("sub", "aud", "iss", "jti", "iat", "exp")}


def _refresh(text: str, client: Client) -> dict[str, Any] | None:
    """Return what introspection tells a client of its own refresh token."""
    with connect() as connection:
        row = tokens.find_refresh(connection, text, client.id)
    if row is None or not tokens.is_valid(row) or row.used_at is not None:
        return None
    told = {"scope": row.scopes, "client_id": row.client_id, "sub": row.user_id, "iss": resource(current_app)}
    return told | {"exp": int(row.expires_at.timestamp())}


def _plain(text: str) -> str:
    """Return the text without what an error description may not contain (RFC 6749, section 5.2)."""
    return "".join(letter for letter in text if " " <= letter <= "~" and letter not in '"\\')
