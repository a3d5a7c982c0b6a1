"""What is particular to a service with API keys: how keys are made, replaced and taken back."""

import json
import time

import httpx

from tests.services import Service
from tests.smoke.checks import Checks

ME = "/api/v1/me"
ITEMS = "/api/v1/items"
KEYS = "/api/v1/keys"
# Another process hears of a revocation at the latest after this time (Z6).
REVOKED_SECONDS = 5


def credential(service: Service) -> dict[str, str]:
    """Make a key with the service's own command."""
    return {"X-API-Key": create(service, "items:read items:write keys:manage")["key"]}


def create(service: Service, scopes: str, *options: str) -> dict[str, str]:
    """Return what `flask keys create` prints."""
    command = ("keys", "create", "--name", "smoke", "--scopes", scopes, "--json", *options)
    printed: dict[str, str] = json.loads(service.flask(*command))
    return printed


def check(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Use keys as their owners do, and as others do."""
    check_refusals(service, client, expect)
    check_keys_by_http(service, client, expect)
    check_keys_by_command(service, client, expect)


def check_refusals(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Call without a key, with a wrong one, and with a right one in the wrong place."""
    key = client.headers["x-api-key"]
    with service.client() as anonymous:
        for what, answer in {
            "no key": anonymous.get(ME),
            "a wrong key": anonymous.get(ME, headers={"X-API-Key": key[::-1]}),
            "a key in the address": anonymous.get(ME, params={"api_key": key}),
        }.items():
            expect(f"status with {what}", answer.status_code, 401)
            expect(f"a challenge with {what}", "www-authenticate" in answer.headers)
    twice = client.get(ME, headers={"Authorization": f"Bearer {key}"})
    expect("two credentials are refused", twice.status_code in {400, 401})


def check_keys_by_http(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Create, rotate and revoke a key over HTTP."""
    made = client.post(KEYS, json={"name": "reader", "scopes": ["items:read"]})
    expect("status of a new key", made.status_code, 201)
    more = client.post(KEYS, json={"name": "more", "scopes": ["admin"]})
    expect("nobody gives more than they hold", more.status_code, 403)
    path = f"{KEYS}/{made.json()['id']}"

    with service.client({"X-API-Key": made.json()["key"]}) as reader:
        expect("a new key reads", reader.get(ITEMS).status_code, 200)
        expect("and only that", reader.post(ITEMS, json={"name": "a"}).status_code, 403)
        rotated = client.post(f"{path}/rotate")
        expect("status of a rotation", rotated.status_code, 201)
        expect("the old key lives on for a while", reader.get(ITEMS).status_code, 200)
        expect("status of a revocation", client.delete(path).status_code, 204)
        expect("a revoked key is dead at once", reader.get(ITEMS).status_code, 401)
    with service.client({"X-API-Key": rotated.json()["key"]}) as reader:
        expect("the key that replaced it works", reader.get(ITEMS).status_code, 200)


def check_keys_by_command(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Do the same on the command line, and look at another owner's item."""
    path = client.post(ITEMS, json={"name": "Mine"}).headers["location"]
    made = create(service, "items:read", "--owner", "somebody-else")
    with service.client({"X-API-Key": made["key"]}) as other:
        expect("another's item does not exist", other.get(path).status_code, 404)
        expect("nor is it listed", other.get(ITEMS).json()["items"], [])
        service.flask("keys", "rotate", made["id"])
        expect("a rotated key lives on for a while", other.get(ITEMS).status_code, 200)
        service.flask("keys", "revoke", made["id"])
        deadline = time.monotonic() + REVOKED_SECONDS
        while (answer := other.get(ITEMS)).is_success and time.monotonic() < deadline:
            time.sleep(0.2)
        expect("a revoked key is dead within seconds", answer.status_code, 401)
