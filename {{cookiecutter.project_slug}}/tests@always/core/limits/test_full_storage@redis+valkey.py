"""A full storage responds but does not count, so it is treated as unavailable."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.core.limiter_storage import FULL, stoppable
from tests.core.registry import registered


@pytest.mark.control("R6")
def test_a_full_storage_is_unavailable(make_app: Callable[..., Flask]) -> None:
    with stoppable() as storage:
        storage.start(*FULL)
        app = make_app(limiter_uri=storage.uri, limits_address="3/minute")
        client = app.test_client()
        assert [client.get("/api/v1/me").status_code for _ in range(4)] == [401, 401, 401, 429]
        assert not registered(app, "Counters").storage.shared
