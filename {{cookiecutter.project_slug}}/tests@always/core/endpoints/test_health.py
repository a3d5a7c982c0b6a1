"""The probes cost next to nothing, however often and whenever they come."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import ModuleType

SECONDS = 10


def test_a_probe_does_not_wait_for_a_check_that_is_under_way(service: ModuleType) -> None:
    """A part that stands still would hold the thread of every probe, and none would be left to answer."""
    begun, over = Event(), Event()
    looks = []

    def check() -> bool:
        looks.append("looked")
        begun.set()
        return over.wait(SECONDS)

    dependencies = service.core.endpoints.health.Dependencies({"database": check})
    with ThreadPoolExecutor(1) as another:
        slow = another.submit(dependencies.states)
        assert begun.wait(SECONDS)
        assert dependencies.states() == {"database": "unavailable"}
        assert len(looks) == 1
        over.set()
        assert slow.result() == {"database": "ok"}
    assert dependencies.states() == {"database": "ok"}
