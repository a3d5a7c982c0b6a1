"""The database is a file: in memory each connection would have another one."""

from collections.abc import Callable
from types import ModuleType

import pytest
from flask import Flask

MakeApp = Callable[..., Flask]


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://:memory:",
        "sqlite:///file:service?mode=memory&uri=true",
        "sqlite://var/service.db",
    ],
)
def test_an_address_that_names_no_file_stops_the_start(make_app: MakeApp, service: ModuleType, url: str) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match=r"APP_DATABASE_URL .* path of a file"):
        make_app(database_url=url)
