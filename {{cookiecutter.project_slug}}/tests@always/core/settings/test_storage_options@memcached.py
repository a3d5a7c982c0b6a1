"""A URL of the limiter storage prevents startup if the client would ignore a part of it."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask


@pytest.mark.parametrize("url", ["service:geheim@localhost:11211", "localhost:11211/0", "localhost:11211?timeout=1"])
def test_users_databases_and_options_prevent_startup(
    make_app: Callable[..., Flask], service: ModuleType, url: str
) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match="only hosts and ports") as error:
        make_app(limiter_uri=f"memcached://{url}")
    assert "geheim" not in error.value.message
