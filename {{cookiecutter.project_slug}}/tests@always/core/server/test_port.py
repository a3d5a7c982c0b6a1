"""A port that another program listens on is not shared with it."""

import socket
from collections.abc import Callable

from flask import Flask

MakeApp = Callable[..., Flask]


def test_a_port_in_use_is_rejected(make_app: MakeApp) -> None:
    with socket.socket() as taken:
        if hasattr(socket, "SO_REUSEPORT"):  # as a server would that shares its port
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = make_app(server_port=str(port)).test_cli_runner().invoke(args=["serve"])
    assert refused.exit_code == 1
    assert f"Cannot listen on port {port} of 127.0.0.1" in refused.stderr
    assert "Set APP_SERVER_PORT to another port." in refused.stderr
