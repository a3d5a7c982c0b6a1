"""Who may speak to the token, revocation and introspection endpoints: a client that authenticates.

A confidential client proves itself in one way, by HTTP Basic or in the form; a public one names itself (RFC 6749,
section 2.3). Authlib does the proving; here is refused what would confuse it.
"""

import base64
from typing import Never
from urllib.parse import unquote_plus

from authlib.oauth2.rfc6749.authenticate_client import ClientAuthentication
from authlib.oauth2.rfc6749.errors import InvalidClientError, InvalidRequestError
from flask import Response, g, request

from .... import limits
from ....observability import events
from .. import parameters
from . import clients
from .authlib_server import Request

METHODS = ("client_secret_basic", "client_secret_post", "none")


def guard() -> Response | None:
    """Let a request pass whose client is who it says it is."""
    if request.query_string:
        raise InvalidRequestError("The parameters belong in the body.")
    form = dict(parameters.form())
    header = request.headers.get("Authorization")
    if header is not None:
        client_id, form["client_secret"] = _basic(header)
        if "client_secret" in parameters.form() or form.setdefault("client_id", client_id) != client_id:
            raise InvalidRequestError("The client names or proves itself twice.")
    method = "client_secret_post" if "client_secret" in form else "none"
    try:
        g.client = ClientAuthentication(clients.find)(Request("POST", form), [method])
    except InvalidClientError:
        _fail("the client cannot be authenticated")
    return None


def _basic(header: str) -> tuple[str, str]:
    """Return the id and the secret in the header; both are form-encoded in it (RFC 6749, section 2.3.1)."""
    scheme, _, credentials = header.partition(" ")
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode("ascii")
        client_id, colon, secret = text.partition(":")
    except ValueError:
        colon = ""
    if scheme.lower() != "basic" or not colon:
        _fail("the Authorization header is not that of HTTP Basic")
    client_id, secret = unquote_plus(client_id, errors="replace"), unquote_plus(secret, errors="replace")
    if parameters.CONTROL.search(client_id + secret):
        _fail("the Authorization header contains a control character")
    return client_id, secret


def _fail(reason: str) -> Never:
    events.record("authn_login_fail", reason)
    limits.failed_authentication()
    # RFC 6749, section 5.2, wants a challenge where one method is HTTP's.
    raise InvalidClientError("The client could not be authenticated.", status_code=401)
