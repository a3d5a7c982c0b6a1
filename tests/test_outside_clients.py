"""Clients that others wrote work against the authorization server, unchanged."""

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

from tests.person import Person
from tests.programs import program
from tests.services import Service, bake, started

SCRIPTS = Path(__file__).parent / "outside"
CALLBACK = "https://app.example/callback"
SCOPES = "items:read items:write"
PACKAGES = ("oauth4webapi@3", "openid-client@6")


class Server(NamedTuple):
    """A running service with what a client must know."""

    service: Service
    issuer: str
    person: Person
    web: dict[str, str]
    native: dict[str, str]
    robot: dict[str, str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Bake the service and run it over HTTPS."""
    folder = bake(tmp_path_factory.mktemp("oauth2"), {"auth_style": "oauth2"})
    with started(folder, {}) as service, Person(service, "ada", SCOPES) as person:
        asks = ("--grants", "authorization_code refresh_token", "--redirect-uri", CALLBACK)
        yield Server(
            service,
            service.url,
            person,
            client(service, *asks),
            client(service, "--public", *asks),
            client(service, "--grants", "client_credentials"),
        )


@pytest.fixture(scope="module")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the clients of the npm registry beside copies of the scripts that use them."""
    folder = tmp_path_factory.mktemp("node")
    for script in SCRIPTS.glob("*.mjs"):
        shutil.copy(script, folder)
    install = [program("npm"), "install", "--no-audit", "--no-fund", "--prefix", str(folder)]
    subprocess.run([*install, *PACKAGES], check=True, capture_output=True, cwd=folder)
    return folder


def client(service: Service, *options: str) -> dict[str, str]:
    """Make a client with the service's own command."""
    command = ("clients", "create", "--name", "Outside", "--scopes", SCOPES, "--json", *options)
    made: dict[str, str] = json.loads(service.flask(*command))
    return made | {"callback": CALLBACK}


def run(server: Server, node_modules: Path, script: str, told: dict[str, Any]) -> dict[str, Any]:
    """Run a script with node; where it says "go URL", play the person and say where that led."""
    with subprocess.Popen(
        [program("node"), script, json.dumps(told)],
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
                node.stdin.write(server.person.consent(line[3:].strip()) + "\n")
                node.stdin.flush()
    assert node.returncode == 0
    found: dict[str, Any] = json.loads(last)
    return found


@pytest.mark.install
def test_openid_client(server: Server, node_modules: Path) -> None:
    """Discovery, code flow, a call, refresh, introspection, revocation and client credentials."""
    told: dict[str, Any] = {"issuer": server.issuer, "api": f"{server.issuer}/api/v1"}
    told |= {"web": server.web, "service": server.robot}
    assert run(server, node_modules, "openid_client.mjs", told) == {
        "made": 201,
        "listed": ["made by openid-client"],
        "narrowed": "items:read",
        "rotated": True,
        "known": True,
        "forgotten": False,
        "own": "items:read",
    }


@pytest.mark.install
def test_oauth4webapi(server: Server, node_modules: Path) -> None:
    """The same as a public client; it holds each answer and the token itself against its RFC."""
    told = {"issuer": server.issuer, "api": f"{server.issuer}/api/v1", "native": server.native}
    assert run(server, node_modules, "oauth4webapi.mjs", told) == {
        "metadata": True,
        "audience": server.issuer,
        "client": True,
        "read": 200,
        "after": 401,
    }


@pytest.mark.install
def test_requests_oauthlib(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code flow, a call and a refresh, with a state that the library checks."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.service.folder / "certs" / "ca.pem"))
    token, proof = f"{server.issuer}/oauth2/token", (server.web["id"], server.web["secret"])
    with OAuth2Session(
        server.web["id"], redirect_uri=CALLBACK, scope=SCOPES.split(), pkce="S256"
    ) as session:
        asked, _state = session.authorization_url(f"{server.issuer}/oauth2/authorize")
        back = server.person.consent(asked)
        secret = server.web["secret"]
        given = session.fetch_token(token, authorization_response=back, client_secret=secret)
        assert session.get(f"{server.issuer}/api/v1/me").status_code == 200
        fresh = session.refresh_token(token, auth=proof)
        assert fresh["refresh_token"] != given["refresh_token"]
        assert session.get(f"{server.issuer}/api/v1/me").status_code == 200


@pytest.mark.install
def test_authlibs_client(server: Server) -> None:
    """The code flow as a public client, a call and a revocation."""
    with OAuth2Client(
        server.native["id"],
        redirect_uri=CALLBACK,
        scope=SCOPES,
        code_challenge_method="S256",
        token_endpoint_auth_method="none",  # noqa: S106
        verify=server.service.authority,
    ) as http:
        verifier = "v" * 43
        asked, state = http.create_authorization_url(
            f"{server.issuer}/oauth2/authorize", code_verifier=verifier
        )
        back = server.person.consent(asked)
        token = http.fetch_token(
            f"{server.issuer}/oauth2/token",
            authorization_response=back,
            state=state,
            code_verifier=verifier,
        )
        assert http.get(f"{server.issuer}/api/v1/me").status_code == 200
        http.revoke_token(f"{server.issuer}/oauth2/revoke", token=token["refresh_token"])
        assert http.get(f"{server.issuer}/api/v1/me").status_code == 401
