"""Requests time out if PostgreSQL stops responding, for example because its machine is frozen."""

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event, Thread
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import make_url

MakeApp = Callable[..., Flask]
MakeCaller = Callable[..., FlaskClient]


class Relay:
    """A TCP proxy in front of the database that forwards data while ``flowing`` is set."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.flowing = Event()
        self.flowing.set()
        self._address = address
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept no more connections, and forward the data that waits."""
        self.flowing.set()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._address)
                for source, target in ((near, far), (far, near)):
                    Thread(target=self._forward, args=(source, target), daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError), target:
            while data := source.recv(65536):
                self.flowing.wait()
                target.sendall(data)


@pytest.fixture
def relay(database_url: str) -> Iterator[Relay]:
    """A proxy in front of the database that a test can block."""
    url = make_url(database_url)
    relay = Relay((url.host or "127.0.0.1", url.port or 5432))
    yield relay
    relay.close()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_frozen_database_is_503_until_it_responds_again(
    service: ModuleType,
    relay: Relay,
    database_url: str,
    make_app: MakeApp,
    caller: MakeCaller,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    through = make_url(database_url).set(host="127.0.0.1", port=relay.port)
    me = caller(app=make_app(database_url=through.render_as_string(hide_password=False)))
    body = {"json": {"name": "lamp"}} if method == "POST" else {}

    def call() -> int:
        return me.open("/api/v1/probes", method=method, **body).status_code

    assert call() in (200, 201)
    with monkeypatch.context() as sooner:
        sooner.setattr(service.core.database.engine, "RESPONSE_TIMEOUT", 0.3)
        relay.flowing.clear()
        assert call() == 503
    relay.flowing.set()
    assert call() in (200, 201)
