"""Calls from many clients through the proxy of a cluster."""

import itertools
import ssl
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from tests.deployment.proxies import Proxy

ITEMS = "/api/v1/items"
PAUSE = 0.03
_addresses = itertools.cycle(range(16, 250))


def connect(proxy: Proxy, address: str, headers: Mapping[str, str] | None = None) -> httpx.Client:
    """Return a client that connects to the proxy from this address."""
    context = ssl.create_default_context(cafile=proxy.authority)
    transport = httpx.HTTPTransport(verify=context, local_address=address)
    url = f"https://localhost:{proxy.port}"
    return httpx.Client(base_url=url, headers=headers, transport=transport, timeout=30)


def burst(proxy: Proxy, path: str, requests: int, clients: int = 10) -> Counter[int]:
    """Send concurrent requests from one address; return the number of responses per status."""
    statuses: Counter[int] = Counter()
    numbers, ready = itertools.count(), threading.Barrier(clients, timeout=30)

    def run() -> None:
        with connect(proxy, "127.0.0.9") as client:
            ready.wait()
            while next(numbers) < requests:
                statuses[client.get(path).status_code] += 1

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


@contextmanager
def steady(proxy: Proxy, headers: Mapping[str, str], clients: int = 3) -> Iterator[Counter[str]]:
    """Create, read, change and list items during the block; yield the number of each outcome."""
    outcomes: Counter[str] = Counter()
    ended = threading.Event()

    def run() -> None:
        while not ended.is_set():
            with connect(proxy, f"127.0.0.{next(_addresses)}", headers) as client:
                for _ in range(20):
                    created = call(client, "POST", ITEMS)
                    if created is not None and created.is_success:
                        call(client, "GET", created.headers["location"])
                        call(client, "PATCH", created.headers["location"])
                    call(client, "GET", f"{ITEMS}?limit=5")

    def call(client: httpx.Client, method: str, path: str) -> httpx.Response | None:
        body = {"json": {"name": "lamp"}} if method in {"POST", "PATCH"} else {}
        ended.wait(PAUSE)
        try:
            response = client.request(method, path, **body)  # type: ignore[arg-type]
        except httpx.TransportError as error:
            outcomes[f"{method}: {error!r}"] += 1
            return None
        outcomes["ok" if response.is_success else f"{method}: {response.status_code}"] += 1
        return response

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield outcomes
    finally:
        ended.set()
        for thread in threads:
            thread.join()
