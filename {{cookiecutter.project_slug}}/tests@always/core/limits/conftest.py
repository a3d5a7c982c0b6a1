"""Views with rate limits, and the hits that they cause."""

from types import ModuleType
from typing import Any

import pytest

from tests.core.views import limiter, serve

__all__ = ["limiter", "serve"]


@pytest.fixture
def hits(service: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """The name of each limit that is hit from now on, and whether the hit is strict."""
    hits: list[tuple[str, bool]] = []
    prepare = service.core.limits.Counters.prepare

    def record(self: Any, name: str, *args: Any, strict: bool = False, **options: Any) -> Any:
        hits.append((name, strict))
        return prepare(self, name, *args, strict=strict, **options)

    monkeypatch.setattr(service.core.limits.Counters, "prepare", record)
    return hits
