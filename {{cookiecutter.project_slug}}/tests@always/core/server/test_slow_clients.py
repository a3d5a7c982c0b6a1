"""Clients that take their time keep nobody else out, and lose their place when they go."""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from http.client import HTTPException, HTTPSConnection

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.live_server import HOST, Served

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
IDLE = 100
SLOW = 20
BODY = b'{"name": "lamp"}'
POST = ("POST /api/v1/probes HTTP/1.1", "Host: localhost", "Content-Type: application/json")


@pytest.fixture
def credential(served: Served, make_app: MakeApp, caller: MakeCaller) -> list[str]:
    """The headers of a caller of the running service."""
    same = make_app(**{name.removeprefix("APP_").lower(): value for name, value in served.environ.items()})
    return [f"{name}: {value}" for name, value in caller(app=same).headers.items()]  # type: ignore[attr-defined]


def answer(served: Served, *lines: str, body: bytes = b"") -> bytes:
    """Return the beginning of the answer to a request."""
    with closing(served.connect()) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return connection.recv(65536)


def hold(held: ExitStack, served: Served, *credential: str) -> None:
    """Begin to send bodies, each of which looks whole, and go when all that is held goes."""
    for _ in range(SLOW):
        slow = held.enter_context(closing(served.connect()))
        slow.sendall("\r\n".join([*POST, *credential, "Content-Length: 500", "", ""]).encode() + BODY)


@pytest.mark.control("I2")
def test_slow_clients_keep_nobody_out(served: Served, credential: list[str]) -> None:
    own = (*POST, *credential, f"Content-Length: {len(BODY)}")

    def read() -> bytes:
        return answer(served, "GET /api/v1/probes HTTP/1.1", "Host: localhost", *credential)

    with ExitStack() as held:
        for _ in range(IDLE):
            held.enter_context(closing(served.connect()))
        hold(held, served, *credential)
        assert read().startswith(b"HTTP/1.1 200")
        refused = answer(served, *own, body=BODY)
        assert refused.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 1\r\n" in refused
        assert read().startswith(b"HTTP/1.1 200")
    deadline = time.monotonic() + 10
    while not (made := answer(served, *own, body=BODY)).startswith(b"HTTP/1.1 201"):
        assert time.monotonic() < deadline, made
    lines = ("GET /api/v1/probes HTTP/1.1", "Host: localhost", "Connection: close", *credential)
    found = json.loads(served.send(*lines).partition(b"\r\n\r\n")[2])["probes"]
    assert len(found) == 1, "a body whose client went before its end is none"


@pytest.mark.control("I2")
def test_strangers_that_are_slow_keep_no_caller_out(served: Served, credential: list[str]) -> None:
    with ExitStack() as held:
        hold(held, served)
        made = answer(served, *POST, *credential, f"Content-Length: {len(BODY)}", body=BODY)
        assert made.startswith(b"HTTP/1.1 201")


@pytest.mark.control("E1")
def test_a_refusal_waits_for_the_body_to_end(served: Served) -> None:
    """Were it sent before, the connection would end under what the client still sends, and often the answer with it."""

    def refused_on_one_connection() -> list[int]:
        connection = HTTPSConnection(HOST, served.port, timeout=10, context=served.trusting())
        statuses = []
        with closing(connection), suppress(HTTPException, OSError):
            connection.connect()
            connection.auto_open = 0
            for _ in range(2):
                connection.request("POST", "/api/v1/probes", body=b"x" * 1_000_000, headers={"Host": "localhost"})
                with connection.getresponse() as refused:
                    statuses.append(refused.status)
                    refused.read()
        return statuses

    deadline = time.monotonic() + 10
    while refused_on_one_connection() != [401, 401]:  # those of another test may not have lost their places yet
        assert time.monotonic() < deadline
