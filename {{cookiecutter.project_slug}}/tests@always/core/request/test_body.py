"""The slots in which request bodies are read."""

from collections.abc import Callable
from contextlib import ExitStack

import pytest
from flask import Flask, g, request

from tests.core.registry import registered

MakeApp = Callable[..., Flask]


@pytest.mark.control("I2")
@pytest.mark.parametrize(("client", "slots"), [("anonymous", 2), ("caller", 4)])
def test_a_network_occupies_at_most_half_of_the_slots(make_app: MakeApp, client: str, slots: int) -> None:
    """One IPv6 customer has a /64; callers and anonymous clients have separate slots."""
    app = make_app(server_threads="8")
    with ExitStack() as stack:

        def occupies(address: str) -> bool:
            with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
                if client == "caller":
                    g.caller = client
                return stack.enter_context(registered(app, "BodySlots").occupy(request, 0))

        half = slots // 2
        assert [occupies(f"2001:db8::{n}") for n in range(slots)] == [True] * half + [False] * half
        assert [occupies("192.0.2.7") for _ in range(slots)] == [True] * half + [False] * half
        assert not occupies("198.51.100.1")
