"""The shipped configurations of Caddy and nginx refuse requests that could mislead the service."""

import httpx
import pytest

from tests.deployment.upstream import Deployment

pytestmark = pytest.mark.install


def test_the_client_address_cannot_be_forged(deployment: Deployment) -> None:
    """The log line contains the address of the connection."""
    forged = {"X-Forwarded-For": "203.0.113.5", "X_Forwarded_For": "203.0.113.6"}
    with deployment.client("127.0.0.9") as client:
        response = client.get("/api/v1/me", headers={"X-API-Key": deployment.key, **forged})
    assert response.status_code == 200
    assert deployment.requests(response)[-1]["address"] == "127.0.0.9"


def test_the_underscore_form_of_a_credential_does_not_reach_the_service(
    deployment: Deployment,
) -> None:
    """It neither authenticates nor replaces the real header."""
    with deployment.client() as client:
        response = client.get("/api/v1/me", headers={"X_API_Key": deployment.key})
        both = {"X-API-Key": deployment.key, "X_API_Key": "wrong"}
        assert client.get("/api/v1/me", headers=both).status_code == 200
    assert response.status_code == 401


@pytest.mark.parametrize(
    "target",
    [
        "/unreached HTTP/1.1\r\nHost: evil.example",
        "https://evil.example/unreached HTTP/1.1\r\nHost: localhost",
    ],
)
def test_another_host_is_refused_by_the_proxy(deployment: Deployment, target: str) -> None:
    """In the Host header and in an absolute target; the service receives no request."""
    response = deployment.send(f"GET {target}\r\nConnection: close\r\n\r\n".encode())
    assert response.startswith(b"HTTP/1.1 421 ")
    with deployment.client() as client:
        later = client.get("/healthz")
    assert "/unreached" not in {line["path"] for line in deployment.requests(later)}


@pytest.mark.parametrize("path", ["/healthz", "/api/v1/me", "/missing"])
def test_hsts_is_sent_exactly_once(deployment: Deployment, path: str) -> None:
    """Also on errors."""
    with deployment.client() as client:
        values = client.get(path).headers.get_list("Strict-Transport-Security")
    assert values == ["max-age=31536000; includeSubDomains"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_plain_http_is_refused_and_not_redirected(deployment: Deployment, method: str) -> None:
    """A credential in clear text fails visibly."""
    response = httpx.request(
        method,
        f"http://127.0.0.1:{deployment.proxy.plain_port}/api/v1/me",
        headers={"X-API-Key": deployment.key},
    )
    assert response.status_code == 403
    assert "Location" not in response.headers


def test_headers_larger_than_16_kb_are_refused(deployment: Deployment) -> None:
    """Smaller ones reach the service."""
    with deployment.client() as client:
        assert client.get("/healthz", headers={"X-Note": "x" * 12_000}).status_code == 200
        assert 400 <= client.get("/healthz", headers={"X-Note": "x" * 24_000}).status_code < 500
