"""HTTP clients of other languages: they trust the development CA, and receive every response."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from tests.programs import program
from tests.services import Service, bake, started

PROGRAMS = Path(__file__).parent / "clients"
TIMES = 3
GENEROUS = "1000000/minute"
Statuses = dict[str, int]


class Target(NamedTuple):
    """A running service, and a folder for what the clients create."""

    service: Service
    folder: Path

    @property
    def ca(self) -> str:
        """The path of the development CA."""
        return str(self.service.folder / "certs" / "ca.pem")

    @property
    def url(self) -> str:
        """The URL of the items."""
        return f"{self.service.url}/api/v1/items"


Post = Callable[[Target, Mapping[str, str], int, bool], Statuses]


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A running service with generous rate limits."""
    folder = bake(tmp_path_factory.mktemp("clients"), {})
    limits = ("ADDRESS", "CALLER", "FAILED_AUTHENTICATIONS")
    with started(folder, {f"APP_LIMITS_{name}": GENEROUS for name in limits}) as running:
        yield Target(running, tmp_path_factory.mktemp("client"))


@pytest.fixture(scope="module")
def key(target: Target) -> str:
    """A key of the service."""
    options = ("--name", "me", "--scopes", "items:read items:write", "--json")
    return str(json.loads(target.service.flask("keys", "create", *options))["key"])


def printed(command: list[str], **environment: str) -> Statuses:
    """Run a client and return the statuses that it prints."""
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    found: Statuses = json.loads(done.stdout)
    return found


def arguments(headers: Mapping[str, str], *first: object) -> list[str]:
    """Return the arguments of the programs in Java and Go."""
    return [str(each) for each in first] + [part for pair in headers.items() for part in pair]


def content(size: int) -> bytes:
    """Return a body of this size, or a valid one."""
    return b"x" * size or b'{"name": "lamp"}'


def curl(target: Target, headers: Mapping[str, str], size: int, chunked: bool) -> Statuses:
    """Use ``--cacert``; ``-T -`` sends standard input in chunks."""
    sent = target.folder / "body"
    sent.write_bytes(content(size))
    body = ["-X", "POST", "-T", "-"] if chunked else ["--data-binary", f"@{sent}"]
    options = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = [program("curl"), "-sS", "-o", os.devnull, "-w", "%{http_code}"]
    statuses: Counter[str] = Counter()
    for _ in range(TIMES):
        with sent.open("rb") as file:
            done = subprocess.run(
                [*command, "--cacert", target.ca, *options, *body, target.url],
                stdin=file,
                capture_output=True,
                text=True,
                timeout=60,
            )
        statuses[done.stdout if done.returncode == 0 else done.stderr] += 1
    return dict(statuses)


def python(target: Target, headers: Mapping[str, str], size: int, chunked: bool) -> Statuses:
    """Use ``SSL_CERT_FILE``, which ``ssl.create_default_context`` reads."""
    statuses: Counter[str] = Counter()
    with httpx.Client(verify=target.service.authority, timeout=60, headers=headers) as client:
        for _ in range(TIMES):
            body = (
                (content(size)[at : at + 65536] for at in range(0, size or 1, 65536))
                if chunked
                else content(size)
            )
            try:
                statuses[str(client.post(target.url, content=body).status_code)] += 1
            except httpx.TransportError as error:
                statuses[repr(error)] += 1
    return dict(statuses)


def node(target: Target, headers: Mapping[str, str], size: int, chunked: bool) -> Statuses:
    """Use ``NODE_EXTRA_CA_CERTS``; each time with two clients."""
    options = {"url": target.url, "headers": headers, "size": size, "chunked": chunked}
    command = [program("node"), str(PROGRAMS / "post.mjs"), json.dumps({**options, "times": TIMES})]
    found = printed(command, NODE_EXTRA_CA_CERTS=target.ca)
    return {status: count // 2 for status, count in found.items()}


def java(target: Target, headers: Mapping[str, str], size: int, chunked: bool) -> Statuses:
    """Use a keystore as the trust store."""
    store = target.folder / "trust.p12"
    if not store.exists():
        options = ("-noprompt", "-alias", "dev", "-file", target.ca, "-storepass", "changeit")
        command = [program("keytool"), "-importcert", *options, "-keystore", str(store)]
        subprocess.run(command, check=True, capture_output=True)
        compiler = [program("javac"), "-d", str(target.folder), str(PROGRAMS / "Post.java")]
        subprocess.run(compiler, check=True)
    trust = f"-Djavax.net.ssl.trustStore={store}", "-Djavax.net.ssl.trustStorePassword=changeit"
    given = arguments(headers, target.url, size, str(chunked).lower(), TIMES)
    return printed([program("java"), *trust, "-cp", str(target.folder), "Post", *given])


def go(target: Target, headers: Mapping[str, str], size: int, chunked: bool) -> Statuses:
    """Use ``SSL_CERT_FILE``."""
    client = target.folder / "post"
    if not client.exists():
        build = [program("go"), "build", "-o", str(client), str(PROGRAMS / "post.go")]
        subprocess.run(build, check=True, env={**os.environ, "GOFLAGS": "-mod=mod"})
    given = arguments(headers, target.url, size, str(chunked).lower(), TIMES)
    return printed([str(client), *given], SSL_CERT_FILE=target.ca)


CLIENTS = [curl, python, node, java, go]
FRAMINGS = pytest.mark.parametrize("chunked", [False, True], ids=["with a length", "chunked"])


@pytest.mark.parametrize("post", CLIENTS)
@FRAMINGS
def test_a_body_is_accepted(target: Target, key: str, post: Post, *, chunked: bool) -> None:
    """Many clients send JSON in chunks by default."""
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    assert post(target, headers, 0, chunked) == {"201": TIMES}


@pytest.mark.parametrize("post", CLIENTS)
@pytest.mark.parametrize("size", [60_000, 1_000_000, 10_000_000])
@FRAMINGS
def test_the_response_to_a_rejected_body_reaches_the_client(
    target: Target, post: Post, size: int, *, chunked: bool
) -> None:
    """The client has no key, so the service does not need the body."""
    headers = {"Content-Type": "application/json"}
    assert post(target, headers, size, chunked) == {"401": TIMES}
