"""A service behind a proxy, with clients that connect to that proxy."""

import json
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from tests.deployment.proxies import Proxy, is_listening
from tests.services import START_SECONDS, Service


class Upstream(Service):
    """A service without TLS, behind one proxy."""

    def wait_for_port(self) -> None:
        """Wait until it listens."""
        deadline = time.monotonic() + START_SECONDS
        while not is_listening(self.port):
            assert self.process.poll() is None, self.log.read_text("utf-8")
            assert time.monotonic() < deadline, self.log.read_text("utf-8")
            time.sleep(0.05)


@dataclass(frozen=True)
class Deployment:
    """A service behind a proxy."""

    service: Service
    proxy: Proxy
    key: str

    def client(self, address: str = "127.0.0.1") -> httpx.Client:
        """Return a client that connects from this address."""
        return httpx.Client(
            base_url=f"https://localhost:{self.proxy.port}",
            transport=httpx.HTTPTransport(
                verify=ssl.create_default_context(cafile=self.proxy.authority),
                local_address=address,
            ),
            timeout=30,
        )

    @contextmanager
    def connection(self) -> Iterator[ssl.SSLSocket]:
        """Yield a TLS connection to the proxy."""
        context = ssl.create_default_context(cafile=self.proxy.authority)
        plain = socket.create_connection(("127.0.0.1", self.proxy.port), timeout=30)
        with context.wrap_socket(plain, server_hostname="localhost") as connection:
            yield connection

    def send(self, data: bytes) -> bytes:
        """Send bytes and return the response until the proxy closes the connection."""
        with self.connection() as connection:
            connection.sendall(data)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def requests(self, last: httpx.Response) -> list[dict[str, object]]:
        """Return the lines of the access log up to that of the response ``last``.

        The service queues these lines: the one of a response is written some milliseconds later.
        """
        end = time.monotonic() + 10
        while time.monotonic() < end:
            lines = self.service.log.read_text("utf-8").splitlines(keepends=True)
            records = [json.loads(line) for line in lines if line[0] == "{" and line[-1] == "\n"]
            found = [record for record in records if record["event"] == "request"]
            ids = [record["request_id"] for record in found]
            if (own := last.headers["X-Request-ID"]) in ids:
                return found[: ids.index(own) + 1]
            time.sleep(0.05)
        raise AssertionError(f"no line has the id of {last}")
