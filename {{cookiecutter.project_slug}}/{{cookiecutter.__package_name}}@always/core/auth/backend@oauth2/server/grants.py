"""The three grants: Authlib validates the requests, this module issues the tokens."""

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

from ....clock import now
from ....database import AnyRow, connect, transaction
from ...scopes import separated
from ..models import AuthorizationCode, RefreshToken
from ..protected_resource import resource
from . import access_tokens, one_time_tokens, signing_keys, token_families
from .clients import Client

TokenResponse = tuple[int, dict[str, Any], list[tuple[str, str]]]  # status, body, headers


class InvalidTargetError(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    """The requested resource is not this service (RFC 8707, section 2)."""

    error = "invalid_target"


def check_resource(request: OAuth2Request) -> None:
    """Raise ``InvalidTargetError`` if the client requests a token for another service.

    RFC 8707 allows several resources in a request. They are rejected before, like every repeated parameter.
    """
    own = resource(current_app)
    # An empty path and "/" are equivalent (RFC 3986, section 6.2.3).
    if request.payload.data.get("resource", own) not in (own, f"{own}/"):
        raise InvalidTargetError("Tokens are only issued for this service.")


class S256(CodeChallenge):  # type: ignore[misc]
    """PKCE, required of every client, with S256 as the only method (RFC 9700, section 2.1.1)."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ("S256",)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Raise ``InvalidRequestError`` unless the request has an S256 challenge of 43 characters."""
        data = grant.request.payload.data
        if data.get("code_challenge_method") != "S256" or len(data.get("code_challenge", "")) != 43:
            raise InvalidRequestError("A code_challenge with the code_challenge_method S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)

    def get_authorization_code_challenge(self, authorization_code: "OneTimeToken") -> str:
        """Return the challenge of the authorization request."""
        challenge: str = authorization_code.row.code_challenge
        return challenge

    def get_authorization_code_challenge_method(self, authorization_code: "OneTimeToken") -> str:
        """Return the only supported method."""
        return "S256"


class OneTimeToken:
    """An authorization code or refresh token of the current client, in the form that Authlib expects."""

    def __init__(self, row: AnyRow) -> None:
        self.row = row

    def get_redirect_uri(self) -> str:
        """Return the redirect URI of the authorization request."""
        uri: str = self.row.redirect_uri
        return uri

    def get_scope(self) -> str:
        """Return the scopes that the user consented to."""
        return " ".join(sorted(self.row.scopes))

    def check_client(self, _client: Client) -> bool:
        """Return True: the query finds only tokens of the current client."""
        return True


class AuthorizationCodeGrant(grants.AuthorizationCodeGrant):  # type: ignore[misc]
    """RFC 6749, section 4.1."""

    @staticmethod
    def validate_authorization_redirect_uri(request: OAuth2Request, client: Client) -> str:
        """Return the redirect URI. Raises ``InvalidRequestError`` unless it is registered for the client."""
        uri: str | None = request.payload.redirect_uri
        if uri is None or not client.check_redirect_uri(uri):
            raise InvalidRequestError("The redirect_uri is missing or not registered for this client.")
        return uri

    def validate_requested_scope(self) -> None:
        """Check the requested resource and scopes."""
        check_resource(self.request)
        super().validate_requested_scope()

    def query_authorization_code(self, code: str, client: Client) -> OneTimeToken | None:
        """Return the client's code, even a used one: a replay must revoke its family."""
        with connect() as connection:
            row = one_time_tokens.find_code(connection, code, client.id)
        return None if row is None else OneTimeToken(row)

    def create_token_response(self) -> TokenResponse:
        """Exchange the code for the first tokens of its family."""
        check_resource(self.request)
        row = self.request.authorization_code.row
        if row.code_expires_at <= now() and row.used_at is None:
            raise InvalidGrantError("The code has expired.")
        return 200, one_time_tokens.redeem(AuthorizationCode, row, self.request.client, row.scopes), []


class RefreshTokenGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    """RFC 6749, section 6. Refresh tokens are rotated: each works once (RFC 9700, section 4.14.2)."""

    def authenticate_refresh_token(self, refresh_token: str) -> OneTimeToken | None:
        """Return the client's refresh token. A used one revokes its family, even if the request is invalid."""
        client: Client = self.server.authenticate_client(self.request, [])
        with connect() as connection:
            row = one_time_tokens.find_refresh(connection, refresh_token, client.id)
        if row is not None and row.used_at is not None and one_time_tokens.is_valid(row):
            raise one_time_tokens.revoke_replayed(row)
        return None if row is None else OneTimeToken(row)

    def create_token_response(self) -> TokenResponse:
        """Exchange the refresh token for the next tokens of its family.

        Fewer requested scopes apply to this access token only, not to the next refresh token.
        """
        check_resource(self.request)
        row, requested = self.request.refresh_token.row, self.request.payload.scope
        scopes = separated(requested) if requested else row.scopes
        return 200, one_time_tokens.redeem(RefreshToken, row, self.request.client, scopes), []


class ClientCredentialsGrant(grants.ClientCredentialsGrant):  # type: ignore[misc]
    """RFC 6749, section 4.4: the client acts without a user."""

    def create_token_response(self) -> TokenResponse:
        """Issue an access token, without a refresh token: the client can request another access token."""
        check_resource(self.request)
        client: Client = self.request.client
        scope = client.get_allowed_scope(self.request.payload.scope)
        if scope is None:
            raise InvalidScopeError("The client lacks at least one of the requested scopes.")
        key = signing_keys.get_signing_key()
        with transaction() as connection:
            if not token_families.lock(connection, client.id):
                raise InvalidClientError("The client was deleted.", status_code=401)
            token = access_tokens.issue(
                connection, key=key, client_id=client.id, subject=client.id, scopes=scope.split()
            )
        return 200, token, []
