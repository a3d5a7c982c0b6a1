"""The database must be a file: each connection to an in-memory database would have its own."""

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
def test_a_url_without_a_file_prevents_startup(make_app: MakeApp, service: ModuleType, url: str) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match=r"APP_DATABASE_URL .* path of a file"):
        make_app(database_url=url)


@pytest.mark.parametrize("url", ["sqlite:///~/service.db", "sqlite:///$HOME/service.db", "sqlite:///${HOME}/x.db"])
def test_a_path_that_only_a_shell_would_expand_prevents_startup(
    make_app: MakeApp, service: ModuleType, url: str
) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match=r"APP_DATABASE_URL .* whole path"):
        make_app(database_url=url)


def test_another_scheme_is_named(make_app: MakeApp, service: ModuleType) -> None:
    with pytest.raises(service.core.settings.ConfigurationError, match="must begin with sqlite://, not mysql://"):
        make_app(database_url="mysql://service:secret@localhost/service")
