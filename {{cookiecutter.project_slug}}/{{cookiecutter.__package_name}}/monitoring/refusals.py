"""How many requests this worker refused (401, 403 and 429) since it started."""

from threading import Lock

_STATUSES = frozenset({401, 403, 429})
_lock = Lock()
_refused = 0


def note(status: int) -> None:
    """Count an answer if it refused its request."""
    global _refused
    if status in _STATUSES:
        with _lock:
            _refused += 1


def count() -> int:
    """Return how many requests were refused."""
    return _refused
