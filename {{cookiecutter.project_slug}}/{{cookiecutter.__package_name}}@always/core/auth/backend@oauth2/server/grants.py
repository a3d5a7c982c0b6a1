"""The three grants: Authlib validates the request, what is given out is decided here."""

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
from ..models import Code, RefreshToken
from ..protected_resource import resource
from . import signing_keys, tokens
from .clients import Client
from .redemption import redeem, replayed

Answer = tuple[int, dict[str, Any], list[tuple[str, str]]]


class InvalidTargetError(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    """The resource is none that tokens are issued for (RFC 8707, section 2)."""

    error = "invalid_target"


def require_this_resource(request: OAuth2Request) -> None:
    """Raise ``invalid_target`` for a token that is meant for another service."""
    ours = resource(current_app)
    # Without a path and with the shortest one it is the same address (RFC 3986, section 6.2.3).
    if request.payload.data.get("resource", ours) not in (ours, f"{ours}/"):
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
        with connect() as connection:
            row = tokens.find_code(connection, code, client.id)
        return None if row is None else Redeemable(row)

    def create_token_response(self) -> Answer:
        """Claim the code, then give the first tokens of its family."""
        require_this_resource(self.request)
        row = self.request.authorization_code.row
        if row.code_expires_at <= now() and row.used_at is None:
            raise InvalidGrantError("The code has expired.")
        return 200, redeem(Code, row, self.request.client, row.scopes.split()), []


class RefreshTokenGrant(grants.RefreshTokenGrant):  # type: ignore[misc]
    """RFC 6749, section 6. Every refresh token is used once (RFC 9700, section 4.14.2)."""

    def authenticate_refresh_token(self, refresh_token: str) -> Redeemable | None:
        """Return the refresh token; one that was used before ends its family, whatever else is asked for with it."""
        with connect() as connection:
            row = tokens.find_refresh(connection, refresh_token, self.server.authenticate_client(self.request, []).id)
        if row is not None and row.used_at is not None and tokens.is_valid(row):
            raise replayed(row)
        return None if row is None else Redeemable(row)

    def create_token_response(self) -> Answer:
        """Claim the refresh token, then give the next ones; the next may again all that the person consented to."""
        require_this_resource(self.request)
        row, asked = self.request.refresh_token.row, self.request.payload.scope
        scopes = separated(asked) if asked else row.scopes.split()
        return 200, redeem(RefreshToken, row, self.request.client, scopes), []


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
        with transaction() as connection:
            if not tokens.hold(connection, client.id):
                raise InvalidClientError("The client has ended.", status_code=401)
            token = tokens.issue_access(
                connection, key=key, client_id=client.id, subject=client.id, scopes=scope.split()
            )
        return 200, token, []
