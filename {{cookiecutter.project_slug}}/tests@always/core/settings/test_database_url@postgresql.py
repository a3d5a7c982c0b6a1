"""The address of the database server is one that can be read."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]


@pytest.mark.parametrize("url", ["postgresql://localhost:port/service", "postgresql://[::1/service"])
def test_an_address_that_cannot_be_read_stops_the_start(make_app: MakeApp, service: ModuleType, url: str) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match=r"APP_DATABASE_URL .* numeric port"):
        make_app(database_url=url)
