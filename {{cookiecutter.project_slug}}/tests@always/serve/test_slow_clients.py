"""Clients that take their time keep nobody else out, and lose their place when they go."""

import time
from collections.abc import Callable
from contextlib import ExitStack, closing

import pytest
from flask import Flask
from flask.testing import FlaskClient
from serving import Served

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]
IDLE = 100
SLOW = 20
BODY = b'{"name": "lamp"}'


@pytest.mark.control("I2")
def test_slow_clients_keep_nobody_out(served: Served, make_app: MakeApp, caller: MakeCaller) -> None:
    same = make_app(**{name.removeprefix("APP_").lower(): value for name, value in served.environ.items()})
    credential = [f"{name}: {value}" for name, value in caller(app=same).headers.items()]  # type: ignore[attr-defined]
    post = ("POST /api/v1/items HTTP/1.1", "Host: localhost", "Content-Type: application/json", *credential)
    own = (*post, f"Content-Length: {len(BODY)}")

    def answer(*lines: str, body: bytes = b"") -> bytes:
        with closing(served.connect()) as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            return connection.recv(65536)

    def read() -> bytes:
        return answer("GET /api/v1/items HTTP/1.1", "Host: localhost", *credential)

    with ExitStack() as held:
        for _ in range(IDLE):
            held.enter_context(closing(served.connect()))
        for _ in range(SLOW):
            slow = held.enter_context(closing(served.connect()))
            slow.sendall("\r\n".join([*post, "Content-Length: 500", "", "{"]).encode())
        assert read().startswith(b"HTTP/1.1 200")
        refused = answer(*own, body=BODY)
        assert refused.startswith(b"HTTP/1.1 503")
        assert b"retry-after: 1\r\n" in refused
        assert read().startswith(b"HTTP/1.1 200")
    deadline = time.monotonic() + 10
    while not (made := answer(*own, body=BODY)).startswith(b"HTTP/1.1 201"):
        assert time.monotonic() < deadline, made
