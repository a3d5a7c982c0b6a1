"""The service against a real provider: npm's oidc-provider, installed for the tests and reached over HTTPS."""

import base64
import json
import os
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, HTTPSHandler, build_opener

import pytest
from flask import Flask
from flask.testing import FlaskClient
from urllib3 import PoolManager, make_headers

from tests.core.real_server import accepts, program, running

MakeApp = Callable[..., Flask]
AUDIENCE = "https://localhost:8443"
SCRIPT = Path(__file__).with_name("oidc_provider.mjs")
CALLBACK = "https://app.example/callback"
ME = "/api/v1/me"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of the provider's script, in a folder with the package oidc-provider."""
    npm, folder = program("npm"), tmp_path_factory.mktemp("node")
    shutil.copy(SCRIPT, folder)
    install = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--silent", "oidc-provider@9"]
    result = subprocess.run(install, capture_output=True, text=True, check=False, timeout=300)
    if result.returncode:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"npm cannot install oidc-provider: {result.stderr}")
    return folder / SCRIPT.name


class StopAtClient(HTTPRedirectHandler):
    """Follow the provider's redirects among its own pages only."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """Return the request to follow, or None at the client."""
        return None if newurl.startswith(CALLBACK) else super().redirect_request(req, fp, code, msg, headers, newurl)


class Real:
    """A running provider."""

    def __init__(self, port: int, ca: Path) -> None:
        self.issuer = f"https://localhost:{port}"
        self.settings = {"provider_issuer": self.issuer, "provider_ca": str(ca), "provider_audience": AUDIENCE}
        self._tls = ssl.create_default_context(cafile=ca)
        self._pool = PoolManager(ssl_context=self._tls, retries=False)

    def token(self, scope: str = "probes:read") -> str:
        """Return an access token, with the client credentials grant."""
        form = urlencode({"grant_type": "client_credentials", "scope": scope})
        headers = make_headers(basic_auth="program:a+secret+of+the+tests")
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        response = self._pool.request("POST", f"{self.issuer}/token", body=form, headers=headers)
        assert response.status == 200, response.data
        return str(response.json()["access_token"])

    def id_token(self) -> str:
        """Sign a user in as a browser does, and return the ID token that the client receives."""
        query = {"client_id": "program", "response_type": "id_token", "scope": "openid", "nonce": "n-0S6_WzA2Mj"}
        browser = build_opener(HTTPSHandler(context=self._tls), HTTPCookieProcessor(), StopAtClient())
        page = browser.open(f"{self.issuer}/auth?{urlencode({**query, 'redirect_uri': CALLBACK})}").url
        page = browser.open(page, data=b"prompt=login&login=ada&password=any").url
        try:
            browser.open(page, data=b"prompt=consent")
        except HTTPError as redirect:
            return parse_qs(urlsplit(redirect.headers["Location"]).fragment)["id_token"][0]
        raise AssertionError(page)

    def rotate(self) -> None:
        """Make the provider sign with a new key."""
        assert self._pool.request("POST", f"{self.issuer}/rotate").status == 200


@pytest.fixture
def stopping() -> Iterator[ExitStack]:
    """A stack that stops the provider when the test closes it."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def provider(installed: Path, certificate: Path, stopping: ExitStack) -> Real:
    node, files = program("node"), [str(certificate / name) for name in ("server.pem", "server-key.pem")]
    port = stopping.enter_context(
        running(lambda port: [node, str(installed), str(port), *files, AUDIENCE], ready=accepts)
    )
    return Real(port, certificate / "ca.pem")


@pytest.fixture
def client(make_app: MakeApp, provider: Real) -> FlaskClient:
    return make_app(**provider.settings).test_client()


def call(client: FlaskClient, token: str) -> Any:
    return client.get(ME, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.control("J5", "J6", "J9")
def test_its_tokens_are_accepted_also_after_a_rotation_and_while_it_is_unavailable(
    client: FlaskClient, provider: Real, stopping: ExitStack, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = provider.token("probes:read probes:write")
    header = json.loads(base64.urlsafe_b64decode(first.partition(".")[0] + "=="))
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    me = call(client, first).json
    assert me["id"] == f"{provider.issuer}#program"
    assert me["scopes"] == ["probes:read", "probes:write"]
    assert client.get("/readyz").json["dependencies"]["provider"] == "ok"

    provider.rotate()
    second = provider.token()
    monkeypatch.setattr(service.core.auth.backend.provider, "MIN_INTERVAL", 0.0)
    assert call(client, second).status_code == 200
    assert call(client, first).status_code == 200

    provider.rotate()
    third = provider.token()
    stopping.close()
    assert call(client, third).status_code == 401
    assert call(client, first).status_code == 200
    assert call(client, second).status_code == 200


@pytest.mark.control("J4")
def test_a_token_for_another_service_is_rejected(make_app: MakeApp, provider: Real) -> None:
    client = make_app(**{**provider.settings, "provider_audience": "https://other.example"}).test_client()
    assert call(client, provider.token()).status_code == 401


@pytest.mark.control("J5")
def test_its_id_token_is_rejected_even_if_the_settings_allow_every_type(make_app: MakeApp, provider: Real) -> None:
    for audience in (AUDIENCE, "program"):
        settings = {"provider_token_types": "at+jwt, JWT, none", "provider_audience": audience}
        settings |= {"provider_client_claim": "aud", "provider_token_id_claim": "none"}
        client = make_app(**{**provider.settings, **settings}).test_client()
        assert call(client, provider.id_token()).status_code == 401
