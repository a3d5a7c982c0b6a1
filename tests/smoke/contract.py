"""Checks of the HTTP contract, with every kind of credential."""

import httpx

from tests.services import Service
from tests.smoke.checks import Checks

ITEMS = "/api/v1/items"
PROBLEM = "application/problem+json"
FOREIGN = "https://localhost.evil.example"
JSON = {"Content-Type": "application/json"}
# Body, headers and expected status of requests with a valid credential.
BAD_BODIES = {
    "malformed JSON": (b'{"name": ', JSON, 400),
    "a duplicate key": (b'{"name": "a", "name": "b"}', JSON, 400),
    "NaN": (b'{"name": "a", "price": NaN}', JSON, 400),
    "invalid UTF-8": (b'{"name": "\xff"}', JSON, 400),
    "deep nesting": (b"[" * 20_000 + b"]" * 20_000, JSON, 400),
    "no name": (b"{}", JSON, 422),
    "a wrong type": (b'{"name": 1}', JSON, 422),
    "an unknown field": (b'{"name": "a", "role": "admin"}', JSON, 422),
    "NUL": (b'{"name": "a\\u0000"}', JSON, 422),
    "plain text": (b'{"name": "a"}', {"Content-Type": "text/plain"}, 415),
    "gzip": (b"\x1f\x8b", JSON | {"Content-Encoding": "gzip"}, 415),
    "10 MB": (b'{"name": "' + b"a" * 10_000_000 + b'"}', JSON, 413),
}


def check(service: Service, client: httpx.Client, origins: list[str], expect: Checks) -> None:
    """Run the checks with a client that has the scopes `items:read items:write`."""
    check_items(client, expect)
    check_bad_input(client, expect)
    check_limits(client, expect)
    with service.client() as anonymous:
        check_origins(anonymous, client, origins, expect)


def check_items(client: httpx.Client, expect: Checks) -> None:
    """Create, read, list, search, update and delete an item."""
    created = client.post(ITEMS, json={"name": "Earl Grey", "price": 4.5})
    expect("status of a new item", created.status_code, 201)
    path = f"{ITEMS}/{created.json()['id']}"
    expect("Location of a new item", httpx.URL(created.headers["location"]).path, path)

    read = client.get(path)
    expect("an item can be read", read.json(), created.json())
    expect("an item has an ETag", "etag" in read.headers)
    expect("an item is listed", created.json() in client.get(ITEMS).json()["items"])
    found = client.get(ITEMS, params={"q": "grey"}).json()["items"]
    expect("a search finds it", created.json() in found)
    found = client.get(ITEMS, params={"q": "%"}).json()["items"]
    expect("a search has no wildcards", found, [])

    version = {"If-Match": read.headers["etag"]}
    changed = client.patch(path, json={"price": 5}, headers=version)
    expect("status of an update", changed.status_code, 200)
    expect("an update is stored", changed.json()["price"], 5)
    stale = client.patch(path, json={"price": 6}, headers=version)
    expect("status of an update with a stale ETag", stale.status_code, 412)
    expect("a stale update changes nothing", client.get(path).json()["price"], 5)

    expect("status of a deletion", client.delete(path).status_code, 204)
    deleted = client.get(path)
    expect("status of a deleted item", deleted.status_code, 404)
    expect("an error is a problem", deleted.headers["content-type"], PROBLEM)
    expect("a problem contains its status", deleted.json()["status"], 404)
    expect(
        "a problem contains the request id",
        deleted.json()["request_id"],
        deleted.headers["x-request-id"],
    )


def check_bad_input(client: httpx.Client, expect: Checks) -> None:
    """Send invalid requests."""
    before = client.get(ITEMS).json()
    for what, (content, headers, status) in BAD_BODIES.items():
        answer = client.post(ITEMS, content=content, headers=headers)
        expect(f"status of {what}", answer.status_code, status)
        expect(f"a problem for {what}", answer.headers.get("content-type"), PROBLEM)
    expect("invalid requests store nothing", client.get(ITEMS).json(), before)

    answer = client.post(ITEMS, json={"name": "a", "price": "b"})
    expect(
        "the error has a JSON pointer",
        [error["pointer"] for error in answer.json().get("errors", [])],
        ["#/price"],
    )
    answer = client.get(f"{ITEMS}?limit=1&limit=9")
    expect("status of a repeated query parameter", answer.status_code, 400)
    answer = client.request("BREW", ITEMS)
    expect("an unknown method is rejected", answer.status_code in {405, 501})


def check_limits(client: httpx.Client, expect: Checks) -> None:
    """Check that the remaining quota decreases."""
    left = [remaining(client.get("/api/v1/me")) for _ in range(2)]
    expect("each request counts once", left[0] - left[1], 1)


def remaining(answer: httpx.Response) -> int:
    """Return 99 from the RateLimit header `"default";r=99;t=50`."""
    parameters = answer.headers["ratelimit"].split(";")[1:]
    return int(dict(parameter.split("=") for parameter in parameters)["r"])


def check_origins(
    anonymous: httpx.Client, client: httpx.Client, origins: list[str], expect: Checks
) -> None:
    """Call as a page of an allowed and of another origin would."""
    for origin, allowed in [*((origin, origin) for origin in origins), (FOREIGN, None)]:
        page = {"Origin": origin}
        preflight = page | {
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type",
        }
        for what, answer in {
            "a response": client.get(ITEMS, headers=page),
            "a 401": anonymous.get(ITEMS, headers=page),
            "a preflight": anonymous.options(ITEMS, headers=preflight),
        }.items():
            allow_origin = answer.headers.get("access-control-allow-origin")
            expect(f"Access-Control-Allow-Origin of {what} for {origin}", allow_origin, allowed)
            expect(f"{what} varies by origin", "Origin" in answer.headers.get("vary", ""))
