"""Authlib's authorization server, with the grants of this service.

Only the grants that this module registers exist. The implicit and password grants do not (RFC 9700, section 2).
"""

from typing import Any

from authlib.oauth2 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749 import InvalidScopeError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from flask import current_app, g

from ...scopes import current_scopes, separated
from ..protected_resource import resource
from . import clients
from .grants import S256, AuthorizationCodeGrant, ClientCredentialsGrant, RefreshTokenGrant


class Request(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    """Strictly parsed parameters, in the form that Authlib expects."""

    def __init__(self, method: str, parameters: dict[str, str]) -> None:
        super().__init__(method, resource(current_app), headers={})
        self.payload = BasicOAuth2Payload(parameters)

    @property
    def form(self) -> dict[str, str]:
        """The parameters."""
        data: dict[str, str] = self.payload.data
        return data


class Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server, connected to our client table and to our client authentication."""

    def query_client(self, client_id: str) -> clients.Client | None:
        """Return the client with this id, or None."""
        return clients.find(client_id)

    def authenticate_client(
        self, request: OAuth2Request, methods: list[str], endpoint: str = "token"
    ) -> clients.Client:
        """Return the client that the guard authenticated."""
        client: clients.Client = g.client
        return client

    def create_oauth2_request(self, request: Request) -> Request:
        """Return the request unchanged."""
        return request

    def validate_requested_scope(self, scope: str | None) -> None:
        """Raise ``InvalidScopeError`` for a scope that this service does not define."""
        if set(separated(scope or "")) - current_scopes().keys():
            raise InvalidScopeError()

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Send no signals; this service records its own security events."""

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Any:
        """Return the response body. Errors are raised instead."""
        return body

    def handle_error_response(self, request: OAuth2Request, error: Exception) -> Any:
        """Raise the error, for the error handler of the blueprint."""
        raise error


server = Server()
server.register_grant(AuthorizationCodeGrant, [S256()])
server.register_grant(RefreshTokenGrant)
server.register_grant(ClientCredentialsGrant)
