"""An invalid URL of the database server prevents startup."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]


@pytest.mark.parametrize("url", ["postgresql://localhost:port/service", "postgresql://[::1/service"])
def test_an_invalid_url_prevents_startup(make_app: MakeApp, service: ModuleType, url: str) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match=r"APP_DATABASE_URL .* numeric port"):
        make_app(database_url=url)
