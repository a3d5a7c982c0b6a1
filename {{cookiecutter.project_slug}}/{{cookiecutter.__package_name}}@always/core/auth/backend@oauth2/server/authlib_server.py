"""The authorization server: Authlib's, with the grants of this service and requests that were read strictly.

Only what this module registers exists: there is no implicit and no password grant (RFC 9700, section 2).
"""

from typing import Any

from authlib.oauth2 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from flask import current_app, g

from ...scopes import SCOPES
from ..protected_resource import resource
from . import clients
from .grants import S256, AuthorizationCodeGrant, ClientCredentialsGrant, RefreshTokenGrant


class Request(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    """What Authlib sees of a request: parameters that come from one place and stand once."""

    def __init__(self, method: str, parameters: dict[str, str]) -> None:
        super().__init__(method, resource(current_app), headers={})
        self.payload = BasicOAuth2Payload(parameters)

    @property
    def form(self) -> dict[str, str]:
        """The parameters."""
        data: dict[str, str] = self.payload.data
        return data


class Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server over our clients; a guard has authenticated the client before it is asked."""

    def query_client(self, client_id: str) -> clients.Client | None:
        """Return the client with this id."""
        return clients.find(client_id)

    def authenticate_client(
        self, request: OAuth2Request, methods: list[str], endpoint: str = "token"
    ) -> clients.Client:
        """Return the client that the guard let pass."""
        client: clients.Client = g.client
        return client

    def create_oauth2_request(self, request: Request) -> Request:
        """Return the request as it is."""
        return request

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Tell nobody: the journal is written where something happens."""

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Any:
        """Return the answer's body; errors have left by an exception."""
        return body

    def handle_error_response(self, request: OAuth2Request, error: Exception) -> Any:
        """Let the error pass on to the place that writes all of them."""
        raise error


server = Server(list(SCOPES))
server.register_grant(AuthorizationCodeGrant, [S256()])
server.register_grant(RefreshTokenGrant)
server.register_grant(ClientCredentialsGrant)
