"""A steady load of the requests that clients send: correct and incorrect, fast and slow."""

import http.client
import json
import ssl
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from itertools import count

from tests.services import Service

ITEMS, KEYS = "/api/v1/items", "/api/v1/keys"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
CLIENTS, SLOW_CLIENTS = 4, 8
PAUSE = 0.03  # seconds after each response: the load must not depend on the machine
CONNECTION_REQUESTS = 50  # then a client opens another connection
NO_CREDENTIAL = {"Authorization": None, "X-API-Key": None}

Headers = Mapping[str, str | None]
Call = Callable[..., tuple[int, bytes]]
Step = Callable[[Call], None]


class Load:
    """Clients in threads, which run until ``stop``; ``statuses`` counts the responses."""

    def __init__(self, service: Service, credential: dict[str, str], *more_steps: Step) -> None:
        """Start the clients."""
        self.statuses: Counter[str] = Counter()
        self._service, self._credential = service, credential
        self._steps = [life_of_an_item, rejected, chunked, *more_steps]
        self._authority = service.authority
        self._numbers = count()
        self._ended = threading.Event()
        targets = [self._run] * CLIENTS + [self._be_slow] * SLOW_CLIENTS
        self._threads = [threading.Thread(target=target) for target in targets]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop the clients."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            connection = connect(self._service, self._authority)
            with closing(connection):
                first = next(self._numbers)
                try:
                    while next(self._numbers) - first < CONNECTION_REQUESTS * CLIENTS:
                        for step in self._steps:
                            step(self._caller(connection))
                except (OSError, http.client.HTTPException) as error:
                    self.statuses[type(error).__name__] += 1

    def _caller(self, connection: http.client.HTTPSConnection) -> Call:
        def call(
            method: str,
            path: str,
            body: bytes | Iterator[bytes] | None = None,
            headers: Headers | None = None,
        ) -> tuple[int, bytes]:
            number = next(self._numbers)
            # Many addresses, each with its own counters.
            address = f"198.51.{number // 250 % 8}.{number % 250}"
            content = {"Content-Type": JSON} if body is not None else {}
            sent = {"X-Forwarded-For": address, **content, **self._credential, **(headers or {})}
            given = {name: value for name, value in sent.items() if value is not None}
            connection.request(method, path, body, given, encode_chunked=True)
            response = connection.getresponse()
            received = response.read()
            self.statuses[str(response.status)] += 1
            self._ended.wait(PAUSE)
            return response.status, received

        return call

    def _be_slow(self) -> None:
        """Send a part of a request slowly, read slowly or not at all, and disconnect."""
        fields = {"Host": "localhost", "Content-Type": JSON, **self._credential}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        head = f"POST {ITEMS} HTTP/1.1\r\n{lines}"
        requests = [
            [head[:20], head[20:60]],
            [f"{head}Content-Length: 400\r\n\r\n", '{"name', '": "lamp"'],
            [f"{head}Transfer-Encoding: chunked\r\n\r\n", '8\r\n{"name":\r\n'],
            ["GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"] * 3,
            [],
        ]
        while not self._ended.is_set():
            parts = requests[next(self._numbers) % len(requests)]
            with suppress(OSError), closing(connect(self._service, self._authority)) as connection:
                for part in parts:
                    connection.sock.sendall(part.encode())
                    self._ended.wait(1)
                self._ended.wait(2)
            self.statuses["slow clients"] += 1


def connect(service: Service, authority: ssl.SSLContext) -> http.client.HTTPSConnection:
    """Return a new connection."""
    connection = http.client.HTTPSConnection(
        "localhost", service.port, timeout=30, context=authority
    )
    while True:
        try:
            connection.connect()
        except ConnectionRefusedError:
            time.sleep(0.2)
        else:
            return connection


def life_of_an_item(call: Call) -> None:
    """Create, read, change, find and delete an item."""
    status, content = call("POST", ITEMS, b'{"name": "lamp", "price": 5}')
    if status == 201:
        path = f"{ITEMS}/{json.loads(content)['id']}"
        call("GET", path)
        call("PATCH", path, b'{"price": 6}')
        call("GET", f"{ITEMS}?q=lamp&limit=5")
        call("DELETE", path)


def rejected(call: Call) -> None:
    """Send one request of each kind that gets a 4xx."""
    call("POST", ITEMS, b'{"name": ""}')
    call("POST", ITEMS, b"{")
    call("POST", ITEMS, b"x" * 100_000)
    call("DELETE", ITEMS)
    call("GET", "/missing")
    call("GET", ITEMS, None, NO_CREDENTIAL)
    call("GET", ITEMS, None, NO_CREDENTIAL | {"X-Forwarded-For": "198.51.100.1"})  # soon a 429


def chunked(call: Call) -> None:
    """Create an item with a chunked body."""
    status, content = call("POST", ITEMS, iter([b'{"name": ', b'"chunked"}']))
    if status == 201:
        call("DELETE", f"{ITEMS}/{json.loads(content)['id']}")


def life_of_a_key(call: Call) -> None:
    """Create a key, call with it, and revoke it: each key is a new entry of the caches."""
    status, content = call("POST", KEYS, b'{"name": "soak", "scopes": ["items:read"]}')
    if status == 201:
        created = json.loads(content)
        call("GET", ITEMS, None, {"X-API-Key": created["key"]})
        call("DELETE", f"{KEYS}/{created['id']}")


def new_token(client: Mapping[str, str]) -> Step:
    """Return a step that gets a token for the client and calls with it."""
    basic = b64encode(f"{client['id']}:{client['secret']}".encode()).decode()

    def step(call: Call) -> None:
        headers = {"Authorization": f"Basic {basic}", "Content-Type": FORM}
        status, content = call("POST", "/oauth2/token", b"grant_type=client_credentials", headers)
        if status == 200:
            token = json.loads(content)["access_token"]
            call("GET", ITEMS, None, {"Authorization": f"Bearer {token}"})

    return step
