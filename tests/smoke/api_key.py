"""Checks for a service with API keys: creation, rotation and revocation."""

import json
import time

import httpx

from tests.services import Service
from tests.smoke.checks import Checks

ME = "/api/v1/me"
ITEMS = "/api/v1/items"
KEYS = "/api/v1/keys"
# A revocation takes effect in other processes within this time (control Z6 in docs/security.md).
REVOKED_SECONDS = 5


def credential(service: Service) -> dict[str, str]:
    """Create a key with the service's own command."""
    return {"X-API-Key": create(service, "items:read items:write keys:manage")["key"]}


def create(service: Service, scopes: str, *options: str) -> dict[str, str]:
    """Return the output of `flask keys create`."""
    command = ("keys", "create", "--name", "smoke", "--scopes", scopes, "--json", *options)
    printed: dict[str, str] = json.loads(service.flask(*command))
    return printed


def check(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Run the checks."""
    check_rejections(service, client, expect)
    check_keys_by_http(service, client, expect)
    check_keys_by_command(service, client, expect)


def check_rejections(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Call without a key, with an invalid key, and with a valid key in the wrong place."""
    key = client.headers["x-api-key"]
    with service.client() as anonymous:
        for what, answer in {
            "no key": anonymous.get(ME),
            "an invalid key": anonymous.get(ME, headers={"X-API-Key": key[::-1]}),
            "a key in the URL": anonymous.get(ME, params={"api_key": key}),
        }.items():
            expect(f"status with {what}", answer.status_code, 401)
            expect(f"a challenge with {what}", "www-authenticate" in answer.headers)
    twice = client.get(ME, headers={"Authorization": f"Bearer {key}"})
    expect("two credentials are rejected", twice.status_code in {400, 401})


def check_keys_by_http(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Create, rotate and revoke a key over HTTP."""
    created = client.post(KEYS, json={"name": "reader", "scopes": ["items:read"]})
    expect("status of a new key", created.status_code, 201)
    broader = client.post(KEYS, json={"name": "more", "scopes": ["admin"]})
    expect("a key cannot grant scopes it does not have", broader.status_code, 403)
    path = f"{KEYS}/{created.json()['id']}"

    with service.client({"X-API-Key": created.json()["key"]}) as reader:
        expect("a new key reads", reader.get(ITEMS).status_code, 200)
        expect(
            "a read-only key cannot write", reader.post(ITEMS, json={"name": "a"}).status_code, 403
        )
        rotated = client.post(f"{path}/rotate")
        expect("status of a rotation", rotated.status_code, 201)
        expect("the old key works during the overlap", reader.get(ITEMS).status_code, 200)
        expect("status of a revocation", client.delete(path).status_code, 204)
        expect("a revoked key is rejected immediately", reader.get(ITEMS).status_code, 401)
    with service.client({"X-API-Key": rotated.json()["key"]}) as reader:
        expect("the new key works", reader.get(ITEMS).status_code, 200)


def check_keys_by_command(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Rotate and revoke a key on the command line, and read another owner's item."""
    path = client.post(ITEMS, json={"name": "Mine"}).headers["location"]
    created = create(service, "items:read", "--owner", "somebody-else")
    with service.client({"X-API-Key": created["key"]}) as other:
        expect("another owner's item does not exist", other.get(path).status_code, 404)
        expect("another owner's item is not listed", other.get(ITEMS).json()["items"], [])
        service.flask("keys", "rotate", created["id"])
        expect("a rotated key works during the overlap", other.get(ITEMS).status_code, 200)
        service.flask("keys", "revoke", created["id"])
        deadline = time.monotonic() + REVOKED_SECONDS
        while (answer := other.get(ITEMS)).is_success and time.monotonic() < deadline:
            time.sleep(0.2)
        expect("a revoked key is rejected within seconds", answer.status_code, 401)
