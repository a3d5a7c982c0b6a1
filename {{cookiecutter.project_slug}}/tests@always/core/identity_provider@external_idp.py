"""An identity provider for the tests: it publishes its keys over HTTPS and signs any claims.

The fixtures create one for a test, and a client of a service that trusts it.
"""

import json
import os
import ssl
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey

from dev import certificates

MakeApp = Callable[..., Flask]
Status = Callable[[str], int]
AUDIENCE = "https://localhost:8443"
ME = "/api/v1/me"
# The provider runs on this machine, so a proxy of the environment cannot reach it. Lower case takes precedence.
os.environ["no_proxy"] = "localhost"


class IdentityProvider:
    """A provider on a free port.

    ``asked`` contains the paths of all requests. ``metadata`` changes the metadata document, ``redirects`` maps a path
    to a Location, and ``before`` is sent byte by byte before each response. Requests wait while ``answers`` is not set.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="provider-")
        certificates.create(Path(self._folder.name))
        self.ca = Path(self._folder.name, "ca.pem")
        self.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        self.published: list[Any] = [self.key.as_dict(private=False)]
        self.asked: list[str] = []
        self.answers = Event()
        self.answers.set()
        self.metadata: dict[str, Any] = {}
        self.redirects: dict[str, str] = {}
        self.before = b""
        self.start()

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a service that trusts this provider."""
        return {"provider_issuer": self.issuer, "provider_ca": str(self.ca), "provider_audience": AUDIENCE}

    def start(self, port: int = 0) -> None:
        """Serve in a thread, on a free port or on ``port``."""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                provider.answers.wait(30)
                document = provider.document(self.path)
                for byte in provider.before:
                    self.wfile.write(bytes([byte]))
                content = json.dumps(document).encode()
                if elsewhere := provider.redirects.get(self.path):
                    self.send_response(302)
                    self.send_header("Location", elsewhere)
                else:
                    self.send_response(404 if document is None else 200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                """Log nothing."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                """Log nothing: a client may disconnect before it has read the response."""

        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(Path(self._folder.name, "server.pem"), Path(self._folder.name, "server-key.pem"))
        self._server = Server(("127.0.0.1", port), Handler)
        self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self._server.server_port
        self.issuer = f"https://localhost:{self.port}"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Close the port; ``start`` opens it again."""
        self._server.shutdown()
        self._server.server_close()

    def close(self) -> None:
        """Close the port and delete the files."""
        self.answers.set()
        self.stop()
        self._folder.cleanup()

    def document(self, path: str) -> Any:
        """Return the JSON document at a path, None if there is none."""
        return {
            "/.well-known/openid-configuration": {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys"}
            | self.metadata,
            "/keys": {"keys": self.published},
        }.get(path.partition("?")[0])

    def rotate(self) -> None:
        """Sign with a new key; the old one remains published."""
        self.key = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
        self.published = [self.key.as_dict(private=False), *self.published]

    def token(self, subject: str = "ada", scopes: str = "probes:read", **claims: Any) -> str:
        """Return an access token (RFC 9068); a claim whose value is None is omitted."""
        now = int(time.time())
        usual = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": subject,
            "client_id": "web",
            "scope": scopes,
            "jti": str(uuid.uuid4()),
            "iat": now,
            "exp": now + 300,
        }
        found = {name: value for name, value in {**usual, **claims}.items() if value is not None}
        return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": self.key.kid}, found, self.key)


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    """A provider that only this test uses, and may change or stop."""
    provider = IdentityProvider()
    yield provider
    provider.close()


@pytest.fixture
def client(make_app: MakeApp, provider: IdentityProvider) -> FlaskClient:
    """A client of a service that trusts ``provider``."""
    return make_app(**provider.settings, limits_failed_authentications="1000/minute").test_client()


@pytest.fixture
def status(client: FlaskClient) -> Status:
    """Send a request with a token and return the status of the response."""
    return lambda token: client.get(ME, headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.fixture
def soon(service: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetch the keys for every unknown key, without an interval between fetches."""
    monkeypatch.setattr(service.core.auth.backend.provider, "MIN_INTERVAL", 0.0)
