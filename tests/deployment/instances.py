"""Instances of one service behind Caddy, with one database and one limiter storage."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.deployment.postgresql import Server, wait_until
from tests.deployment.proxies import Proxy, is_listening
from tests.services import STOP_SECONDS, Service


class Rotation(httpx.BaseTransport):
    """A transport that sends each request to the next instance, like a proxy without affinity."""

    def __init__(self, ports: list[int]) -> None:
        """Use these instances in turn."""
        self._ports = itertools.cycle(ports)
        self._transport = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request over plain HTTP; the client has chosen its cookies for HTTPS."""
        url = request.url.copy_with(scheme="http", host="127.0.0.1", port=next(self._ports))
        forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
        headers = {**request.headers, **forwarded}
        sent = httpx.Request(request.method, url, headers=headers, content=request.read())
        sent.extensions = request.extensions
        return self._transport.handle_request(sent)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


class Instance(Service):
    """An instance, which serves plain HTTP to the proxy."""

    def __init__(self, folder: Path, settings: Mapping[str, str], port: int) -> None:
        """Start it."""
        metrics = {"APP_METRICS_FOLDER": f"var/metrics-{port}"}
        given = {**metrics, **settings, "APP_SERVER_PORT": str(port)}
        log = folder / f"service-{port}.log"
        super().__init__(folder, given, log, ("python", "-m", "flask", "serve"))

    def client(self, headers: Mapping[str, str] | None = None) -> httpx.Client:
        """Return a client that calls this instance like the proxy does."""
        return client([self.port], headers)

    def wait_until_ready(self, status: int = 200) -> None:
        """Wait until ``/readyz`` returns 200, or another status."""
        wait_until(lambda: is_listening(self.port) and self.status("/readyz") == status, self.log)

    def status(self, path: str, headers: Mapping[str, str] | None = None) -> int:
        """Return the status of a GET."""
        with self.client(headers) as caller:
            return caller.get(path).status_code

    def terminate(self) -> int:
        """Send SIGTERM, wait for the end, and return the exit status."""
        self.process.terminate()
        return self.process.wait(STOP_SECONDS)


class Cluster(Service):
    """The instances, with their proxy and their database, as one service."""

    def __init__(self, instances: list[Instance], proxy: Proxy, database: Server) -> None:
        """Keep the instances, the proxy and the database."""
        self.instances, self.proxy, self.database = instances, proxy, database
        self.folder = instances[0].folder

    def client(self, headers: Mapping[str, str] | None = None) -> httpx.Client:
        """Return a client whose requests reach the instances in turn."""
        return client([instance.port for instance in self.instances], headers)

    def flask(self, *arguments: str, stdin: str | None = None) -> str:
        """Run a command of the service."""
        return self.instances[0].flask(*arguments, stdin=stdin)

    def replace(self, number: int, folder: Path) -> int:
        """Stop an instance and start one from a folder at its place; return its exit status."""
        old = self.instances[number]
        status = old.terminate()
        settings = {name: value for name, value in old.environment.items() if name[:4] == "APP_"}
        self.instances[number] = Instance(folder, settings, old.port)
        self.instances[number].wait_until_ready()
        return status


def client(ports: list[int], headers: Mapping[str, str] | None = None) -> httpx.Client:
    """Return a client of these instances."""
    options: dict[str, Any] = {"headers": headers, "transport": Rotation(ports), "timeout": 30}
    return httpx.Client(base_url="https://localhost", **options)
