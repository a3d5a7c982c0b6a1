"""The probes never wait for a check of a dependency."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import ModuleType

SECONDS = 10


def test_a_probe_does_not_wait_for_a_check_in_another_thread(service: ModuleType) -> None:
    """Otherwise a dependency that does not respond would block the thread of every probe."""
    started, may_end = Event(), Event()
    checks = []

    def check() -> bool:
        checks.append("database")
        started.set()
        return may_end.wait(SECONDS)

    dependencies = service.core.endpoints.health.Dependencies({"database": check})
    with ThreadPoolExecutor(1) as another:
        slow = another.submit(dependencies.states)
        assert started.wait(SECONDS)
        assert dependencies.states() == {"database": "unavailable"}
        assert len(checks) == 1
        may_end.set()
        assert slow.result() == {"database": "ok"}
    assert dependencies.states() == {"database": "ok"}
