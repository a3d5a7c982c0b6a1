"""Caddy and nginx with the shipped configurations, changed only in addresses and paths."""

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from tests.programs import program
from tests.services import free_port

START_SECONDS = 30


@dataclass(frozen=True)
class Proxy:
    """A running proxy: its ports, the CA of its certificate, and the host name in it."""

    port: int
    plain_port: int
    authority: Path
    name: str = "localhost"


class Start(Protocol):
    """A function that runs a proxy in front of the service of a folder."""

    def __call__(self, service: Path, upstream: str, folder: Path) -> AbstractContextManager[Proxy]:
        """Return a context manager that stops the proxy at its end."""


@contextmanager
def running(
    command: list[str], folder: Path, environment: Mapping[str, str], proxy: Proxy
) -> Iterator[Proxy]:
    """Run a program until the end of the block."""
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=dict(environment), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not has_certificate(proxy):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(log.read_text("utf-8"))
            time.sleep(0.1)
        yield proxy
    finally:
        process.terminate()
        process.wait(15)


def is_listening(port: int) -> bool:
    """Return whether a port of this machine accepts connections."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def has_certificate(proxy: Proxy) -> bool:
    """Return whether a proxy listens and its certificate has been issued."""
    try:
        context = ssl.create_default_context(cafile=proxy.authority)
        plain = socket.create_connection(("127.0.0.1", proxy.port), timeout=5)
        context.wrap_socket(plain, server_hostname=proxy.name).close()
    except OSError:
        return False
    return True


@contextmanager
def caddy(service: Path, upstream: str, folder: Path) -> Iterator[Proxy]:
    """Run Caddy with ``deploy/Caddyfile`` and a certificate of its own CA."""
    proxy = Proxy(free_port(), free_port(), own_authority(folder))
    text = (service / "deploy/Caddyfile").read_text("utf-8")
    with run_caddy(text, folder, {"UPSTREAM": upstream}, proxy):
        yield proxy


@contextmanager
def caddy_with_acme(service: Path, upstream: str, folder: Path) -> Iterator[Proxy]:
    """Run Caddy with ``deploy/Caddyfile`` and certificates of an ACME server, which it renews.

    Caddy also is that server. It sends its requests for ``http://api.example.com`` to the proxy,
    since it takes the proxy for the one in ``HTTP_PROXY``; so neither DNS nor port 80 is needed.
    """
    server = Proxy(free_port(), free_port(), own_authority(folder / "acme"))
    proxy = Proxy(free_port(), free_port(), server.authority, "api.example.com")
    # Another challenge would need DNS.
    acme = "\tacme_server {\n\t\tlifetime 5m\n\t\tchallenges http-01\n\t}\n"
    site = f"{{\n\tadmin off\n}}\n{{$DOMAIN}} {{\n\ttls internal\n{acme}}}\n"
    options = (
        f"\tacme_ca https://localhost:{server.port}/acme/local/directory\n"
        f"\tacme_ca_root {server.authority}\n"
        # Every certificate is renewed at once, because Caddy sets its beginning back by a minute.
        "\trenew_interval 1s\n\trenewal_window_ratio 0.99\n"
    )
    text = (service / "deploy/Caddyfile").read_text("utf-8").replace("{\n", "{\n" + options, 1)
    for each in ("acme", "proxy"):
        (folder / each).mkdir()
    http_proxy = {"HTTP_PROXY": f"http://127.0.0.1:{proxy.plain_port}"}
    with (
        run_caddy(site, folder / "acme", http_proxy, server),
        run_caddy(text, folder / "proxy", {"UPSTREAM": upstream}, proxy),
    ):
        yield proxy


def own_authority(folder: Path) -> Path:
    """Return the certificate of the CA that Caddy creates."""
    return folder / "caddy/pki/authorities/local/root.crt"


def run_caddy(
    text: str, folder: Path, environment: Mapping[str, str], proxy: Proxy
) -> AbstractContextManager[Proxy]:
    """Run Caddy with a configuration, on the ports of ``proxy``, without trusting its CA."""
    ports = f"\thttp_port {proxy.plain_port}\n\thttps_port {proxy.port}\n"
    text = text.replace("{\n", f"{{\n{ports}\tskip_install_trust\n", 1)
    (folder / "Caddyfile").write_text(text, "utf-8")
    own = {"DOMAIN": proxy.name, "HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    executable = program(str(Path(sys.executable).with_name("caddy")), "caddy")
    command = [executable, "run", "--config", str(folder / "Caddyfile")]
    return running(command, folder, {**environment, **own}, proxy)


@contextmanager
def nginx(service: Path, upstream: str, folder: Path) -> Iterator[Proxy]:
    """Run nginx with ``deploy/nginx.conf`` and the development certificate of the service."""
    certs = service / "certs"
    proxy = Proxy(free_port(), free_port(), certs / "ca.pem")
    text = (service / "deploy/nginx.conf").read_text("utf-8")
    for shipped, changed in {
        "listen 80 ": f"listen 127.0.0.1:{proxy.plain_port} ",
        "listen 443 ": f"listen 127.0.0.1:{proxy.port} ",
        "listen [::]": "# listen [::]",
        "api.example.com;": "localhost;",
        "127.0.0.1:8443": upstream,
        "/etc/ssl/service/fullchain.pem": str(certs / "server.pem"),
        "/etc/ssl/service/privkey.pem": str(certs / "server-key.pem"),
    }.items():
        assert shipped in text
        text = text.replace(shipped, changed)
    (folder / "site.conf").write_text(text, "utf-8")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    folders = "".join(f"{kind}_temp_path {folder / kind}; " for kind in kinds)
    (folder / "nginx.conf").write_text(
        f"pid {folder / 'pid'}; error_log {folder / 'error.log'}; daemon off; worker_processes 1;\n"
        "events { worker_connections 1024; }\n"
        f"http {{ access_log off; {folders} include {folder / 'site.conf'}; }}\n",
        "utf-8",
    )
    executable = program("nginx", "/usr/sbin/nginx")
    command = [executable, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with running(command, folder, {}, proxy):
        yield proxy


PROXIES: Mapping[str, Start] = {"caddy": caddy, "nginx": nginx}
