"""The servers that the benchmarks measure, and the calls that they make to each of them."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from benchmarks import wrk
from tests.services import Service, bake, free_port, started, storages
from tests.smoke import api_key, oauth2

HERE = Path(__file__).parent
NO_LIMIT = "100000000/minute"
HIGH_LIMITS = {"APP_LIMITS_ADDRESS": NO_LIMIT, "APP_LIMITS_CALLER": NO_LIMIT}
ME, ITEM, POST = CALLS = ("GET /api/v1/me", "GET /api/v1/items/{id}", "POST /api/v1/items")
NEW_ITEM = {"name": "Earl Grey", "description": "Black tea with bergamot", "price": 4.5}
# The default of APP_SERVER_CONNECTIONS.
BACKPRESSURE = 4096


@dataclass(frozen=True)
class Target:
    """A running server that responded correctly to each call, with a credential and an item."""

    server: Service
    credential: Mapping[str, str]
    item: str

    def measure(self, call: str, seconds: float) -> Callable[[], float]:
        """Return a function that returns the requests per second of a call."""
        method, path = call.format(id=self.item).split()
        script = wrk.POST if method == "POST" else None
        url = self.server.url + path
        return partial(wrk.requests_per_second, url, self.credential, seconds, script)


def checked(server: Service, credential: Mapping[str, str]) -> Target:
    """Create an item and check each response; raises RuntimeError if one is wrong.

    With a credential, requests without it and with an invalid body must be rejected.
    """
    with server.client(credential) as client, server.client() as anonymous:
        created = client.post("/api/v1/items", json=NEW_ITEM)
        expect(created, 201, NEW_ITEM)
        item: str = created.json()["id"]
        expect(client.get(f"/api/v1/items/{item}"), 200, {"id": item, **NEW_ITEM})
        me = client.get("/api/v1/me")
        expect(me, 200, {"scopes": ["items:read", "items:write"]})
        if credential:
            expect(anonymous.get("/api/v1/me"), 401, {})
            invalid = client.post("/api/v1/items", json={**NEW_ITEM, "price": -1})
            if invalid.status_code not in {400, 422}:
                raise RuntimeError(f"an invalid item: {invalid.status_code} {invalid.text}")
    return Target(server, credential, item)


def expect(response: httpx.Response, status: int, fields: Mapping[str, object]) -> None:
    """Raise RuntimeError unless the response has this status and its JSON has these fields."""
    if response.status_code == status:
        content = response.json()
        if {name: content.get(name) for name in fields} == fields:
            return
    raise RuntimeError(f"{response.request.url}: {response.status_code} {response.text}")


@contextmanager
def secured(folder: Path, answers: Mapping[str, str]) -> Iterator[tuple[Target, dict[str, str]]]:
    """Render a service and run it with its default settings, except for higher rate limits.

    Yields it with the addresses of its storages, as settings.
    """
    service = bake(folder, answers)
    with (
        storages(service) as addresses,
        serving(service, addresses, answers.get("auth_style", "api_key")) as target,
    ):
        yield target, addresses


@contextmanager
def serving(
    service: Path, settings: Mapping[str, str], auth_style: str = "api_key"
) -> Iterator[Target]:
    """Run a rendered service with higher rate limits; yield it with a credential."""
    with started(service, {**HIGH_LIMITS, **settings}) as server:
        if auth_style == "oauth2":
            credential = oauth2.credential(server)
        else:
            credential = {"X-API-Key": api_key.create(server, "items:read items:write")["key"]}
        yield checked(server, credential)


def threads(server: Service) -> int:
    """Return the number of threads that run the views of a service."""
    found = re.search(r"APP_SERVER_THREADS\s+(\d+)", server.flask("settings"))
    if found is None:
        raise RuntimeError("`flask settings` does not print APP_SERVER_THREADS")
    return int(found[1])


@contextmanager
def bare(like: Target, database_url: str) -> Iterator[Target]:
    """Run bare.py with the environment, certificate and number of view threads of a service."""
    port = free_port()
    settings = {"APP_SERVER_PORT": str(port), "BARE_DATABASE_URL": database_url}
    command = bare_command(like.server.folder, port, threads(like.server))
    with started(like.server.folder, settings, command, ready="/api/v1/me") as server:
        yield checked(server, {})


def bare_command(service: Path, port: int, threads: int) -> tuple[str, ...]:
    """Return the command that serves bare.py."""
    return (
        *("granian", "--interface", "wsgi", "--workers", "1", "--no-ws"),
        *("--workers-kill-timeout", "2", "--backpressure", str(BACKPRESSURE)),
        *("--blocking-threads", str(threads)),
        *("--working-dir", str(HERE), *granian_tls(service, port), "bare:app"),
    )


def granian_tls(service: Path, port: int) -> tuple[str, ...]:
    """Return the options with which granian listens with the certificate of a service."""
    certs = service / "certs"
    return (
        *("--host", "127.0.0.1", "--port", str(port), "--ssl-protocol-min", "tls1.2"),
        *("--ssl-certificate", str(certs / "server.pem")),
        *("--ssl-keyfile", str(certs / "server-key.pem")),
    )
