"""Credentials that a client sent in a form over plain HTTP."""

from authlib.oauth2.rfc6749.errors import OAuth2Error
from flask import current_app, g

from ....clock import now
from ....database import AnyRow, connect, transaction
from ....observability import events
from ....settings import get_settings
from ...errors import AuthenticationError
from .. import authentication, parameters
from ..events import AUTHN_TOKEN_REVOKED
from ..settings import TokenSettings
from . import client_authentication, one_time_tokens, token_families
from .clients import Client


def find_exposed() -> dict[str, str] | None:
    """Return the client whose secret, code or token the request contains, with the id of the token, or None.

    Tokens are revoked if the settings say so. A secret is not: its client would stop working.
    """
    try:
        client_authentication.authenticate()
        form = parameters.form()
    except OAuth2Error:
        return None
    client: Client = g.client
    found = {} if client.is_public else {"client": client.id}
    if row := _find_one_time_token(form, client.id):
        _revoke_family(row)
        found = {"client": client.id, "owner": row.user_id, "credential": row.family_id}
    elif token_id := _find_access_token(form.get("token", "")):
        authentication.revoke_exposed(token_id)
        found = {"client": client.id, "credential": token_id}
    return found or None


def _find_one_time_token(form: dict[str, str], client_id: str) -> AnyRow | None:
    token, code = form.get("refresh_token") or form.get("token", ""), form.get("code", "")
    with connect() as connection:
        row = one_time_tokens.find_refresh(connection, token, client_id)
        row = row or one_time_tokens.find_code(connection, code, client_id)
    if row is None or not one_time_tokens.is_valid(row) or row.used_at is not None:
        return None
    return row if getattr(row, "code_expires_at", row.expires_at) > now() else None


def _find_access_token(token: str) -> str | None:
    try:
        return authentication.validate(token).claims.token_id
    except AuthenticationError:
        return None


def _revoke_family(row: AnyRow) -> None:
    if not get_settings(current_app, TokenSettings).tokens_revoke_exposed:
        return
    with transaction() as connection:
        revoked = token_families.revoke(connection, row.family_id)
    if revoked:
        reason = "the token was sent over plain HTTP"
        events.record(AUTHN_TOKEN_REVOKED, reason, credential=row.family_id, owner=row.user_id)
