"""Checks for a service with an identity provider's tokens, issued here by a local issuer."""

import base64
import json

import httpx

from tests.services import Service
from tests.smoke.checks import Checks

ME = "/api/v1/me"
ITEMS = "/api/v1/items"


def credential(service: Service) -> dict[str, str]:
    """Issue a token with the service's own command."""
    return {"Authorization": f"Bearer {issue(service, 'smoke', 'items:read items:write')}"}


def issue(service: Service, subject: str, scopes: str) -> str:
    """Return the output of `flask tokens issue`."""
    return service.flask("tokens", "issue", "--sub", subject, "--scopes", scopes).strip()


def check(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Run the checks."""
    check_rejections(service, client, expect)
    check_metadata(service, expect)
    check_callers(service, client, expect)


def check_rejections(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Call without a token, with forged tokens, and with a valid token in the wrong place."""
    token = client.headers["authorization"].removeprefix("Bearer ")
    header, claims, signature = token.split(".")
    unsigned = encoded({"alg": "none", "typ": "at+jwt"})
    forged = encoded(decoded(claims) | {"sub": "somebody-else"})
    with service.client() as anonymous:
        for what, answer in {
            "no token": anonymous.get(ME),
            "a token in the URL": anonymous.get(ME, params={"access_token": token}),
            "no signature": call(anonymous, f"{unsigned}.{claims}."),
            "another subject": call(anonymous, f"{header}.{forged}.{signature}"),
            "a malformed token": call(anonymous, "nonsense"),
        }.items():
            expect(f"status with {what}", answer.status_code, 401)
            challenge = answer.headers.get("www-authenticate", "")
            expect(f"a challenge with {what}", challenge.startswith("Bearer "))
    twice = client.get(ME, headers=[("Authorization", f"Bearer {token}")] * 2)
    expect("two credentials are rejected", twice.status_code, 400)


def check_metadata(service: Service, expect: Checks) -> None:
    """Follow the challenge to the metadata, as an unconfigured client would."""
    with service.client() as anonymous:
        challenge = anonymous.get(ME).headers["www-authenticate"]
        address = challenge.partition('resource_metadata="')[2].partition('"')[0]
        found = anonymous.get(address)
        expect("status of the metadata", found.status_code, 200)
        expect("the metadata name this service", found.json()["resource"], service.url)


def check_callers(service: Service, client: httpx.Client, expect: Checks) -> None:
    """Call with another subject and fewer scopes."""
    path = client.post(ITEMS, json={"name": "Mine"}).headers["location"]
    token = issue(service, "somebody-else", "items:read")
    with service.client({"Authorization": f"Bearer {token}"}) as other:
        expect("another owner's item does not exist", other.get(path).status_code, 404)
        expect("another owner's item is not listed", other.get(ITEMS).json()["items"], [])
        expect(
            "a read-only token cannot write", other.post(ITEMS, json={"name": "a"}).status_code, 403
        )


def call(client: httpx.Client, token: str) -> httpx.Response:
    """Request the current caller with this token."""
    return client.get(ME, headers={"Authorization": f"Bearer {token}"})


def encoded(part: dict[str, object]) -> str:
    """Encode a part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def decoded(part: str) -> dict[str, object]:
    """Decode a part of a JWT."""
    claims: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims
