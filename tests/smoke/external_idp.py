"""What is particular to a service with a provider's tokens; a local issuer makes them here."""

import base64
import json

import httpx

from tests.services import Service
from tests.smoke.checks import Checks

ME = "/api/v1/me"
ITEMS = "/api/v1/items"


def credential(service: Service) -> dict[str, str]:
    """Make a token with the service's own command."""
    return {"Authorization": f"Bearer {issue(service, 'smoke', 'items:read items:write')}"}


def issue(service: Service, subject: str, scopes: str) -> str:
    """Return what `flask tokens issue` prints."""
    return service.flask("tokens", "issue", "--sub", subject, "--scopes", scopes).strip()


def check(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Use tokens as clients do, and as others do."""
    check_refusals(service, client, expect)
    check_metadata(service, expect)
    check_callers(service, client, expect)


def check_refusals(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Call without a token, with forged ones, and with a right one in the wrong place."""
    token = client.headers["authorization"].removeprefix("Bearer ")
    header, claims, signature = token.split(".")
    unsigned = encoded({"alg": "none", "typ": "at+jwt"})
    forged = encoded(decoded(claims) | {"sub": "somebody-else"})
    with service.client() as anonymous:
        for what, answer in {
            "no token": anonymous.get(ME),
            "a token in the address": anonymous.get(ME, params={"access_token": token}),
            "no signature": call(anonymous, f"{unsigned}.{claims}."),
            "another's name": call(anonymous, f"{header}.{forged}.{signature}"),
            "no token by its form": call(anonymous, "nonsense"),
        }.items():
            expect(f"status with {what}", answer.status_code, 401)
            challenge = answer.headers.get("www-authenticate", "")
            expect(f"a challenge with {what}", challenge.startswith("Bearer "))
    twice = client.get(ME, headers=[("Authorization", f"Bearer {token}")] * 2)
    expect("two credentials are refused", twice.status_code, 400)


def check_metadata(service: Service, expect: Checks) -> None:
    """Follow the challenge, as a client that knows nothing would."""
    with service.client() as anonymous:
        challenge = anonymous.get(ME).headers["www-authenticate"]
        address = challenge.partition('resource_metadata="')[2].partition('"')[0]
        found = anonymous.get(address)
        expect("status of the metadata", found.status_code, 200)
        expect("they are this service's", found.json()["resource"], service.url)


def check_callers(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Call as somebody with fewer rights, who owns nothing."""
    path = client.post(ITEMS, json={"name": "Mine"}).headers["location"]
    token = issue(service, "somebody-else", "items:read")
    with service.client({"Authorization": f"Bearer {token}"}) as other:
        expect("another's item does not exist", other.get(path).status_code, 404)
        expect("nor is it listed", other.get(ITEMS).json()["items"], [])
        expect("a reader only reads", other.post(ITEMS, json={"name": "a"}).status_code, 403)


def call(client: httpx.Client, token: str) -> httpx.Response:
    """Ask who we are with this token."""
    return client.get(ME, headers={"Authorization": f"Bearer {token}"})


def encoded(part: dict[str, object]) -> str:
    """Write a part of a token."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def decoded(part: str) -> dict[str, object]:
    """Read a part of a token."""
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims
