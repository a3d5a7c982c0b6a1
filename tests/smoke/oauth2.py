"""What is particular to a service that signs people in and issues the tokens."""

import base64
import hashlib
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from tests.person import Person
from tests.services import Service
from tests.smoke.checks import Checks

ME = "/api/v1/me"
ITEMS = "/api/v1/items"
CALLBACK = "https://app.example/callback"
SCOPES = "items:read items:write"
# Another process hears of a revocation at the latest after this time (Z6).
REVOKED_SECONDS = 5


def credential(service: Service) -> dict[str, str]:
    """Let a new person allow an application to act for them, and take its token."""
    name = f"smoke-{secrets.token_hex(4)}"
    return {"Authorization": f"Bearer {obtain(service, name)['access_token']}"}


def obtain(service: Service, name: str) -> dict[str, Any]:
    """Go through the code flow; return the tokens, and beside them the client that has them."""
    made = create(service, "authorization_code refresh_token", "--redirect-uri", CALLBACK)
    verifier = secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode()
    asked = {
        "response_type": "code",
        "client_id": made["id"],
        "redirect_uri": CALLBACK,
        "scope": SCOPES,
        "code_challenge": challenge.rstrip("="),
        "code_challenge_method": "S256",
    }
    with Person(service, name, SCOPES) as person:
        back = person.consent(f"/oauth2/authorize?{urlencode(asked)}")
    code = dict(parse_qsl(urlsplit(back).query))["code"]
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    answer = post(service, "/oauth2/token", made, grant | {"code_verifier": verifier})
    tokens: dict[str, Any] = answer.raise_for_status().json()
    return tokens | {"client": made}


def create(service: Service, grants: str, *options: str) -> dict[str, str]:
    """Return what `flask clients create` prints."""
    command = ("clients", "create", "--name", "smoke", "--scopes", SCOPES, "--grants", grants)
    printed: dict[str, str] = json.loads(service.flask(*command, "--json", *options))
    return printed


def post(
    service: Service, path: str, client: dict[str, str], form: dict[str, str]
) -> httpx.Response:
    """Post a form as an application that proves itself."""
    with service.client() as http:
        return http.post(path, data=form, auth=(client["id"], client["secret"]))


def check(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Use tokens as their owners do, and as others do."""
    check_refusals(service, client, expect)
    check_families(service, expect)
    check_services(service, client, expect)


def check_refusals(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Call without a token, with a wrong one, and with a right one in the wrong place."""
    token = client.headers["authorization"].removeprefix("Bearer ")
    with service.client() as anonymous:
        for what, answer in {
            "no token": anonymous.get(ME),
            "a wrong token": anonymous.get(ME, headers={"Authorization": f"Bearer {token[:-8]}"}),
            "a token in the address": anonymous.get(ME, params={"access_token": token}),
        }.items():
            expect(f"status with {what}", answer.status_code, 401)
            challenge = answer.headers.get("www-authenticate", "")
            expect(f"a challenge with {what}", "resource_metadata=" in challenge)


def check_families(service: Service, expect: Checks) -> None:
    """Refresh, come again with what was used, and see all of it end."""
    first = obtain(service, "another")
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = post(service, "/oauth2/token", first["client"], refresh)
    expect("status of a refresh", second.status_code, 200)
    with service.client({"Authorization": f"Bearer {second.json()['access_token']}"}) as refreshed:
        expect("the next token works", refreshed.get(ME).status_code, 200)
        again = post(service, "/oauth2/token", first["client"], refresh)
        expect("a refresh token works once", again.json()["error"], "invalid_grant")
        expect("its reuse ends the family", refreshed.get(ME).status_code, 401)


def check_services(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Call as an application of its own, which sees nothing of the person's, until it is gone."""
    path = client.post(ITEMS, json={"name": "Mine"}).headers["location"]
    made = create(service, "client_credentials")
    grant = {"grant_type": "client_credentials", "scope": "items:read"}
    token = post(service, "/oauth2/token", made, grant).json()["access_token"]
    with service.client({"Authorization": f"Bearer {token}"}) as other:
        expect("another's item does not exist", other.get(path).status_code, 404)
        expect("nor is it listed", other.get(ITEMS).json()["items"], [])
        refused = other.post(ITEMS, json={"name": "a"})
        expect("a narrow token reads only", refused.status_code, 403)
        service.flask("clients", "delete", made["id"], "--yes")
        deadline = time.monotonic() + REVOKED_SECONDS
        while (answer := other.get(ITEMS)).is_success and time.monotonic() < deadline:
            time.sleep(0.2)
        expect("the token of a client that is gone is dead", answer.status_code, 401)
