"""Checks for a service that signs users in and issues the tokens."""

import base64
import hashlib
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from tests.services import Service
from tests.smoke.checks import Checks
from tests.users import User

ME = "/api/v1/me"
ITEMS = "/api/v1/items"
CALLBACK = "https://app.example/callback"
SCOPES = "items:read items:write"
# A revocation takes effect in other processes within this time (control Z6 in docs/security.md).
REVOKED_SECONDS = 5


def credential(service: Service) -> dict[str, str]:
    """Obtain an access token for a new user with the code flow."""
    name = f"smoke-{secrets.token_hex(4)}"
    return {"Authorization": f"Bearer {obtain(service, name)['access_token']}"}


def obtain(service: Service, name: str) -> dict[str, Any]:
    """Run the authorization code flow; return the token response, with the client added to it."""
    registered = create(service, "authorization_code refresh_token", "--redirect-uri", CALLBACK)
    verifier = secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode()
    parameters = {
        "response_type": "code",
        "client_id": registered["id"],
        "redirect_uri": CALLBACK,
        "scope": SCOPES,
        "code_challenge": challenge.rstrip("="),
        "code_challenge_method": "S256",
    }
    with User(service, name, SCOPES) as user:
        redirected = user.consent(f"/oauth2/authorize?{urlencode(parameters)}")
    code = dict(parse_qsl(urlsplit(redirected).query))["code"]
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    answer = post(service, "/oauth2/token", registered, grant | {"code_verifier": verifier})
    tokens: dict[str, Any] = answer.raise_for_status().json()
    return tokens | {"client": registered}


def create(service: Service, grants: str, *options: str) -> dict[str, str]:
    """Return the output of `flask clients create`."""
    command = ("clients", "create", "--name", "smoke", "--scopes", SCOPES, "--grants", grants)
    printed: dict[str, str] = json.loads(service.flask(*command, "--json", *options))
    return printed


def post(
    service: Service, path: str, client: dict[str, str], form: dict[str, str]
) -> httpx.Response:
    """Post a form with client authentication."""
    with service.client() as http:
        return http.post(path, data=form, auth=(client["id"], client["secret"]))


def check(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Run the checks."""
    check_rejections(service, client, expect)
    check_families(service, expect)
    check_services(service, client, expect)


def check_rejections(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Call without a token, with an invalid token, and with a valid token in the wrong place."""
    token = client.headers["authorization"].removeprefix("Bearer ")
    with service.client() as anonymous:
        for what, answer in {
            "no token": anonymous.get(ME),
            "an invalid token": anonymous.get(
                ME, headers={"Authorization": f"Bearer {token[:-8]}"}
            ),
            "a token in the URL": anonymous.get(ME, params={"access_token": token}),
        }.items():
            expect(f"status with {what}", answer.status_code, 401)
            challenge = answer.headers.get("www-authenticate", "")
            expect(f"a challenge with {what}", "resource_metadata=" in challenge)


def check_families(service: Service, expect: Checks) -> None:
    """Refresh, then reuse the refresh token, which revokes the whole family."""
    first = obtain(service, "another")
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = post(service, "/oauth2/token", first["client"], refresh)
    expect("status of a refresh", second.status_code, 200)
    with service.client({"Authorization": f"Bearer {second.json()['access_token']}"}) as refreshed:
        expect("a refreshed token works", refreshed.get(ME).status_code, 200)
        reused = post(service, "/oauth2/token", first["client"], refresh)
        expect("a refresh token works once", reused.json()["error"], "invalid_grant")
        expect("its reuse revokes the family", refreshed.get(ME).status_code, 401)


def check_services(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Call with client credentials, which do not see the user's items, and delete the client."""
    path = client.post(ITEMS, json={"name": "Mine"}).headers["location"]
    registered = create(service, "client_credentials")
    grant = {"grant_type": "client_credentials", "scope": "items:read"}
    token = post(service, "/oauth2/token", registered, grant).json()["access_token"]
    with service.client({"Authorization": f"Bearer {token}"}) as other:
        expect("another owner's item does not exist", other.get(path).status_code, 404)
        expect("another owner's item is not listed", other.get(ITEMS).json()["items"], [])
        rejected = other.post(ITEMS, json={"name": "a"})
        expect("a read-only token cannot write", rejected.status_code, 403)
        service.flask("clients", "delete", registered["id"], "--yes")
        deadline = time.monotonic() + REVOKED_SECONDS
        while (answer := other.get(ITEMS)).is_success and time.monotonic() < deadline:
            time.sleep(0.2)
        expect("a token of a deleted client is rejected", answer.status_code, 401)
