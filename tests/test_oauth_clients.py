"""Third-party OAuth2 clients work with the authorization server."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from authlib.integrations.httpx_client import OAuth2Client
from requests_oauthlib import OAuth2Session

from tests.programs import program
from tests.services import Service, bake, started
from tests.users import User

SCRIPTS = Path(__file__).parent / "oauth_clients"
CALLBACK = "https://app.example/callback"
SCOPES = "items:read items:write"
PACKAGES = ("oauth4webapi@3", "openid-client@6")


class Server(NamedTuple):
    """A running service, a user, and registered clients."""

    service: Service
    issuer: str
    user: User
    web: dict[str, str]
    native: dict[str, str]
    machine: dict[str, str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Render the service and start it over HTTPS."""
    folder = bake(tmp_path_factory.mktemp("oauth2"), {"auth_style": "oauth2"})
    with started(folder, {}) as service, User(service, "ada", SCOPES) as user:
        options = ("--grants", "authorization_code refresh_token", "--redirect-uri", CALLBACK)
        yield Server(
            service,
            service.url,
            user,
            client(service, *options),
            client(service, "--public", *options),
            client(service, "--grants", "client_credentials"),
        )


@pytest.fixture(scope="module")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the scripts into a folder and install their npm packages there."""
    folder = tmp_path_factory.mktemp("node")
    for script in SCRIPTS.glob("*.mjs"):
        shutil.copy(script, folder)
    install = [program("npm"), "install", "--no-audit", "--no-fund", "--prefix", str(folder)]
    subprocess.run([*install, *PACKAGES], check=True, capture_output=True, cwd=folder)
    return folder


def client(service: Service, *options: str) -> dict[str, str]:
    """Register a client with the service's own command."""
    command = ("clients", "create", "--name", "Outside", "--scopes", SCOPES, "--json", *options)
    registered: dict[str, str] = json.loads(service.flask(*command))
    return registered | {"callback": CALLBACK}


def run(
    server: Server, node_modules: Path, script: str, parameters: dict[str, Any]
) -> dict[str, Any]:
    """Run a script with node; for each line "go URL", act as the user and send the redirect URL."""
    with subprocess.Popen(
        [program("node"), script, json.dumps(parameters)],
        cwd=node_modules,
        env=os.environ | {"NODE_EXTRA_CA_CERTS": str(server.service.folder / "certs" / "ca.pem")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as node:
        assert node.stdin
        assert node.stdout
        last = ""
        for line in node.stdout:
            last = line
            if line.startswith("go "):
                node.stdin.write(server.user.consent(line[3:].strip()) + "\n")
                node.stdin.flush()
    assert node.returncode == 0
    found: dict[str, Any] = json.loads(last)
    return found


@pytest.mark.install
def test_openid_client_can_call_every_endpoint(server: Server, node_modules: Path) -> None:
    """Discovery, code flow, requests, refresh, introspection, revocation, client credentials."""
    parameters: dict[str, Any] = {"issuer": server.issuer, "api": f"{server.issuer}/api/v1"}
    parameters |= {"web": server.web, "service": server.machine}
    assert run(server, node_modules, "openid_client.mjs", parameters) == {
        "created": 201,
        "listed": ["created by openid-client"],
        "narrowed": "items:read",
        "rotated": True,
        "active": True,
        "active_after_revocation": False,
        "own": "items:read",
    }


@pytest.mark.install
def test_oauth4webapi_accepts_every_response_to_a_public_client(
    server: Server, node_modules: Path
) -> None:
    """The same as a public client; the library validates each response and the token."""
    parameters = {
        "issuer": server.issuer,
        "api": f"{server.issuer}/api/v1",
        "native": server.native,
    }
    assert run(server, node_modules, "oauth4webapi.mjs", parameters) == {
        "metadata": True,
        "audience": server.issuer,
        "client": True,
        "read": 200,
        "read_after_revocation": 401,
    }


@pytest.mark.install
def test_requests_oauthlib_gets_and_refreshes_tokens(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code flow, a request and a refresh; the library checks the state."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.service.folder / "certs" / "ca.pem"))
    token, proof = f"{server.issuer}/oauth2/token", (server.web["id"], server.web["secret"])
    with OAuth2Session(
        server.web["id"], redirect_uri=CALLBACK, scope=SCOPES.split(), pkce="S256"
    ) as session:
        url, _state = session.authorization_url(f"{server.issuer}/oauth2/authorize")
        redirected = server.user.consent(url)
        secret = server.web["secret"]
        first = session.fetch_token(token, authorization_response=redirected, client_secret=secret)
        assert session.get(f"{server.issuer}/api/v1/me").status_code == 200
        refreshed = session.refresh_token(token, auth=proof)
        assert refreshed["refresh_token"] != first["refresh_token"]
        assert session.get(f"{server.issuer}/api/v1/me").status_code == 200


@pytest.mark.install
def test_authlib_gets_and_revokes_a_token(server: Server) -> None:
    """The code flow as a public client, a request and a revocation."""
    with OAuth2Client(
        server.native["id"],
        redirect_uri=CALLBACK,
        scope=SCOPES,
        code_challenge_method="S256",
        token_endpoint_auth_method="none",  # noqa: S106
        verify=server.service.authority,
    ) as http:
        verifier = "v" * 43
        url, state = http.create_authorization_url(
            f"{server.issuer}/oauth2/authorize", code_verifier=verifier
        )
        redirected = server.user.consent(url)
        token = http.fetch_token(
            f"{server.issuer}/oauth2/token",
            authorization_response=redirected,
            state=state,
            code_verifier=verifier,
        )
        assert http.get(f"{server.issuer}/api/v1/me").status_code == 200
        http.revoke_token(f"{server.issuer}/oauth2/revoke", token=token["refresh_token"])
        assert http.get(f"{server.issuer}/api/v1/me").status_code == 401
