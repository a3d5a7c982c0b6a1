"""``/oauth2/authorize``: a person is asked whether an application may act for them (RFC 6749, section 4.1.1).

What the request asks for is shown and kept; the answer names what was kept, so that a person consents to what was on
the page and nothing else, once. An error goes back to the application only when it is known whose redirect URI that is.
"""

import json
import secrets
from collections.abc import Collection
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
from sqlalchemy import Connection, delete, insert, select, update

from ....clock import now
from ....database import AnyRow, transaction
from ....declare import raw_body, raw_query
from ....declare.access_rule import guarded_by, public
from ....declare.declaration import FORM
from ....observability import events
from ...scopes import SCOPES
from .. import parameters
from ..accounts import sessions
from ..accounts.pages import TEMPLATES, answer_errors, page, render, see_other
from ..models import ShownRequest
from ..protected_resource import resource
from . import redirects, tokens
from .authlib_server import Request, server
from .clients import Client, digest

SHOWN_FOR = timedelta(minutes=10)
blueprint = Blueprint("authorization", __name__, url_prefix="/oauth2", template_folder=f"../accounts/{TEMPLATES}")
answer_errors(blueprint)


class Asked(NamedTuple):
    """A valid authorization request."""

    client: Client
    scopes: frozenset[str]
    redirect_uri: str
    challenge: str
    state: str | None


@blueprint.get("/authorize")
@public
@page(200, 303)
@raw_query
def ask() -> Response:
    """Ask the person who is signed in for consent; somebody who is not signs in first."""
    found = parameters.query()
    try:
        asked = _validated(found)
        session = sessions.present()
        if session is None:
            return _sign_in_first()
        scopes = _allowed(asked, session)
    except OAuth2Error as error:
        return _error(error, found)
    shown = secrets.token_urlsafe(32)
    with transaction() as connection:
        if not sessions.hold(connection, session):
            return _sign_in_first()
        # With the scopes that are shown: what the person may give by the time of the answer can be more.
        _keep(connection, shown, session.id, {**found, "scope": " ".join(sorted(scopes))})
    return render(
        "consent",
        form_target=redirects.source(asked.redirect_uri),
        client=asked.client.name,
        destination=redirects.origin(asked.redirect_uri),
        scopes=[SCOPES[scope] for scope in sorted(scopes)],
        name=session.name,
        shown=shown,
    )


@blueprint.post("/authorize")
@guarded_by("session")
@page(303, 403)
@raw_body(FORM)
def answer() -> Response:
    """Take the person's answer to the request that was shown, and send them back to the application."""
    session, form = sessions.current(), parameters.form()
    with transaction() as connection:
        found = _claim(connection, form.get("shown", ""), session.id)
    if found is None:
        raise _over()
    try:
        asked = _validated(found)
        scopes = _allowed(asked, session)
        if form.get("answer") != "allow":
            raise AccessDeniedError
    except OAuth2Error as error:
        return _error(error, found)
    with transaction() as connection:
        if not (sessions.hold(connection, session) and tokens.hold(connection, asked.client.id)):
            raise _over()
        code = tokens.begin_family(
            connection,
            user_id=session.user_id,
            client_id=asked.client.id,
            scopes=scopes,
            redirect_uri=asked.redirect_uri,
            challenge=asked.challenge,
        )
    events.record("authn_token_created", "a person let an application act for them", credential=asked.client.id)
    return _back(asked.redirect_uri, {"code": code}, asked.state)


def _sign_in_first() -> Response:
    """Lead to the sign-in, which leads back to the request at hand."""
    return see_other("sign_in.show", urlencode({"asked": request.query_string.decode("ascii")}))


def _over() -> InvalidRequestError:
    """Return the error for an answer to what does not stand open any more."""
    return InvalidRequestError("This was answered before, or is too old. Start again at the application.")


def _validated(found: dict[str, str]) -> Asked:
    """Return the request that the parameters make. Raises an ``OAuth2Error``."""
    asking = Request("GET", found)
    if found.get("response_type") != "code":
        raise _unsupported(found)
    grant = server.get_consent_grant(asking)
    return Asked(
        client=asking.client,
        scopes=frozenset(asking.scope.split()),
        redirect_uri=grant.redirect_uri,
        challenge=found["code_challenge"],
        state=found.get("state"),
    )


def _unsupported(found: dict[str, str]) -> OAuth2Error:
    """Return the error for no response type or any other; it goes back where the redirect URI is the client's."""
    client, uri = server.query_client(found.get("client_id", "")), found.get("redirect_uri", "")
    if client is None:
        return InvalidClientError("There is no such client.")
    if not client.check_redirect_uri(uri):
        return InvalidRequestError("The redirect_uri is missing or not one that the client registered.")
    if "response_type" not in found:
        return InvalidRequestError("The response_type is missing.", redirect_uri=uri)
    return UnsupportedResponseTypeError("other", redirect_uri=uri)


def _allowed(asked: Asked, session: AnyRow) -> Collection[str]:
    """Return which of the scopes the person may give; raises ``invalid_scope`` when it is none."""
    scopes = asked.scopes & set(session.scopes.split())
    if not scopes:
        raise InvalidScopeError("The person may give none of these scopes.", redirect_uri=asked.redirect_uri)
    return scopes


def _error(error: OAuth2Error, found: dict[str, str]) -> Response:
    """Send the error back to the application; raise it, for a page, when it is not known whose address that is."""
    uri = error.redirect_uri or (found.get("redirect_uri") if isinstance(error, AccessDeniedError) else None)
    if uri is None:
        raise error
    told = {"error": error.error, "error_description": error.get_error_description()}
    return _back(uri, {name: value for name, value in told.items() if value}, found.get("state"))


def _back(uri: str, told: dict[str, str], state: str | None) -> Response:
    """Send the browser back, with the state as it came and who is speaking (RFC 9207)."""
    return redirects.back(uri, {**told, **({"state": state} if state else {}), "iss": resource(current_app)})


def _keep(connection: Connection, shown: str, session_id: str, found: dict[str, str]) -> None:
    at = now()
    connection.execute(delete(ShownRequest).where(ShownRequest.expires_at < at))
    values = {"digest": digest(shown), "session_id": session_id, "parameters": json.dumps(found)}
    connection.execute(insert(ShownRequest).values(expires_at=at + SHOWN_FOR, **values))


def _claim(connection: Connection, shown: str, session_id: str) -> dict[str, str] | None:
    """Return the parameters of the request that was shown in this session, if it was not answered yet."""
    this = (ShownRequest.digest == digest(shown), ShownRequest.session_id == session_id)
    open_ = (ShownRequest.used_at.is_(None), ShownRequest.expires_at > now())
    if connection.execute(update(ShownRequest).where(*this, *open_).values(used_at=now())).rowcount != 1:
        return None
    found: dict[str, str] = json.loads(connection.execute(select(ShownRequest.parameters).where(*this)).scalar_one())
    return found
