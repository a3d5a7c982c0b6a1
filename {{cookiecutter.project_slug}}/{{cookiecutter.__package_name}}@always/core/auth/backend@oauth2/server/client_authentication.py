"""Client authentication at the token, revocation and introspection endpoints (RFC 6749, section 2.3).

A confidential client uses one method: HTTP Basic, or its secret in the form. A public client sends only its id. Authlib
verifies the credentials; this module parses the header and rejects ambiguous and malformed credentials first.
"""

import base64
from typing import Never
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749.authenticate_client import ClientAuthentication
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError
from flask import g, request

from .... import limits
from ....observability import events
from .. import parameters, secret_tokens
from . import clients
from .authlib_server import Request

METHODS = ("client_secret_basic", "client_secret_post", "none")


def guard() -> None:
    """Authenticate the client, or raise an ``OAuth2Error``."""
    if request.query_string:
        raise InvalidRequestError("Send the parameters in the request body, not in the query.")
    authenticate()


def authenticate() -> None:
    """Authenticate the client by the header or the form."""
    form = dict(parameters.form())
    header = request.headers.get("Authorization")
    if header is not None:
        client_id, form["client_secret"] = _parse_basic(header)
        if "client_secret" in parameters.form() or form.setdefault("client_id", client_id) != client_id:
            raise InvalidRequestError("Send the client credentials once: in the header or in the body.")
    method = "client_secret_post" if "client_secret" in form else "none"
    try:
        g.client = ClientAuthentication(clients.find)(Request("POST", form), [method])
    except InvalidClientError:
        _fail("invalid client credentials", form.get("client_id"))


def _parse_basic(header: str) -> tuple[str, str]:
    """Return the id and the secret, which are form-encoded in the header (RFC 6749, section 2.3.1)."""
    scheme, _, credentials = header.partition(" ")
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True).decode("ascii")
    except ValueError:
        decoded = ""
    client_id, colon, secret = decoded.partition(":")
    if scheme.lower() != "basic" or not colon:
        _fail("the Authorization header is not valid HTTP Basic")
    client_id, secret = unquote_plus(client_id, errors="replace"), unquote_plus(secret, errors="replace")
    if parameters.CONTROL_CHARACTER.search(client_id + secret):
        _fail("the Authorization header contains a control character")
    return client_id, secret


def _fail(reason: str, client_id: str | None = None) -> Never:
    known = client_id is not None and clients.find(client_id) is not None
    unknown = client_id and not known
    events.record(
        events.AUTHN_LOGIN_FAIL,
        reason,
        client=client_id if known else None,
        name_hash=secret_tokens.name_hash(client_id or "") if unknown else None,
    )
    limits.count_failed_authentication()
    # With this status the error handler adds the challenge that RFC 6749, section 5.2, requires.
    raise InvalidClientError("Client authentication failed.", status_code=401)
