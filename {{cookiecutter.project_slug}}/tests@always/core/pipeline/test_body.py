"""Bodies are read at places that are shared fairly."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from flask import Flask, g, request

from tests.core.registry import registered

MakeApp = Callable[..., Flask]


@pytest.mark.control("I2")
@pytest.mark.parametrize(("who", "places"), [("a stranger", 2), ("a caller", 4)])
def test_a_network_has_half_of_the_places(make_app: MakeApp, who: str, places: int) -> None:
    """One IPv6 customer has a whole /64; strangers and callers have places of their own."""
    app = make_app(server_threads="8")
    with ExitStack() as held:

        def takes(address: str) -> bool:
            with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
                if who == "a caller":
                    g.caller = who
                return held.enter_context(registered(app, "BodySlots").occupy(request, 0))

        half = places // 2
        assert [takes(f"2001:db8::{n}") for n in range(places)] == [True] * half + [False] * half
        assert [takes("192.0.2.7") for _ in range(places)] == [True] * half + [False] * half
        assert not takes("198.51.100.1")
