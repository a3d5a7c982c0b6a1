"""The slots of networks for requests and their bodies."""

from contextlib import ExitStack
from types import ModuleType

import pytest


@pytest.mark.control("I2")
def test_a_network_occupies_at_most_half_of_the_slots(service: ModuleType) -> None:
    """One IPv6 customer has a /64."""
    network = service.core.limits.network
    slots = service.core.request.slots.Slots(4)
    with ExitStack() as stack:

        def occupies(address: str) -> bool:
            return stack.enter_context(slots.occupy(network(address), timeout=0))

        assert [occupies(f"2001:db8::{n}") for n in range(4)] == [True, True, False, False]
        assert [occupies("192.0.2.7") for _ in range(4)] == [True, True, False, False]
        assert not occupies("198.51.100.1")
    with slots.occupy(network("192.0.2.7"), timeout=0) as occupied:
        assert occupied


@pytest.mark.control("I2")
def test_callers_and_anonymous_clients_have_separate_slots(service: ModuleType) -> None:
    request, address = service.core.request, {"REMOTE_ADDR": "192.0.2.7"}
    slots = request.slots.BodySlots()
    caller = request.RequestState(None, None, {}, None, None, caller=object())
    with ExitStack() as stack:
        for _ in range(request.slots.SLOTS // 2):
            assert stack.enter_context(slots._anonymous.occupy(service.core.limits.network("192.0.2.7"), timeout=0))
        assert slots.run(address, lambda: b"read") is None
        assert slots.run({**address, "service.state": caller}, lambda: b"read") == b"read"


def test_the_first_rejection_of_a_series_is_recognised(service: ModuleType) -> None:
    slots = service.core.request.slots.Slots(2, share=1)
    assert slots.take("ada")
    assert [slots.is_first_rejection("ada") for _ in range(3)] == [True, False, False]
    slots.release("ada")
    assert slots.is_first_rejection("ada")
