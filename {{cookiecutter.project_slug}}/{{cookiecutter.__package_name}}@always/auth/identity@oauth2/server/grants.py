"""The three grants: Authlib validates the request, what is given out is decided here.

Each answer is made in one transaction that first holds whom it is for, then claims what was presented. A replay
commits the end of the family and answers then.
"""

from collections.abc import Collection
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Request, grants
from authlib.oauth2.rfc6749.errors import (
    InvalidClientError,
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
)
from authlib.oauth2.rfc7636 import CodeChallenge
from flask import current_app
from joserfc.jwk import ECKey
from sqlalchemy import Connection

from ....clock import now
from ....database import AnyRow, reading, writing
from ....monitoring import events
from ...protected_resource import resource
from .. import memory
from ..models import Code, RefreshToken
from . import signing_keys, tokens
from .clients import Client

Answer = tuple[int, dict[str, Any], list[tuple[str, str]]]


class InvalidTargetError(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    """The resource is none that tokens are issued for (RFC 8707, section 2)."""

    error = "invalid_target"


def require_this_resource(request: OAuth2Request) -> None:
    """Raise ``invalid_target`` for a token that is meant for another service."""
    if request.payload.data.get("resource", resource(current_app)) != resource(current_app):
        raise InvalidTargetError("Tokens are issued for this service alone.")


class S256(CodeChallenge):  # type: ignore[misc]
    """PKCE for every client, with the one method that does not show the verifier (RFC 9700, section 2.1.1)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Raise unless there is an S256 challenge of 43 characters."""
        data = grant.request.payload.data
        if data.get("code_challenge_method") != "S256" or len(data.get("code_challenge", "")) != 43:
            raise InvalidRequestError("A code_challenge with the code_challenge_method S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)

    def get_authorization_code_challenge(self, authorization_code: "Redeemable") -> str:
        """Return the challenge that the code was asked for with."""
        challenge: str = authorization_code.row.challenge
        return challenge

    def get_authorization_code_challenge_method(self, authorization_code: "Redeemable") -> str:
        """Return the one method."""
        return "S256"


class Redeemable:
    """A code or refresh token of the client at hand, as Authlib asks about it."""

    def __init__(self, row: AnyRow) -> None:
        self.row = row

    def get_redirect_uri(self) -> str:
        """Return where the code was sent."""
        uri: str = self.row.redirect_uri
        return uri

    def get_scope(self) -> str:
        """Return what the person consented to."""
        scopes: str = self.row.scopes
        return scopes

    def check_client(self, _client: Client) -> bool:
        """Tell that it was given to this client: others do not find it."""
        return True


class AuthorizationCodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """RFC 6749, section 4.1."""

    @staticmethod
    def validate_authorization_redirect_uri(request: OAuth2Request, client: Client) -> str:
        """Return the redirect URI, which must be one that the client registered."""
        uri: str | None = request.payload.redirect_uri
        if uri is None or not client.check_redirect_uri(uri):
            raise InvalidRequestError("The redirect_uri is missing or not one that the client registered.")
        return uri

    def validate_requested_scope(self) -> None:
        """Check the resource too, which is asked for beside the scopes."""
        require_this_resource(self.request)
        super().validate_requested_scope()

    def query_authorization_code(self, code: str, client: Client) -> Redeemable | None:
        """Return the code, a used one too: what it gave must end."""
        with reading() as connection:
            row = tokens.find_code(connection, code, client.id)
        return None if row is None else Redeemable(row)

    def create_token_response(self) -> Answer:
        """Claim the code, then give the first tokens of its family."""
        require_this_resource(self.request)
        row = self.request.authorization_code.row
        if row.code_expires_at <= now() and row.used_at is None:
            raise InvalidGrantError("The code has expired.")
        return _redeem(Code, row, self.request.client, row.scopes.split())


class RefreshTokenGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    """RFC 6749, section 6. Every refresh token is used once (RFC 9700, section 4.14.2)."""

    def authenticate_refresh_token(self, refresh_token: str) -> Redeemable | None:
        """Return the refresh token, a used one too: a replay must end the family."""
        with reading() as connection:
            row = tokens.find_refresh(connection, refresh_token, self.server.authenticate_client(self.request, []).id)
        return None if row is None else Redeemable(row)

    def create_token_response(self) -> Answer:
        """Claim the refresh token, then give the next ones; the next may again all that the person consented to."""
        require_this_resource(self.request)
        row, asked = self.request.refresh_token.row, self.request.payload.scope
        scopes = asked.split() if asked else row.scopes.split()
        return _redeem(RefreshToken, row, self.request.client, scopes)


class ClientCredentialsGrant(grants.ClientCredentialsGrant):  # type: ignore[misc]
    """RFC 6749, section 4.4: a client calls for itself."""

    def create_token_response(self) -> Answer:
        """Give an access token and no refresh token: the client can always ask again."""
        require_this_resource(self.request)
        client: Client = self.request.client
        scope = client.get_allowed_scope(self.request.payload.scope)
        if scope is None:
            raise InvalidScopeError("The client may not have all of these scopes.")
        key = signing_keys.signing()
        with writing() as connection:
            if not tokens.hold(connection, client.id):
                raise InvalidClientError("The client has ended.", status_code=401)
            token = tokens.issue_access(
                connection, key=key, client_id=client.id, subject=client.id, scopes=scope.split()
            )
        return 200, token, []


def _redeem(table: type[Code] | type[RefreshToken], row: AnyRow, client: Client, scopes: Collection[str]) -> Answer:
    """Claim a code or refresh token and give what it stands for; a replay ends the family instead."""
    if not tokens.in_force(row):
        raise InvalidGrantError("What it stands for has ended.")
    key = signing_keys.signing()
    with writing() as connection:
        if not tokens.hold(connection, client.id, row.family_id):
            raise InvalidGrantError("What it stands for has ended.")
        if claimed := tokens.claim(connection, table, row.digest):
            answer = _issue(connection, row, client, scopes, key)
        else:
            tokens.revoke_family(connection, row.family_id)
    if not claimed:
        memory.forget()
        events.record("authn_token_reuse", "a used code or refresh token came again", credential=row.family_id)
        raise InvalidGrantError("It was used before: all that it gave has been revoked.")
    return 200, answer, []


def _issue(connection: Connection, row: AnyRow, client: Client, scopes: Collection[str], key: ECKey) -> dict[str, Any]:
    """Issue the next tokens of a family, with what consent, request, client and person have in common."""
    allowed = set(scopes) & client.scopes & set(row.user_scopes.split())
    if not allowed:
        raise InvalidScopeError("The person may none of this any more.")
    answer = tokens.issue_access(
        connection,
        key=key,
        client_id=client.id,
        subject=row.user_id,
        scopes=allowed,
        family_id=row.family_id,
        no_later_than=row.expires_at,
    )
    if client.check_grant_type("refresh_token"):
        answer["refresh_token"] = tokens.issue_refresh(connection, row.family_id)
    return answer
