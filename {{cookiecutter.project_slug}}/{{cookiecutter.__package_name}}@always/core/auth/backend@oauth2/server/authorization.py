"""``/oauth2/authorize``: ask the user to allow a client's authorization request (RFC 6749, section 4.1.1).

The request is stored when the consent page is shown, and the submitted form refers to it. So the user consents to
exactly what the page showed, and only once. Errors are sent to the client only if the redirect URI is registered.
"""

import json
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from authlib.oauth2.rfc6749.errors import (
    AccessDeniedError,
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    UnsupportedResponseTypeError,
)
from flask import Blueprint, Response, current_app, request
from sqlalchemy import Connection, insert, select, update

from ....clock import now
from ....database import AnyRow, transaction
from ....declare import guarded_by, public
from ....observability import events
from ...scopes import current_scopes
from .. import parameters, secret_tokens
from ..accounts import sessions
from ..accounts.pages import TEMPLATES, html_form, html_page, render, render_errors, see_other
from ..deletion import delete_expired
from ..events import AUTHN_TOKEN_CREATED
from ..models import ConsentRequest
from ..protected_resource import resource
from . import redirect_uris, token_families
from .authlib_server import Request, server
from .clients import Client

CONSENT_REQUEST_LIFETIME = timedelta(minutes=10)
blueprint = Blueprint("authorization", __name__, url_prefix="/oauth2", template_folder=f"../accounts/{TEMPLATES}")
render_errors(blueprint)


class AuthorizationRequest(NamedTuple):
    """A valid authorization request."""

    client: Client
    scopes: frozenset[str]
    redirect_uri: str
    code_challenge: str
    state: str | None


@blueprint.get("/authorize")
@public
@html_page(200, 303)
def show() -> Response:
    """Show the consent page to a user who is signed in; redirect others to the sign-in page."""
    found, session = parameters.query(), sessions.load()
    try:
        authorization = _validate(found)
        if session is None:
            return _sign_in_first()
        scopes = _allowed_scopes(authorization, session)
    except OAuth2Error as error:
        # A link to this page must not redirect a stranger to a client: authenticate first (RFC 9700, section 4.11.2).
        return _sign_in_first() if session is None and error.redirect_uri else _redirect_error(error, found)
    with transaction() as connection:
        if not sessions.lock(connection, session):
            return _sign_in_first()
        # Store the scopes that the page shows: the user's scopes may change until the form is submitted.
        consent_request = _store(connection, session.id, {**found, "scope": " ".join(sorted(scopes))})
    return render(
        "consent",
        form_target=redirect_uris.csp_source(authorization.redirect_uri),
        client=authorization.client.name,
        destination=redirect_uris.origin(authorization.redirect_uri),
        scopes=[current_scopes()[scope] for scope in sorted(scopes)],
        name=session.name,
        consent_request=consent_request,
    )


@blueprint.post("/authorize")
@guarded_by("session")
@html_form(303, 403)
def decide() -> Response:
    """Redirect to the client with a code if the user allowed the request, else with ``access_denied``."""
    session, form = sessions.current(), parameters.form()
    with transaction() as connection:
        found = _claim(connection, form.get("consent_request", ""), session.id)
    if found is None:
        raise _consent_expired()
    try:
        authorization = _validate(found)
        scopes = _allowed_scopes(authorization, session) & frozenset(found["scope"].split())
        if form.get("answer") != "allow":
            raise AccessDeniedError(redirect_uri=authorization.redirect_uri)
    except OAuth2Error as error:
        return _redirect_error(error, found)
    client_id, redirect_uri = authorization.client.id, authorization.redirect_uri
    with transaction() as connection:
        if not (sessions.lock(connection, session) and token_families.lock(connection, client_id)):
            raise _consent_expired()
        code = token_families.start(
            connection,
            user_id=session.user_id,
            client_id=client_id,
            scopes=scopes,
            redirect_uri=redirect_uri,
            code_challenge=authorization.code_challenge,
        )
    events.record(
        AUTHN_TOKEN_CREATED, "a user allowed an authorization request", owner=session.user_id, client=client_id
    )
    return _redirect(redirect_uri, {"code": code}, authorization.state)


def _sign_in_first() -> Response:
    """Redirect to the sign-in page, which continues with the current request afterwards."""
    return see_other("sign_in.show", urlencode({"authorization_request": request.query_string.decode("ascii")}))


def _consent_expired() -> InvalidRequestError:
    return InvalidRequestError("This request was already answered or has expired. Start again in the application.")


def _validate(found: dict[str, str]) -> AuthorizationRequest:
    """Return the authorization request. Raises ``OAuth2Error``."""
    oauth2_request = Request("GET", found)
    if found.get("response_type") != "code":
        raise _response_type_error(found)
    grant = server.get_consent_grant(oauth2_request)
    return AuthorizationRequest(
        client=oauth2_request.client,
        scopes=frozenset(oauth2_request.scope.split()),
        redirect_uri=grant.redirect_uri,
        code_challenge=found["code_challenge"],
        state=found.get("state"),
    )


def _response_type_error(found: dict[str, str]) -> OAuth2Error:
    """Return the error for a missing or unsupported response type."""
    client, uri = server.query_client(found.get("client_id", "")), found.get("redirect_uri", "")
    if client is None:
        return InvalidClientError("The client_id is unknown.")
    if not client.check_redirect_uri(uri):
        return InvalidRequestError("The redirect_uri is missing or not registered for this client.")
    if "response_type" not in found:
        return InvalidRequestError("The response_type is missing.", redirect_uri=uri)
    # Not the value that was sent: error_description cannot contain every character (RFC 6749, section 4.1.2.1).
    return UnsupportedResponseTypeError("other", redirect_uri=uri)


def _allowed_scopes(authorization: AuthorizationRequest, session: AnyRow) -> frozenset[str]:
    """Return the requested scopes that the user has. Raises ``InvalidScopeError`` if the user has none of them."""
    scopes: frozenset[str] = authorization.scopes & session.scopes
    if authorization.scopes and not scopes:
        raise InvalidScopeError("The user has none of these scopes.", redirect_uri=authorization.redirect_uri)
    return scopes


def _redirect_error(error: OAuth2Error, found: dict[str, str]) -> Response:
    """Redirect to the client with the error; raise it, for an error page, if the redirect URI is not validated."""
    if error.redirect_uri is None:
        raise error
    result = {"error": error.error, "error_description": error.get_error_description()}
    return _redirect(error.redirect_uri, {name: value for name, value in result.items() if value}, found.get("state"))


def _redirect(uri: str, result: dict[str, str], state: str | None) -> Response:
    """Redirect to the client with the result, the unchanged state and the issuer (RFC 9207)."""
    issuer = resource(current_app)
    return redirect_uris.redirect(uri, {**result, **({"state": state} if state else {}), "iss": issuer})


def _store(connection: Connection, session_id: str, found: dict[str, str]) -> str:
    """Store the parameters of the shown request and return its token. Also delete expired requests."""
    token = secret_tokens.generate()
    delete_expired(connection, ConsentRequest)
    values = {"digest": secret_tokens.digest(token), "session_id": session_id, "parameters": json.dumps(found)}
    connection.execute(insert(ConsentRequest).values(expires_at=now() + CONSENT_REQUEST_LIFETIME, **values))
    return token


def _claim(connection: Connection, token: str, session_id: str) -> dict[str, str] | None:
    """Mark the session's request as answered and return its parameters, or None if it was answered or has expired."""
    this = (ConsentRequest.digest == secret_tokens.digest(token), ConsentRequest.session_id == session_id)
    unused = (ConsentRequest.used_at.is_(None), ConsentRequest.expires_at > now())
    if connection.execute(update(ConsentRequest).where(*this, *unused).values(used_at=now())).rowcount != 1:
        return None
    found: dict[str, str] = json.loads(connection.execute(select(ConsentRequest.parameters).where(*this)).scalar_one())
    return found
