"""The provider's keys are fetched through the proxy and with the CAs that the environment names."""

import base64
import select
import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from tests.core.credentials import provider as shared_provider
from tests.core.identity_provider import IdentityProvider, provider
from tests.core.registry import registered

__all__ = ["provider"]

MakeApp = Callable[..., Flask]
VARIABLES = ("https_proxy", "all_proxy", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR")


class Proxy:
    """An HTTP proxy with CONNECT; ``tunnels`` lists the hosts, ``credentials`` the users and passwords it received."""

    def __init__(self) -> None:
        self.tunnels: list[str] = []
        self.credentials: list[str] = []
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_CONNECT(self) -> None:
                proxy.tunnels.append(self.path)
                _, _, encoded = self.headers.get("Proxy-Authorization", "").partition(" ")
                proxy.credentials.append(base64.b64decode(encoded).decode())
                host, _, port = self.path.rpartition(":")
                with socket.create_connection((host, int(port))) as target:
                    self.send_response(200)
                    self.end_headers()
                    ends = {self.connection: target, target: self.connection}
                    while chunks := [(end, end.recv(65536)) for end in select.select([*ends], [], [], 10)[0]]:
                        if not all(chunk for _, chunk in chunks):
                            break
                        for end, chunk in chunks:
                            ends[end].sendall(chunk)

            def log_message(self, *_: Any) -> None:
                """Write nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        """Stop the proxy."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy on a free port; the environment does not name it yet."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    proxy = Proxy()
    yield proxy
    proxy.close()


@pytest.fixture
def fetch_keys(make_app: MakeApp, provider: IdentityProvider) -> Callable[..., dict[str, Any]]:
    """Fetch the keys of the provider with these settings."""

    def fetch(**settings: str) -> dict[str, Any]:
        app = make_app(**provider.settings | settings)
        keys: dict[str, Any] = registered(app, "TrustedIssuer").provider.fetch_keys()
        return keys

    return fetch


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("scheme", ["http://", ""])
def test_the_proxy_of_the_environment_is_used(
    fetch_keys: Callable[..., dict[str, Any]],
    provider: IdentityProvider,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    scheme: str,
) -> None:
    monkeypatch.setenv(variable, f"{scheme}127.0.0.1:{proxy.port}")
    assert provider.key.kid in fetch_keys()
    assert set(proxy.tunnels) == {f"localhost:{provider.port}"}


def test_the_proxy_receives_the_user_and_password_of_its_url(
    fetch_keys: Callable[..., dict[str, Any]], proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://service:p%40ss%2Fword@127.0.0.1:{proxy.port}")
    assert fetch_keys()
    assert set(proxy.credentials) == {"service:p@ss/word"}


@pytest.mark.parametrize("no_proxy", ["localhost", "other.example, localhost", "*", "localhost:{port}"])
def test_hosts_of_no_proxy_are_reached_directly(
    fetch_keys: Callable[..., dict[str, Any]],
    provider: IdentityProvider,
    proxy: Proxy,
    monkeypatch: pytest.MonkeyPatch,
    no_proxy: str,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", no_proxy.format(port=provider.port))
    assert provider.key.kid in fetch_keys()
    assert proxy.tunnels == []


@pytest.mark.parametrize(
    ("host", "no_proxy", "direct"),
    [
        ("login.corp.example", ".corp.example", True),
        ("login.corp.example", "corp.example", True),
        ("LOGIN.corp.example", "other.example , Corp.Example", True),
        ("login.corp.example", "login.corp.example:443", True),
        ("login.corp.example:8443", "login.corp.example:8443", True),
        ("notcorp.example", "corp.example", False),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3:8443", "192.168.0.0/16,10.1.2.3/24", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("login.corp.example", "10.0.0.0/8", False),
        ("[fd00::5]", "fd00::/8", True),
        ("[fd00::5]:8443", "fd00::5", True),
        ("[fd00::5]", "[fd00::5]", True),
        ("[fd00::5]", "10.0.0.0/8, ,*.example,10.0.0.0/99", False),
        ("anything.example", "*", True),
    ],
)
@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
@pytest.mark.usefixtures("proxy")
def test_no_proxy_contains_domains_addresses_and_networks(
    monkeypatch: pytest.MonkeyPatch, service: Any, variable: str, host: str, no_proxy: str, direct: bool
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv(variable, no_proxy)
    connections = service.core.auth.backend.fetching._connections(f"https://{host}/keys")
    assert (connections.proxy is None) == direct


@pytest.mark.control("L2")
@pytest.mark.parametrize(
    "url", ["http://service:secret@127.0.0.1:1", "socks5://service:secret@127.0.0.1:1", "http://service:secret@[:1"]
)
def test_an_unusable_proxy_is_reported_without_its_password(
    fetch_keys: Callable[..., dict[str, Any]], proxy: Proxy, monkeypatch: pytest.MonkeyPatch, service: Any, url: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", url)
    with pytest.raises(service.core.auth.backend.fetching.ProviderUnavailable) as failure:
        fetch_keys()
    assert "proxy" in str(failure.value).lower()
    assert "secret" not in str(failure.value)


@pytest.mark.usefixtures("proxy")
def test_a_file_may_contain_several_cas(
    fetch_keys: Callable[..., dict[str, Any]],
    provider: IdentityProvider,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    service: Any,
) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(shared_provider().ca.read_bytes() + provider.ca.read_bytes())
    assert fetch_keys(provider_ca=str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    assert service.core.auth.backend.fetching.Fetcher(None)(f"{provider.issuer}/keys")
